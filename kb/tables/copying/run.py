"""Copying: all of it in one transaction, compared before it is committed. A copy that is stopped leaves nothing behind."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from kb.core.clock import utc_now
from kb.core.database import snapshot_scope
from kb.core.errors import ConfigurationError, ConflictError
from kb.core.progress import Progress
from kb.tables import Base
from kb.tables.copying.checksums import TableSum
from kb.tables.copying.databases import stored
from kb.tables.copying.orphans import mend_orphans
from kb.tables.copying.values import Fields, Plain
from kb.tables.database_state import DatabaseState, database_state

_TELL_EVERY = 200
# Odd values that are told one by one; of the others how many there are.
_MOST_TOLD = 50


@dataclass(frozen=True)
class OddValue:
    """A value that could not be taken as it is. key: of its row, numbers alone: a text may be somebody's name."""

    table: str
    key: tuple[int | None, ...]
    column: str
    done: str

    def __str__(self) -> str:
        key = ", ".join("?" if one is None else str(one) for one in self.key)
        return f"{self.table} {key}: {self.column} {self.done}"


@dataclass
class CopyReport:
    """What was copied: rows and checksum by table, the same in both databases; odd values, of which the first are told."""

    as_of: datetime
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    odd: list[OddValue] = field(default_factory=list)
    odd_counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.tables.values())

    @property
    def odd_lines(self) -> list[str]:
        """For people: the first of them, and how many more there are."""
        untold = sum(self.odd_counts.values()) - len(self.odd)
        return [*map(str, self.odd), *([f"… and {untold} more values"] if untold else [])]

    def tell(self, table: str, key: tuple[Any, ...], column: str, done: str) -> None:
        self.odd_counts[table, column, done] += 1
        if len(self.odd) < _MOST_TOLD:
            self.odd.append(OddValue(table, tuple(one if isinstance(one, int) else None for one in key), column, done))


def copy_database(
    source: Engine, target: Engine, *, replace: bool = False, progress: Progress | None = None
) -> CopyReport:
    """Copy everything of `source`, as it is at this moment, into `target`; ids, times, vectors and hashes stay.

    replace: delete what the target holds. Raises ConfigurationError where a database cannot be reached or is not of this
    program's version, ConflictError where the target holds something, is in use, or differs in the end: it is then as it was.
    """
    started = time.perf_counter()
    _require_current(source, database_state(source))
    _prepare(target)
    try:
        with snapshot_scope(source) as session, target.connect() as connection:
            if target.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not replace and (held := held_tables(connection)):
                raise ConflictError(
                    "The target holds something already (%(tables)s …). Nothing was copied.",
                    remedy="Name an empty database, or delete what is in it with: --replace",
                    tables=", ".join(held[:3]),
                )
            report = copy_rows(session.connection(), connection, progress)
            connection.commit()
    except IntegrityError as error:
        raise ConflictError(
            "The rows contradict each other in the other database: %(reason)s. Nothing was copied.",
            reason=_first_line(error),
        ) from error
    except OperationalError as error:
        raise ConflictError(
            "The copy was broken off: %(reason)s. Nothing was copied.",
            remedy="Stop servers and workers that use the target, then run the same command again.",
            reason=_first_line(error),
        ) from error
    report.seconds = time.perf_counter() - started
    return report


def copy_rows(source: Connection, target: Connection, progress: Progress | None = None) -> CopyReport:
    """Replace all rows of `target` by those of `source`, and compare them; both are at the newest migration.

    source: in a transaction that sees one moment (`snapshot_scope`). target: in a transaction, which the caller commits; nobody
    else may write there meanwhile. Raises ConflictError where they differ in the end.
    """
    report = CopyReport(as_of=utc_now())
    _Copy(source, target, report, progress or (lambda _done, _total: None)).run()
    return report


