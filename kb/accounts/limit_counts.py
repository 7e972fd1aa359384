"""How often something was asked within a time, for all machines that share the database: one statement a count.

Functions take a connection whose statements are transactions of their own (autocommit). Times are seconds since 1970.
"""

import hashlib
from functools import cache
from typing import cast

from sqlalchemy import Connection, Table, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from kb.tables import LimitCount

_COUNTS = cast(Table, LimitCount.__table__)


def count_up(connection: Connection, key: str, amount: int, now: float, seconds: int) -> int:
    """The count of `key` with `amount` more; it begins anew, for `seconds`, where its time was over."""
    values = {"key": _hash(key), "count": amount, "ends": now + seconds, "now": now}
    return int(connection.execute(_counted_up(connection.dialect.name), values).scalar_one())


@cache
def _counted_up(dialect: str) -> ReturningInsert[int]:
    # Made once: each request asks it, and putting it together takes as long as asking it.
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = insert(_COUNTS).values(key=bindparam("key"), count=bindparam("count"), ends=bindparam("ends"))
    is_over = _COUNTS.c.ends <= bindparam("now")
    return new.on_conflict_do_update(
        index_elements=[_COUNTS.c.key],
        set_={
            "count": case((is_over, new.excluded.count), else_=_COUNTS.c.count + new.excluded.count),
            "ends": case((is_over, new.excluded.ends), else_=_COUNTS.c.ends),
        },
    ).returning(_COUNTS.c.count)


def read_count(connection: Connection, key: str, now: float) -> tuple[int, float]:
    """Count and end of `key`; nothing, ending now, where it is over."""
    row = connection.execute(
        select(_COUNTS.c.count, _COUNTS.c.ends).where(_COUNTS.c.key == _hash(key), _COUNTS.c.ends > now)
    ).first()
    return (row[0], row[1]) if row else (0, now)


def forget_count(connection: Connection, key: str) -> None:
    connection.execute(delete(_COUNTS).where(_COUNTS.c.key == _hash(key)))


def forget_all_counts(connection: Connection) -> int:
    """How many there were."""
    return connection.execute(delete(_COUNTS)).rowcount


def forget_ended_counts(connection: Connection, now: float) -> None:
    connection.execute(delete(_COUNTS).where(_COUNTS.c.ends <= now))


def _hash(key: str) -> bytes:
    """Keys name addresses of people; the table need not."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
