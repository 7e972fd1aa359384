"""Several machines on this one: each has a home folder and a loopback address of its own, and `kb serve` with its worker of jobs.

Nothing joins them but the database.
"""

import http.client
import json
import os
import random
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb_process import KB, free_port, without_settings

KEY = secrets.token_hex(32)  # of all machines
# Seconds. Generous: what a test waits for may come slowly, but it comes.
_START, _STOP = 300.0, 90.0
_ASK = 30.0


@dataclass
class Machine:
    """number: 1 and more; more: further settings."""

    number: int
    home: Path
    database: str
    more: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.{10 + self.number}"

    @property
    def environment(self) -> dict[str, str]:
        kept = without_settings()
        own = {"KB_HOME": str(self.home), "KB_DATABASE": self.database, "KB_HOST": self.address}
        fixed = {"KB_MODEL": "hash", "KB_SECRET_KEY": KEY, "KB_WORKERS": "1", "KB_CHECK_LINKS": "0", "KB_PROXIES": "1"}
        fixed |= {"KB_ACCEPT_INSECURE": "KB_PUBLIC_URL", "KB_DRAIN_SECONDS": "0"}
        return kept | fixed | own | {"KB_PORT": str(self.port)} | dict(self.more)

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")

    def start(self) -> None:
        """Returns at once; `wait_until_ready` waits."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = self.port or free_port(self.address)
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*KB, "serve"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a kill takes all of them, as a power cut would
            )

    def run(self, *arguments: str) -> str:
        """A command on this machine; what it printed."""
        done = subprocess.run(
            [*KB, *arguments],
            env=self.environment, capture_output=True, text=True, check=False, timeout=_START,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_ready(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self.get("/readyz", seconds=5)[0] == 200
        return False

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START
        while not self.is_ready():
            assert self.process is not None
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, f"machine {self.number} did not become ready\n{self.log}"
            time.sleep(0.1)

    def get(self, path: str, *, seconds: float = _ASK, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and body, by a connection of its own. Raises OSError or HTTPException where nobody answers."""
        return self.ask("GET", path, seconds=seconds, headers=headers)

    def ask(
        self, method: str, path: str, body: str = "", *, seconds: float = _ASK, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.address, self.port, timeout=seconds)
        try:
            # Each request is of a visitor of its own: limits are not what is looked at here.
            visitor = {"X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"}
            connection.request(method, path, body or None, visitor | dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def search(self, query: str) -> dict[str, Any]:
        status, body = self.get(f"/api/v1/search?q={query.replace(' ', '+')}")
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        return found

    def stop(self) -> None:
        """Asks it to stop, and waits until it has."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(_STOP)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """All its processes at once, as where the power fails."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_STOP)

    def signal(self, number: int) -> None:
        """To all its processes, for instance to hold them for a while."""
        assert self.process is not None
        os.killpg(self.process.pid, number)


@contextmanager
def machines(
    folder: Path, database: str, number: int = 2, more: Mapping[str, str] | None = None
) -> Iterator[list[Machine]]:
    """So many, started and ready; stopped in the end."""
    found = [Machine(one, folder / f"machine-{one}", database, more or {}) for one in range(1, number + 1)]
    try:
        for machine in found:
            machine.start()
        for machine in found:
            machine.wait_until_ready()
        yield found
    finally:
        for machine in found:
            if machine.process is not None and machine.process.poll() is None:
                machine.process.terminate()
        for machine in found:
            if machine.process is not None:
                with suppress(ProcessLookupError):
                    machine.signal(signal.SIGCONT)
                machine.stop()


def wait_for(condition: Callable[[], object], what: str, seconds: float = 180) -> float:
    """Seconds until it holds."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"it did not come about: {what}"
        time.sleep(0.1)
    return time.monotonic() - begun
