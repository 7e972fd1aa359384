"""Rows in every table, with values that are awkward to carry: texts in three scripts, pictures, vectors, times, numbers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)
from sqlalchemy.types import TypeDecorator

from kb.tables import Base

ROWS = 3
# By what is audited, by triggers, by the migrations.
_FILLED_OTHERWISE = {"audit_events", "audit_heads", "changed_documents", "schema_marks"}
_MOMENT = datetime(2026, 11, 30, 23, 59, 59, 123456, tzinfo=UTC)


def fill_every_table(connection: Connection) -> int:
    """Three rows in each; returns how many in all. Meant for a database that holds nothing, through the types of the tables."""
    count = 0
    for table in Base.metadata.sorted_tables:
        if table.name in _FILLED_OTHERWISE:
            continue
        for number in range(1, ROWS + 1):
            connection.execute(table.insert().values(_row(table, number)))
            count += 1
    if connection.dialect.name == "postgresql":  # ids were given by hand
        for table in Base.metadata.sorted_tables:
            if "id" in table.columns:
                sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
                if sequence is not None:
                    connection.execute(text("SELECT setval(:sequence, 100)"), {"sequence": sequence})
    return count


def _row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return number
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if column.nullable and number == 2:
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
        return date(2026, 11, number)
    if isinstance(kind, LargeBinary):
        return bytes([number, 0, 255, 10, 92])
    if isinstance(kind, JSON):
        return {"नाम": [number, 1.5, None, "tab\tline\n\\."]}
    said = f"{number} গ্রাহক\\N\t'\"\n😀"
    return said[: kind.length] if isinstance(kind, String) and kind.length else said