def held_tables(connection: Connection) -> list[str]:
    """Tables that hold more than migrations put there."""
    return [table.name for table in Base.metadata.sorted_tables if _holds_something(connection, table)]


class _Copy:
    """One copy, within a transaction of each database."""

    def __init__(self, source: Connection, target: Connection, report: CopyReport, progress: Progress) -> None:
        self._connection, self._report, self._progress = target, report, progress
        self._from, self._to = stored(source), stored(target)
        self._tables = list(Base.metadata.sorted_tables)
        # What is written is read again.
        self._total = 2 * sum(source.scalar(select(func.count()).select_from(table)) or 0 for table in self._tables)
        self._done = 0

    def run(self) -> None:
        sums = {table.name: TableSum(list(table.columns)) for table in self._tables}
        with self._to.unguarded():
            for table in reversed(self._tables):
                self._connection.execute(table.delete())
            for table in self._tables:
                self._to.write(table, self._converted(table, sums[table.name]))
            mend_orphans(self._connection, self._to, self._tables, sums, self._report.tell)
        last = self._from.last_ids(self._tables)
        for table in self._tables:
            if [column.name for column in table.primary_key] == ["id"]:
                there = self._connection.scalar(select(func.max(table.c.id))) or 0
                last[table.name] = max(there, last.get(table.name, 0))
        self._to.give_ids_after(last)
        for table in self._tables:
            self._compare(table, sums[table.name])

    def _converted(self, table: Table, written: TableSum) -> Iterator[tuple[Plain, ...]]:
        fields = Fields(table, self._to.name)
        for raw in self._from.rows(table):
            row = fields.plain(raw, lambda *told: self._report.tell(table.name, *told))
            self._step()
            if row is not None:
                written.add(row)
                yield row

    def _compare(self, table: Table, written: TableSum) -> None:
        found = TableSum(list(table.columns))
        fields = Fields(table, self._to.name)
        odd: list[str] = []
        for raw in self._to.rows(table):
            row = fields.plain(raw, lambda _key, column, _done: odd.append(column))
            self._step()
            if row is not None:
                found.add(row)
        if odd or (found.rows, found.checksum) != (written.rows, written.checksum):
            raise ConflictError(
                "The table %(table)s came out otherwise than it went in (%(found)s of %(written)s rows). Nothing was copied.",
                table=table.name,
                found=found.rows,
                written=written.rows,
            )
        self._report.tables[table.name] = (found.rows, found.checksum)

    def _step(self) -> None:
        self._done += 1
        if self._done % _TELL_EVERY == 0:
            self._progress(min(self._done, self._total), self._total)


def _prepare(target: Engine) -> None:
    """Tables for an empty target. Raises ConfigurationError where it holds others, or those of another version."""
    state = database_state(target)
    if state.found is not None:
        _require_current(target, state)
        return
    # Alembic takes as long to import as a small copy takes.
    from kb.tables.migrations import upgrade_database

    upgrade_database(target)


def _require_current(engine: Engine, state: DatabaseState) -> None:
    if state.is_newer:
        state.require_current()
    if state.is_current:
        return
    raise ConfigurationError(
        "The database %(url)s is %(what)s, and this program needs migration %(newest)s.",
        remedy="Type: KB_DATABASE='%(url)s' kb init",
        url=engine.url.render_as_string(hide_password=True),
        what="empty" if state.found is None else f"at migration {state.found}",
        newest=state.newest,
    )


def _holds_something(connection: Connection, table: Table) -> bool:
    """Whether it has a row that was not made by the migrations."""
    if table.name == "schema_marks":
        return False
    found = select(*table.primary_key)
    if table.name == "audit_heads":  # the end of a chain that has no event yet
        found = found.where(table.c.entries > 0)
    return connection.execute(found.limit(1)).first() is not None


def _first_line(error: DBAPIError) -> str:
    """That of PostgreSQL says which constraint; the next ones would show the row."""
    return str(error.orig).splitlines()[0]
