"""Rows in every table, with values that are awkward to carry: texts in three scripts, pictures, vectors, times, numbers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    select,
    text,
)
from sqlalchemy.types import TypeDecorator

from kb.tables import Base

ROWS = 3
# By what is audited, by triggers, by the migrations.
_FILLED_OTHERWISE = {"audit_events", "audit_heads", "changed_documents", "schema_marks"}
_MOMENT = datetime(2026, 11, 30, 23, 59, 59, 123456, tzinfo=UTC)


def fill_every_table(connection: Connection, numbers: Sequence[int] = range(1, ROWS + 1)) -> int:
    """A row in each of these ids, which are free, through the types of the tables; returns how many in all. Rows that point at
    rows of their own table point at the next one, the last at the first."""
    count = 0
    for table in Base.metadata.sorted_tables:
        if table.name in _FILLED_OTHERWISE:
            continue
        own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
        for number in numbers:
            row = row_of(table, number)
            connection.execute(table.insert().values({name: row[name] for name in row if name not in own}))
            count += 1
        for name in own:
            for number, following in zip(numbers, [*numbers[1:], numbers[0]], strict=True):
                connection.execute(table.update().where(table.c.id == number).values({name: following}))
    if connection.dialect.name == "postgresql":  # ids were given by hand
        for table in Base.metadata.sorted_tables:
            if "id" in table.columns:
                sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
                if sequence is not None:
                    connection.execute(text("SELECT setval(:sequence, 1000)"), {"sequence": sequence})
    return count


def rows_of_every_table(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All there is, in an order that both kinds of database share."""
    with engine.connect() as connection:
        return {table.name: _rows(connection, table) for table in Base.metadata.sorted_tables}


def _rows(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(select(table))), key=repr)


def row_of(table: Table, number: int) -> dict[str, Any]:
    """A row whose id is `number`, and which points at rows with that id."""
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return number
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if column.nullable and number % 2 == 0:
        return None
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number / 3
    if isinstance(kind, DateTime):
        return _MOMENT + timedelta(days=number)
    if isinstance(kind, Date):
        return date(2026, 11, 1 + number % 28)
    if isinstance(kind, LargeBinary):
        return bytes([number % 256, *range(256)])
    if isinstance(kind, JSON):
        return {"नाम": [number, 1.5, None, "tab\tline\n\\."]}
    said = f"{number} গ্রাহক\\N\t'\"\n😀"
    return said[: kind.length] if isinstance(kind, String) and kind.length else said
