"""The worker beside the web processes of `kb serve`: started with them, started again if it dies, stopped with them."""

import logging
import mmap
import os
import signal
import subprocess
import sys
import time
from typing import Any

from gunicorn.arbiter import Arbiter
from prometheus_client.multiprocess import mark_process_dead

logger = logging.getLogger(__name__)

# Seconds before a worker that died is started again: doubled while it keeps dying soon after its start.
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 30.0
# A worker that ran for so long was well.
_WELL_AFTER = 60.0
# What it gets for giving back its jobs.
_GRACE = 25.0


class WorkerProcess:
    """`kb worker` as a child of this process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._delay = _FIRST_DELAY
        self._started = self._start_at = 0.0

    def keep(self) -> None:
        """Start it where it does not run. Called again and again; never waits."""
        now = time.monotonic()
        if self._process is not None:
            if self._process.poll() is None:
                return
            logger.warning("The worker of jobs died; it is started again.")
            mark_process_dead(self._process.pid)  # type: ignore[no-untyped-call]
            self._delay = _FIRST_DELAY if now - self._started > _WELL_AFTER else min(2 * self._delay, _LONGEST_DELAY)
            self._process, self._start_at = None, now + self._delay
        if now >= self._start_at:
            arguments = [sys.executable, "-m", "webapp.commands", "worker", "--parent", str(os.getpid())]
            self._process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)
            self._started = now

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        """Returns when it is gone; one that does not go is killed, and its jobs are taken by others when its lease is over."""
        if self._process is None:
            return
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Draining:
    """A sign that the master sets and all server processes see. Made before they are forked."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def begin(self) -> None:
        self._shared[0] = 1

    def has_begun(self) -> bool:
        return self._shared[0] == 1


class SupervisingArbiter(Arbiter):  # type: ignore[misc]
    """gunicorn's master, which looks after the worker of jobs each time that it looks after its own.

    Asked to stop by SIGTERM it first says so: for `drain` seconds /readyz answers 503 and everything else is answered as before,
    so that whoever distributes requests has sent them to other machines by the time that none are taken any more.
    Without threads: it forks, and what a thread held at that moment would stay held in the child.
    """

    def __init__(self, app: Any, draining: Draining, drain: float) -> None:
        super().__init__(app)
        self._jobs = WorkerProcess()
        self._draining, self._drain = draining, drain
        self._is_asked = False

    def handle_term(self) -> None:
        self._is_asked = True
        super().handle_term()

    def manage_workers(self) -> None:
        super().manage_workers()
        self._jobs.keep()

    def stop(self, graceful: bool = True) -> None:
        self._jobs.ask_to_stop()
        if graceful and self._is_asked:
            self._wait_while_others_leave()
        super().stop(graceful)
        self._jobs.wait()

    def _wait_while_others_leave(self) -> None:
        """Until the time is over, or somebody asks a second time."""
        self._draining.begin()
        self._is_asked = False
        end = time.monotonic() + self._drain
        while self.WORKERS and time.monotonic() < end and not self.wait_for_signals(timeout=0.1):
            self.reap_workers()
