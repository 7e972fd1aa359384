"""Rows that point at rows which are gone: SQLite has them where somebody deleted by hand, its own shell guards no key."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, delete, select, update

from kb.tables.copying.checksums import TableSum
from kb.tables.copying.databases import Stored
from kb.tables.copying.values import Fields


def mend_orphans(
    connection: Connection,
    database: Stored,
    tables: Sequence[Table],
    sums: Mapping[str, TableSum],
    tell: Callable[[str, tuple[Any, ...], str, str], None],
) -> None:
    """Empty what points at nothing, or delete the row where it may not be empty, until there is none; `sums` are kept right."""
    found = True
    while found:
        found = False
        for table in tables:
            for column, lost in _lost(table):
                keys = connection.execute(select(*table.primary_key).where(lost)).all()
                if not keys:
                    continue
                found = True
                done = "pointed at nothing: " + ("emptied" if column.nullable else "the row was left out")
                for key in keys:
                    tell(table.name, tuple(key), column.name, done)
                _forget(table, column, lost, connection, database, sums[table.name])


def _lost(table: Table) -> list[tuple[Column[Any], ColumnElement[bool]]]:
    """Each column with a foreign key, and what is true of its rows that point at nothing."""
    pairs: list[tuple[Column[Any], ColumnElement[bool]]] = []
    for key in table.foreign_keys:
        other = key.column.table.alias()
        there: Select[Any] = select(other.c[key.column.name]).where(other.c[key.column.name] == key.parent)
        pairs.append((key.parent, key.parent.is_not(None) & ~there.correlate(table).exists()))
    return pairs


def _forget(
    table: Table,
    column: Column[Any],
    lost: ColumnElement[bool],
    connection: Connection,
    database: Stored,
    written: TableSum,
) -> None:
    fields = Fields(table, database.name)
    place = fields.columns.index(column)
    keys = set(connection.execute(select(*table.primary_key).where(lost)).all())
    for raw in database.rows(table):
        if fields.key(raw) not in keys:
            continue
        row = fields.plain(raw, lambda *_: None)
        assert row is not None
        written.remove(row)
        if column.nullable:
            written.add((*row[:place], None, *row[place + 1 :]))
    if column.nullable:
        connection.execute(update(table).where(lost).values({column.name: None}))
    else:
        connection.execute(delete(table).where(lost))
