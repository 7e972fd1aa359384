"""What a process follows in the database: the version to use of something that jobs store, taken up like a new view."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.core.database import session_scope

logger = logging.getLogger(__name__)
T = TypeVar("T")

# How long a process may use a version that is not the newest any more. A look costs about .2 ms.
LOOK_EVERY_SECONDS = 0.25


class Follower(Generic[T]):
    """Where the database cannot be read, the last version that was is used on. Safe for many threads.

    newest: tells the number of the version to use, by one short statement; load: reads it, with its number.
    """

    def __init__(
        self, engine: Engine, what: str, newest: Callable[[Session], int], load: Callable[[Session], tuple[int, T]]
    ) -> None:
        self._engine, self._what = engine, what
        self._newest, self._load = newest, load
        self._lock = threading.Lock()
        with session_scope(engine) as session:
            self._version, self._current = load(session)
        self._looked_at = time.monotonic()

    def current(self) -> T:
        if time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked_at = time.monotonic()
                self._lock.release()
        return self._current

    def _look(self) -> None:
        try:
            with session_scope(self._engine) as session:
                if self._newest(session) != self._version:
                    self._version, self._current = self._load(session)
        except SQLAlchemyError as error:
            logger.warning("%s cannot be read (%s); what was read last is used.", self._what, error)
