"""What a process follows in the database: the version to use of something that jobs store, taken up like a new view."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.core.database import session_scope

logger = logging.getLogger(__name__)
T = TypeVar("T")

# How long a process may use a version that is not the newest any more. A look costs about .2 ms.
LOOK_EVERY_SECONDS = 0.25


class Versions:
    """Asks for the newest versions of some followers, all by one statement. Safe for many threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._followers: list[Follower[Any]] = []
        self._statement: Select[Any] = select()
        self._lock = threading.Lock()
        self._looked_at = time.monotonic()

    def add(self, follower: "Follower[Any]") -> None:
        """To be called before the first look."""
        self._followers.append(follower)
        self._statement = select(*(one.newest.scalar_subquery() for one in self._followers))

    def look_if_due(self) -> None:
        """Whoever comes while somebody looks goes on with what there is."""
        if time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked_at = time.monotonic()
                self._lock.release()

    def _look(self) -> None:
        try:
            with self.engine.connect() as connection:
                found = connection.execute(self._statement).one()
        except SQLAlchemyError as error:
            for follower in self._followers:
                follower.note(error)
            return
        for follower, version in zip(self._followers, found, strict=True):
            follower.take_up(version or 0)


class Follower(Generic[T]):
    """Where the database cannot be read, the last version that was is used on. Safe for many threads.

    newest: gives the number of the version to use, none for 0, cheaply; load: reads it, with its number. versions: with which
    other followers it is looked for.
    """

    def __init__(
        self,
        engine: Engine,
        what: str,
        newest: Select[int],
        load: Callable[[Session], tuple[int, T]],
        versions: Versions | None = None,
    ) -> None:
        self.newest = newest
        self._engine, self._what, self._load = engine, what, load
        with session_scope(engine) as session:
            self._version, self._current = load(session)
        self._versions = versions or Versions(engine)
        self._versions.add(self)

    def current(self) -> T:
        self._versions.look_if_due()
        return self._current

    def take_up(self, version: int) -> None:
        """Read what is stored where it is another version than the one in use."""
        if version == self._version:
            return
        try:
            with session_scope(self._engine) as session:
                self._version, self._current = self._load(session)
        except SQLAlchemyError as error:
            self.note(error)

    def note(self, error: SQLAlchemyError) -> None:
        logger.warning("%s cannot be read (%s); what was read last is used.", self._what, error)
