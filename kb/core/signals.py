"""Being woken by what others commit, beside looking for it now and then: `LISTEN` of PostgreSQL, sent by triggers.

One connection in each process hears for all who wait there, past any pooler. Where there is none (SQLite, a server that is gone)
everybody looks as often as without it, so that a signal that is lost costs time and never a change.
"""

import logging
import threading
import time
from types import TracebackType
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from kb.core.postgresql import open_session

logger = logging.getLogger(__name__)

CHANNEL = "kb_changes"
# What is told apart: passages of the index; conversations that somebody watches; work that may be due.
INDEX, LIVE, JOBS = "index", "live", "jobs"
# Seconds: of one wait for signals, after which it is seen whether anybody still listens; between two questions whether the server
# is still there; before it is tried again.
_HEARS, _ASKS, _AGAIN = 1.0, 10.0, 1.0
# Between two looks of one watch, however many signals come.
_LEAST = 0.02

_of_engine: "WeakKeyDictionary[Engine, _Listener]" = WeakKeyDictionary()
_lock = threading.Lock()


def jobs_of(kind: str) -> str:
    """The topic of the jobs of one kind."""
    return f"{JOBS}:{kind}"


class Watch:
    """Waits for signals of some topics. A context: it hears from entering until leaving."""

    def __init__(self, engine: Engine, *topics: str) -> None:
        self.topics = frozenset(topics)
        self.woken = threading.Event()
        self._engine = engine
        self._listener: _Listener | None = None
        self._went_on = 0.0

    def __enter__(self) -> "Watch":
        if self._engine.dialect.name == "postgresql" and self._engine.dialect.driver == "psycopg":
            self._listener = _listener(self._engine)
            self._listener.add(self)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.remove(self)

    @property
    def hears(self) -> bool:
        return self._listener is not None and self._listener.hears

    def wait(self, alone: float, heard: float) -> None:
        """Returns at a signal, at `wake`, or after `heard` seconds; after `alone` where no signals come."""
        if self.hears:
            time.sleep(max(0.0, self._went_on + _LEAST - time.monotonic()))
            self.woken.wait(heard)
        else:
            self.woken.wait(alone)
        self.woken.clear()
        self._went_on = time.monotonic()

    def wake(self) -> None:
        self.woken.set()


def _listener(engine: Engine) -> "_Listener":
    with _lock:
        if engine not in _of_engine:
            _of_engine[engine] = _Listener(engine)
        return _of_engine[engine]


class _Listener:
    """The connection, with a thread for as long as somebody watches."""

    def __init__(self, engine: Engine) -> None:
        self._open = open_session(engine)
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.hears = False

    def add(self, watch: Watch) -> None:
        with self._lock:
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
                self._thread.start()

    def remove(self, watch: Watch) -> None:
        with self._lock:
            self._watches.discard(watch)

    def _is_over(self) -> bool:
        """Nobody watches any more: the next who does starts a new thread."""
        with self._lock:
            if not self._watches:
                self._thread = None
            return self._thread is None

    def _run(self) -> None:
        from psycopg import Error

        told = False
        while not self._is_over():
            try:
                self._hear()
            except Error as error:
                if not told:
                    logger.warning(
                        "Signals of the database are not heard (%s); it is looked at more often.", type(error).__name__
                    )
                told = True
                time.sleep(_AGAIN)
            else:
                told = False

    def _hear(self) -> None:
        """Until nobody watches. Raises psycopg.Error."""
        with self._open() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            asked = time.monotonic()
            self.hears = True
            try:
                self._wake_all()  # by what nobody heard
                while not self._is_over():
                    self._wake({signal.payload for signal in connection.notifies(timeout=_HEARS, stop_after=1)})
                    if time.monotonic() - asked > _ASKS:
                        connection.execute("SELECT 1")
                        asked = time.monotonic()
            finally:
                self.hears = False
                self._wake_all()  # they look by themselves from now on

    def _wake(self, topics: set[str]) -> None:
        with self._lock:
            watches = [watch for watch in self._watches if watch.topics & topics]
        for watch in watches:
            watch.wake()

    def _wake_all(self) -> None:
        with self._lock:
            watches = list(self._watches)
        for watch in watches:
            watch.wake()
