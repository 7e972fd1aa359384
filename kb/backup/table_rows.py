"""All rows of one database into another, of either kind.

Row by row with the types of the code, so that what comes out is the same on both kinds. Triggers and foreign keys of the target
are taken away while rows come in, since rows point at later ones and triggers would add some, and come back at the end, which
checks every key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import Connection, Table, func, insert, literal, select, text

from kb.core.errors import ConflictError
from kb.core.progress import Progress
from kb.tables import AuditHead, Base, SchemaMark

# Rows that are in memory at once: a passage with its vectors has about 10 KB.
_BLOCK = 500


def all_tables() -> list[Table]:
    """Every table of this program, those that others point at first."""
    return list(Base.metadata.sorted_tables)


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of each table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in all_tables()
    }


def holds_rows(connection: Connection) -> bool:
    """Whether there is more in the tables than migrations put there."""
    for table in all_tables():
        if table is SchemaMark.__table__:
            continue
        found = select(literal(1)).select_from(table)
        if table is AuditHead.__table__:  # the end of a chain that has no event yet
            found = found.where(AuditHead.entries > 0)
        if connection.execute(found.limit(1)).first() is not None:
            return True
    return False


def copy_rows(source: Connection, target: Connection, progress: Progress | None = None) -> dict[str, int]:
    """Replace all rows of `target` by those of `source`; both are at the newest migration. Returns the rows of each table.

    source: in a transaction that sees one moment (`snapshot_scope`). target: in a transaction, which the caller commits; nobody
    else may write there meanwhile. progress: rows done, and in all. Raises ConflictError where a row points at none.
    """
    expected = count_rows(source)
    total, done = sum(expected.values()), 0
    copied = {}
    with _without_triggers(target), _without_foreign_keys(target):
        for table in reversed(all_tables()):
            target.execute(table.delete())  # what migrations put there
        for table in all_tables():
            copied[table.name] = 0
            for block in _blocks(source, table):
                target.execute(insert(table), block)
                copied[table.name] += len(block)
                done += len(block)
                if progress:
                    progress(done, total)
    _take_over_counters(source, target)
    return copied


def _blocks(source: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    statement = select(table).order_by(*table.primary_key.columns)
    with source.execution_options(yield_per=_BLOCK).execute(statement) as rows:
        mappings = iter(rows.mappings())
        while block := [dict(row) for row in islice(mappings, _BLOCK)]:
            yield block


@contextmanager
def _without_triggers(target: Connection) -> Iterator[None]:
    if target.dialect.name == "postgresql":
        names = [table.name for table in all_tables()]
        for name in names:
            target.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        yield
        for name in names:
            target.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        return
    triggers = target.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in triggers:
        target.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, definition in triggers:
        target.exec_driver_sql(definition)


@contextmanager
def _without_foreign_keys(target: Connection) -> Iterator[None]:
    if target.dialect.name == "postgresql":
        keys = target.exec_driver_sql(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        ).all()
        for table, name, _ in keys:
            target.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield
        for table, name, definition in keys:
            target.exec_driver_sql(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        return
    # Keys are looked at when the transaction ends, not statement by statement: it cannot be switched off within one.
    target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    yield
    if broken := target.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise ConflictError(
            "A row of %(table)s points at one of %(parent)s that is not there.", table=broken[0], parent=broken[2]
        )


def _take_over_counters(source: Connection, target: Connection) -> None:
    """The next ids: those of deleted rows are not given out again, which vectors and changes of the index depend on."""
    for table in all_tables():
        column = table.autoincrement_column
        if column is None:
            continue
        newest = max(_last_given(source, table), target.scalar(select(func.max(column))) or 0)
        if not newest:
            continue
        if target.dialect.name == "postgresql":
            sequence = text("SELECT pg_get_serial_sequence(:table, :column)")
            name = target.scalar(sequence, {"table": table.name, "column": column.name})
            if name:
                target.execute(
                    text("SELECT setval(CAST(:name AS regclass), :newest)"), {"name": name, "newest": newest}
                )
        elif table.dialect_options["sqlite"]["autoincrement"]:
            row = {"name": table.name, "newest": newest}
            target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), row)
            target.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :newest)"), row)


def _last_given(source: Connection, table: Table) -> int:
    """The last id that the database itself has given out, 0 where it keeps none."""
    if source.dialect.name == "postgresql":
        column = table.autoincrement_column
        assert column is not None
        named = {"table": table.name, "column": column.name}
        name = source.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), named)
        if not name:
            return 0
        given = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"  # noqa: S608  # of a sequence
        return int(source.exec_driver_sql(given).scalar_one())
    if not table.dialect_options["sqlite"]["autoincrement"]:
        return 0
    return source.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}) or 0
