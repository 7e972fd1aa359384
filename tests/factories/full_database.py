"""Rows in every table of the database, for what must carry all of it along."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    Engine,
    Integer,
    LargeBinary,
    Table,
    insert,
    select,
)

from kb.tables import Base, UtcDateTime

AT = datetime(2026, 3, 1, 23, 30, 15, 123456, tzinfo=UTC)
# The audit trail is a chain of its own, which rows from anywhere would break.
CHAINED = {"audit_events", "audit_heads"}


def fill_every_table(connection: Connection) -> None:
    """Two rows more in each table; those that point at rows of their own table point at each other."""
    for table in Base.metadata.sorted_tables:
        if table.name in CHAINED:
            continue
        own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
        for number in (901, 902):
            row = row_of(table, number)
            connection.execute(insert(table).values({name: row[name] for name in row if name not in own}))
        for name in own:
            for number in (901, 902):
                connection.execute(table.update().where(table.c.id == number).values({name: 1803 - number}))


def row_of(table: Table, number: int) -> dict[str, Any]:
    """A row whose id is `number`, and which points at rows with that id."""
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return number
    kind = column.type
    if isinstance(kind, Boolean):
        return number == 901
    if isinstance(kind, Integer):  # BigInteger is one
        return number
    if isinstance(kind, JSON):
        return {"of": column.name, "words": ["ক", "क", None, 0.1, number]}
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) * 3 + bytes([number % 256])
    if isinstance(kind, UtcDateTime):
        return AT.replace(second=number - 900)
    if isinstance(kind, Date):
        return date(2026, 3, number - 900)
    if isinstance(kind, Double):
        return 0.1 + number
    return f"क{number}"


def rows_of_every_table(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All there is, in an order that both kinds of database share."""
    with engine.connect() as connection:
        return {table.name: _rows(connection, table) for table in Base.metadata.sorted_tables}


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
