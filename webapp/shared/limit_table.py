"""Counts of limits in the database, which all machines share: one statement a count, each a transaction of its own.

Where the database cannot be used each process counts for itself for a while, as beside a file (webapp.shared.limit_store).
"""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from limits.storage import MemoryStorage, Storage
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.accounts.limit_counts import (
    count_up,
    forget_all_counts,
    forget_count,
    forget_ended_counts,
    read_count,
)
from webapp.shared.limit_store import AGAIN_AFTER

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

SCHEME = "shared-table"
# Counts after which those whose time is over are deleted.
_TIDIED_EVERY = 2000


class SharedTableStorage(Storage):
    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 (as `limits` declares it)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, *, engine: Engine, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._memory = MemoryStorage()
        self._counted = 0
        self._unused_until = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (SQLAlchemyError,)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()

        def work(connection: Connection) -> int:
            found = count_up(connection, key, amount, now, expiry)
            self._counted += 1
            if self._counted % _TIDIED_EVERY == 0:
                forget_ended_counts(connection, now)
            return found

        return self._in_table(work, lambda: self._memory.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return self._in_table(lambda it: int(read_count(it, key, time.time())[0]), lambda: self._memory.get(key))

    def get_expiry(self, key: str) -> float:
        return self._in_table(lambda it: read_count(it, key, time.time())[1], lambda: self._memory.get_expiry(key))

    def check(self) -> bool:
        """Whether the table is used."""

        def look(connection: Connection) -> bool:
            read_count(connection, "", time.time())
            return True

        return self._in_table(look, lambda: False)

    def reset(self) -> int | None:
        return self._in_table(forget_all_counts, self._memory.reset)

    def clear(self, key: str) -> None:
        self._in_table(lambda it: forget_count(it, key), lambda: self._memory.clear(key))

    def _in_table(self, work: Callable[[Connection], Result], in_memory: Callable[[], Result]) -> Result:
        if time.monotonic() >= self._unused_until:
            try:
                with self._engine.connect() as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                self._unused_until = time.monotonic() + AGAIN_AFTER
                logger.warning(
                    "Limits: the database cannot be used (%s); each process counts for itself", type(error).__name__
                )
        return in_memory()
