"""Counts of limits in the database, which all machines share: one statement a count, each a transaction of its own.

Where the database cannot be used each process counts for itself for a while, as beside a file (webapp.shared.limit_store).
"""

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from limits.storage import MemoryStorage, Storage
from sqlalchemy import Connection, Engine, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from kb.tables import LimitCount
from webapp.shared.limit_store import AGAIN_AFTER

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

SCHEME = "shared-table"
_COUNTS = cast(Table, LimitCount.__table__)
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
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        new = insert(_COUNTS).values(key=_hash(key), count=amount, ends=now + expiry)
        is_over = _COUNTS.c.ends <= now
        count = new.on_conflict_do_update(
            index_elements=[_COUNTS.c.key],
            set_={
                "count": case((is_over, new.excluded.count), else_=_COUNTS.c.count + new.excluded.count),
                "ends": case((is_over, new.excluded.ends), else_=_COUNTS.c.ends),
            },
        ).returning(_COUNTS.c.count)

        def work(connection: Connection) -> int:
            found = int(connection.execute(count).scalar_one())
            self._counted += 1
            if self._counted % _TIDIED_EVERY == 0:
                connection.execute(delete(_COUNTS).where(_COUNTS.c.ends <= now))
            return found

        return self._in_table(work, lambda: self._memory.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return self._in_table(lambda connection: int(_read(connection, key)[0]), lambda: self._memory.get(key))

    def get_expiry(self, key: str) -> float:
        return self._in_table(lambda connection: _read(connection, key)[1], lambda: self._memory.get_expiry(key))

    def check(self) -> bool:
        """Whether the table is used."""

        def look(connection: Connection) -> bool:
            connection.execute(select(_COUNTS.c.key).limit(1)).first()
            return True

        return self._in_table(look, lambda: False)

    def reset(self) -> int | None:
        return self._in_table(lambda connection: connection.execute(delete(_COUNTS)).rowcount, self._memory.reset)

    def clear(self, key: str) -> None:
        def forget(connection: Connection) -> None:
            connection.execute(delete(_COUNTS).where(_COUNTS.c.key == _hash(key)))

        self._in_table(forget, lambda: self._memory.clear(key))

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


def _read(connection: Connection, key: str) -> tuple[int, float]:
    """Count and end; nothing, ending now, where it is over."""
    now = time.time()
    row = connection.execute(
        select(_COUNTS.c.count, _COUNTS.c.ends).where(_COUNTS.c.key == _hash(key), _COUNTS.c.ends > now)
    ).first()
    return (row[0], row[1]) if row else (0, now)


def _hash(key: str) -> bytes:
    """Keys name addresses of people; the table need not."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
