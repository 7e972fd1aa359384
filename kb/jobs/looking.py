"""Telling which lanes may have work: one look for all of them, by one thread, however many lanes a worker has.

On SQLite a number says for next to nothing whether anybody has written at all; PostgreSQL sends signals. The look only reads:
what must be written, and may have to wait for others, is left to the lane that is woken.
"""

import logging
import threading
import time
from collections.abc import Sequence
from itertools import count

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.core.signals import JOBS as ANY_JOBS
from kb.core.signals import Watch, jobs_of
from kb.jobs.claiming import find_due_kinds
from kb.jobs.kind import Kind
from kb.jobs.running import in_words

logger = logging.getLogger(__name__)

# Seconds: between two looks whether anybody has written; after which is looked though nobody has; before a look that failed is
# tried again.
POLL, _CLOCK, _AGAIN = 0.1, 1.0, 1.0
# After which a lane looks for itself, whatever it has been told.
_ANYHOW = 60.0
# Of a processor that looks may take, where they are dear; and the seconds for which they pause at most to keep to it.
_SHARE, _LONGEST_PAUSE = 0.05, 0.5


class Lane:
    """Kinds of jobs that wait for each other. It is either free, and looked at, or at work."""

    def __init__(self, engine: Engine, name: str, kinds: Sequence[Kind]) -> None:
        self.name, self.kinds = name, kinds
        self.names = [kind.name for kind in kinds]
        self.wanted = [kind for kind in kinds if kind.is_wanted is not None]
        # A job that is asked for is signalled to its lane: it waits for no look.
        self.watch = Watch(engine, *map(jobs_of, self.names))
        self.is_free = False
        self.seen: int | None = None
        # By the clock of this process: looked at though nothing was written; not looked at before, whatever was.
        self.look_at = self.not_before = 0.0

    def is_ready(self) -> bool:
        return all(kind.is_ready() for kind in self.kinds if kind.is_ready is not None)

    def may_want(self, session: Session) -> bool:
        return any(kind.is_wanted(session) for kind in self.wanted if kind.is_wanted is not None)

    def wake(self) -> None:
        self.is_free = False
        self.watch.wake()


class Look:
    """Wakes lanes that may have work, from `run` until `stop` is set."""

    def __init__(self, engine: Engine, lanes: Sequence[Lane], stop: threading.Event) -> None:
        self._engine, self._lanes, self._stop = engine, lanes, stop
        self._watch = Watch(engine, ANY_JOBS)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._looks = count()
        self._connection: Connection | None = None

    def run(self) -> None:
        with self._watch:
            while not self._stop.is_set():
                pause = self._look_and_pause()
                self._stop.wait(pause)
                self._watch.wait(max(0.0, POLL - pause), _CLOCK)
        self._close()
        for lane in self._lanes:
            lane.wake()

    def wait(self, lane: Lane) -> None:
        """Until the lane may have work, or `stop` is set. What has changed since it last looked itself is looked at at once."""
        lane.seen = None
        lane.is_free = True
        self._watch.wake()
        lane.watch.wait(_ANYHOW, _ANYHOW)
        lane.is_free = False

    def _look_and_pause(self) -> float:
        """Returns for how many seconds to pause, so that looks that are dear do not take more of a processor than they may."""
        begun = time.thread_time()
        try:
            self._look()
        except SQLAlchemyError as error:
            logger.warning("It could not be seen whether there are jobs: %s", in_words(error))
            self._close()
            self._stop.wait(_AGAIN)
        return min(_LONGEST_PAUSE, (time.thread_time() - begun) / _SHARE)

    def _look(self) -> None:
        free = [lane for lane in self._lanes if lane.is_free and lane.is_ready()]
        if not free:
            return
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        version = self._version(self._connection)
        now = time.monotonic()
        lanes = [lane for lane in free if now >= lane.not_before and (lane.seen != version or now >= lane.look_at)]
        for lane in lanes:
            lane.seen, lane.look_at = version, now + _CLOCK
        with Session(self._connection) as session:
            for lane in lanes:
                self._ask(session, lane)
        waiting = [lane for lane in lanes if lane.is_free]
        if waiting:
            due = find_due_kinds(self._connection, [name for lane in waiting for name in lane.names])
            for lane in waiting:
                if not due.isdisjoint(lane.names):
                    lane.wake()

    def _ask(self, session: Session, lane: Lane) -> None:
        """One that cannot tell holds up no other."""
        try:
            if lane.may_want(session):
                lane.wake()
        except SQLAlchemyError as error:
            if getattr(error, "connection_invalidated", False):
                raise
            self._failed(session, lane, in_words(error))
        except Exception as error:  # noqa: BLE001  # a thread that dies would leave every lane without work
            self._failed(session, lane, in_words(error))

    def _failed(self, session: Session, lane: Lane, words: str) -> None:
        session.rollback()
        lane.not_before = time.monotonic() + _AGAIN
        logger.warning("It could not be seen whether there is work for “%s”: %s", lane.name, words)

    def _version(self, connection: Connection) -> int:
        """Another one where something may have changed."""
        if not self._is_sqlite:
            return next(self._looks)
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
