"""What the tools of this folder share: the sample shop in a folder of its own, and a server for it."""

import argparse
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "factories"))

from kb_process import KB, children, free_port, without_settings

from indexer.encoders.opening import open_encoder
from indexer.updating import bring_up_to_date
from kb.accounts.people import create_user
from kb.articles import parse_article, save_article
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.tables import Role
from kb.tables.migrations import upgrade_database

ROOT = Path(__file__).resolve().parents[2]
DEMO_LOGINS = "demo-logins.txt"
# Answers in a row, each on a connection of its own, which whichever process is free takes: then all have loaded their model.
_READY_IN_A_ROW = 24
_LONGEST_START = 900.0


@dataclass(frozen=True)
class Server:
    """A running `kb serve` and where it listens."""

    address: str
    home: Path
    pid: int

    def processes(self) -> dict[int, str]:
        """Each process of it by its number: "web", "jobs", or "server", which watches over both."""
        found = {self.pid: "server"}
        for pid, command in children(self.pid).items():
            found[pid] = "jobs" if "worker" in command else "web"
        return found


def environment(home: Path, **more: str) -> dict[str, str]:
    """That of the caller without its settings of kb, but for those given; each customer has the address that is sent along."""
    kept = without_settings()
    # Nobody else reaches it.
    open_here = {"KB_PROXIES": "1", "KB_ACCEPT_INSECURE": "KB_PUBLIC_URL,KB_HOME", "KB_DRAIN_SECONDS": "0"}
    return {**kept, **open_here, "KB_HOME": str(home), "KB_WORKERS": "2", **more}


def run_kb(arguments: list[str], variables: dict[str, str]) -> str:
    """What a command prints. Raises SystemExit with what it said where it fails."""
    ended = subprocess.run([*KB, *arguments], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"kb {' '.join(arguments)} failed: {ended.stdout}{ended.stderr}")
    return ended.stdout


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which shop is served, and how results are told."""
    parser.add_argument("--model", default="bundled", help="as KB_MODEL")
    parser.add_argument("--home", type=Path, help="a folder made by kb setup with this model; it is copied")
    parser.add_argument("--small", action="store_true", help="the sample's articles alone, made within seconds")
    parser.add_argument("--json", action="store_true", dest="as_json")


@contextlib.contextmanager
def shop_folder(model: str, ready: Path | None = None, *, is_small: bool = False) -> Iterator[Path]:
    """A folder with the sample shop, written to and removed afterwards; see `add_options`. Models are taken from KB_HOME/models
    or var/models."""
    with tempfile.TemporaryDirectory(prefix="kb-load-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        models = ready if ready is not None else Path(os.environ.get("KB_HOME", ROOT / "var"))
        (home / "models").symlink_to((models / "models").resolve())
        variables = environment(home, KB_MODEL=model)
        if ready is not None:
            left_out = shutil.ignore_patterns("models", "cache", "metrics", "*.lock")
            shutil.copytree(ready, home, dirs_exist_ok=True, ignore=left_out)
        elif is_small:
            make_small_shop(Settings(home_text=folder, model=model))
        else:
            run_kb(["setup"], variables)
        yield home


def make_small_shop(settings: Settings) -> None:
    """The sample's articles, searchable, and a rep who may log in."""
    engine = create_database_engine(settings)
    upgrade_database(engine)
    with session_scope(engine) as session:
        for path in sorted((ROOT / "articles" / "en").rglob("*.md")):
            save_article(session, parse_article(path.read_text("utf-8"), str(path)), author="load")
        password = secrets.token_urlsafe(16)
        create_user(session, "rep@example.com", Role.REP, password, name="Load")
    bring_up_to_date(engine, settings.index_dir, open_encoder(settings), compare=True)
    engine.dispose()
    (settings.home / DEMO_LOGINS).write_text(f"rep rep@example.com {password}\n", "utf-8")


@contextlib.contextmanager
def served_shop(arguments: argparse.Namespace, **more: str) -> Iterator[Server]:
    """A server for a shop as the options say. more: variables of its environment."""
    with (
        shop_folder(arguments.model, arguments.home, is_small=arguments.small) as home,
        served(home, KB_MODEL=arguments.model, **more) as server,
    ):
        yield server


@contextlib.contextmanager
def served(home: Path, **more: str) -> Iterator[Server]:
    """`kb serve` in a folder, ready: every process has loaded its model."""
    port = free_port()
    variables = environment(home, KB_PORT=str(port), **more)
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server ends with whoever measures it
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen([*KB, "serve"], cwd=ROOT, env=variables, stdout=log, stderr=log)
        try:
            server = Server(f"http://127.0.0.1:{port}", home, process.pid)
            _wait_until_ready(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(300)


def _wait_until_ready(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _LONGEST_START
    in_a_row = 0
    while in_a_row < _READY_IN_A_ROW:
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"The server did not start:\n{(server.home / 'server.log').read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{server.address}/readyz", timeout=10):
                in_a_row += 1
        except OSError:
            in_a_row = 0
            time.sleep(0.2)
