"""How a process stays in step with the database, whatever the engine: looks for news, in a thread of its own or as searches come.

Searches take the newest views and never wait. Where a thread follows (servers), looking for news is its work alone; else a search
looks when the last look is a moment ago (commands, tests). Whatever goes wrong in a look, the last good views stay.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.core.errors import KbError
from kb.core.signals import INDEX, Watch

logger = logging.getLogger(__name__)

# How long a process may go on without looking for news. A look costs about 0.3 ms.
LOOK_EVERY_SECONDS = 0.25
# The same where changes are heard of. The files, which follow the database, are not.
LOOK_EVERY_SECONDS_WHEN_HEARD = 0.5


class FollowingReader(ABC):
    """Half of a `BackendReader`: what is left to an engine is its views, and `_take_up`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._follower: threading.Thread | None = None
        self._stopped = threading.Event()
        self._looked_at = time.monotonic()
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the views are not the newest ones, for the operator."""
        return self._problem

    @abstractmethod
    def _take_up(self) -> str | None:
        """Take up what has changed, and say what is wrong all the same; None while all is well. May raise what `look` expects."""

    def follow(self) -> None:
        """Look for news in a thread of its own from now on, until `close`."""
        if self._follower is None:
            self._follower = threading.Thread(target=self._follow, name="index-reader", daemon=True)
            self._follower.start()

    def close(self) -> None:
        """Stop following; what was begun is ended first."""
        self._stopped.set()
        if self._follower is not None and self._follower is not threading.current_thread():
            self._follower.join(5)

    def look(self, *, wait: bool = True) -> None:
        """Take up what has changed. Never raises: what is wrong is in `problem` and in the log, once."""
        if not self._lock.acquire(blocking=wait):
            return  # somebody else is looking
        try:
            self._note(self._take_up())
        except (KbError, SQLAlchemyError, OSError, ValueError) as error:
            self._note(str(error) if isinstance(error, KbError) else " ".join(str(error).splitlines()[:1]))
        finally:
            self._looked_at = time.monotonic()
            self._lock.release()

    def _note(self, problem: str | None) -> None:
        if problem is None and self._problem is not None:
            logger.warning("The index is followed again.")
        elif problem != self._problem:
            logger.warning("The index cannot be followed; searches go on with the last good one. %s", problem)
        self._problem = problem

    def _look_if_due(self) -> None:
        """For a search, where no thread follows."""
        if self._follower is None and time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS:
            self.look(wait=False)

    def _follow(self) -> None:
        with Watch(self._engine, INDEX) as watch:
            while not self._stopped.is_set():
                watch.wait(LOOK_EVERY_SECONDS, LOOK_EVERY_SECONDS_WHEN_HEARD)
                try:
                    self.look()
                except Exception:  # a thread that dies would leave the process behind for ever
                    logger.exception("Looking for news of the index failed")
