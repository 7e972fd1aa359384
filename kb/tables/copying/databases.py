"""What copying asks of the two kinds of databases, by their own drivers: rows as they are stored, in and out by the stream."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import JSON, Connection, Table

from kb.tables.copying.values import Plain, Row

# Rows that are fetched at a time. Each may be a picture of some megabytes.
_FETCHED = 50
_PATIENCE_SECONDS = 15


class Stored(Protocol):
    """A database within one transaction."""

    name: str

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows as the driver gives them, a few at a time."""

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, taken from the iterator as they are written."""

    def unguarded(self) -> Any:
        """A context in which no trigger runs and no foreign key is looked at. Leaving it puts both back, and checks all keys."""

    def last_ids(self, tables: Iterable[Table]) -> dict[str, int]:
        """By table the last id that was given out, where the database counts: it may be above the last that is there."""

    def give_ids_after(self, last: Mapping[str, int]) -> None:
        """Let the next row of each table get a higher id."""


def stored(connection: Connection) -> Stored:
    return _Postgresql(connection) if connection.dialect.name == "postgresql" else _Sqlite(connection)


def _names(connection: Connection, table: Table) -> tuple[str, list[str]]:
    quote = connection.dialect.identifier_preparer.quote
    return quote(table.name), [quote(column.name) for column in table.columns]


class _Sqlite:
    name = "sqlite"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        name, columns = _names(self._connection, table)
        before = self._driver.text_factory
        # A text that is no UTF-8 would end the reading of the table.
        self._driver.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        try:
            yield from self._driver.execute(f"SELECT {', '.join(columns)} FROM {name}")  # noqa: S608  # names of our tables
        finally:
            self._driver.text_factory = before

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        name, columns = _names(self._connection, table)
        marks = ", ".join("?" * len(columns))
        self._driver.executemany(
            f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
            ([_for_sqlite(value) for value in row] for row in rows),
        )

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        execute = self._connection.exec_driver_sql
        execute("PRAGMA defer_foreign_keys=ON")  # until the transaction ends
        triggers = execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in triggers:
            execute(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            execute(statement)

    def last_ids(self, tables: Iterable[Table]) -> dict[str, int]:
        names = {table.name for table in tables}
        found = self._connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: last for name, last in found if name in names}

    def give_ids_after(self, last: Mapping[str, int]) -> None:
        counted = self._connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
        )
        for name in [name for (name,) in counted if name in last]:
            self._connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self._connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last[name])
            )


def _for_sqlite(value: Plain) -> Any:
    """As SQLAlchemy's types write it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


class _Postgresql:
    name = "postgresql"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        # Somebody who works with this database would otherwise hold the copy up for ever.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'")

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        name, columns = _names(self._connection, table)
        as_stored = [
            f"{column}::text" if isinstance(one.type, JSON) else column
            for column, one in zip(columns, table.columns, strict=True)
        ]
        with self._driver.cursor(name="kb_copy", binary=True) as cursor:
            cursor.itersize = _FETCHED
            cursor.execute(f"SELECT {', '.join(as_stored)} FROM {name}")  # noqa: S608  # names of our tables
            yield from cursor

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        name, columns = _names(self._connection, table)
        with (
            self._driver.cursor() as cursor,
            cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        execute = self._connection.exec_driver_sql
        with_triggers = execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
        ).scalars().all()  # fmt: skip
        keys = execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        ).all()
        for table in with_triggers:
            execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, name, _ in keys:
            execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        for table, name, definition in keys:
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for table in with_triggers:
            execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def last_ids(self, tables: Iterable[Table]) -> dict[str, int]:
        found = {}
        for table, sequence in self._sequences(tables):
            last, is_called = self._connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608
            if is_called:
                found[table] = last
        return found

    def give_ids_after(self, last: Mapping[str, int]) -> None:
        from kb.tables import Base

        for table, sequence in self._sequences([Base.metadata.tables[name] for name in last]):
            number = last[table]
            self._connection.exec_driver_sql("SELECT setval(%s, %s, %s)", (sequence, max(number, 1), number > 0))

    def _sequences(self, tables: Iterable[Table]) -> list[tuple[str, str]]:
        pairs = []
        for table in tables:
            if "id" in table.columns:
                found = self._connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, 'id')", (table.name,))
                if (sequence := found.scalar()) is not None:
                    pairs.append((table.name, sequence))
        return pairs
