"""A published article is found by every worker of a running server within a second, and an archived one by none."""

import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from content_factory import add_article, change_article
from kb_process import KB, free_port, without_settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables import has_changed_documents

Kb = Callable[..., subprocess.CompletedProcess[str]]

# Whatever else a machine does may hold up one of them, but not each.
TRIES = 6


@pytest.fixture
def home(tmp_path: Path, kb: Kb) -> Settings:
    assert kb("init").returncode == 0
    return Settings(home_text=str(tmp_path / "home"), model="hash")


@pytest.fixture
def server_address(home: Settings) -> Iterator[str]:
    port = free_port()
    environment = without_settings()
    environment |= {"KB_HOME": home.home_text, "KB_MODEL": "hash", "KB_PORT": str(port), "KB_WORKERS": "2"}
    command = [*KB, "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the server did not start"
        assert time.monotonic() < deadline, "the server did not become ready"
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).read()
            break
        except OSError:
            time.sleep(0.2)
    yield address
    process.terminate()
    process.wait(timeout=40)


def count_finding(address: str, times: int) -> int:
    """How many of so many searches, each on a connection of its own (so that any worker may get it), find the lamp."""
    url = f"{address}/api/v1/search?q=brass+lamp"
    return sum(b"Brass lamp" in urllib.request.urlopen(url, timeout=20).read() for _ in range(times))


@pytest.mark.slow
def test_every_worker_finds_a_published_article_within_a_second(server_address: str, home: Settings) -> None:
    engine = create_database_engine(home)
    session: Session = sessionmaker(engine, expire_on_commit=False)()
    assert count_finding(server_address, 10) == 0  # both workers have opened their collections
    # Nobody publishes while a server is starting.
    add_article(session, "Tin pan", "How to clean a tin pan")
    wait_until_indexed(engine)
    article = add_article(session, "Brass lamp", "How to clean a brass lamp")
    found = []
    for _ in range(TRIES):
        time.sleep(0.9)
        found.append(count_finding(server_address, 24))
        change_article(session, article, status="archived")
        assert count_finding(server_address, 24) == 0  # gone at once: the database is asked before anything is shown
        if found[-1] == 24:
            return
        wait_until_indexed(engine)
        change_article(session, article, status="published")
    pytest.fail(f"Of 24 searches found it: {found}")


def wait_until_indexed(engine: Engine) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with sessionmaker(engine)() as session:
            if not has_changed_documents(session):
                return
        time.sleep(0.1)
    pytest.fail("the worker did not index what was published")
