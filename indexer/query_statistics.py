"""The statistics of queries that a process uses: the newest version in the database, taken up like a new view of a collection."""

import logging
import threading
import time

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.core.database import session_scope
from kb.search.query_statistics import QueryStatistics, load_query_statistics, newest_version

logger = logging.getLogger(__name__)

# How long a process may use a version that is not the newest any more. A look costs about .2 ms.
LOOK_EVERY_SECONDS = 0.25


class QueryStatisticsReader:
    """Follows the versions of one encoder. Where the database cannot be read, the last version that was is used on."""

    def __init__(self, engine: Engine, fingerprint: str) -> None:
        self._engine = engine
        self._fingerprint = fingerprint
        self._lock = threading.Lock()
        self._current = self._load()
        self._looked_at = time.monotonic()

    def current(self) -> QueryStatistics:
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
                if newest_version(session, self._fingerprint) != self._current.version:
                    self._current = load_query_statistics(session, self._fingerprint)
        except SQLAlchemyError as error:
            logger.warning("The statistics of queries cannot be read (%s); those that were read last are used.", error)

    def _load(self) -> QueryStatistics:
        with session_scope(self._engine) as session:
            return load_query_statistics(session, self._fingerprint)
