"""A database copied to one of the other kind and back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from content_factory import add_article, add_ticket
from databases import Databases
from every_table import ROWS, fill_every_table
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.accounts.audit import COMMAND_LINE, AuditKind, record, verify_chain
from kb.core.database import create_database_engine
from kb.core.errors import ConfigurationError, ConflictError
from kb.core.settings import Settings
from kb.tables import Base, Passage
from kb.tables.copying import CopyReport, copy_database
from kb.tables.migrations import upgrade_database


@pytest.fixture
def other_kind(database_kind: str) -> str:
    return "postgresql" if database_kind == "sqlite" else "sqlite"


@pytest.fixture
def other(settings: Settings, databases: Databases, other_kind: str, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of the other kind."""
    with databases.open(
        replace(settings, home_text=str(tmp_path / "other"), database_url=databases.new_url(other_kind))
    ) as engine:
        yield engine


def _fill(_settings: Settings, engine: Engine) -> None:
    upgrade_database(engine)
    with engine.begin() as connection:
        fill_every_table(connection)
    with Session(engine) as session:
        for number in range(3):
            record(session, AuditKind.LOG_IN, COMMAND_LINE, about=f"person {number}", detail={"क": [1, 0.5, None]})
        session.commit()


@pytest.fixture
def filled(settings: Settings, databases: Databases, database_kind: str) -> Iterator[Engine]:
    """Something in every table."""
    with databases.open(settings, databases.prepare(database_kind, "every table", _fill)) as engine:
        yield engine


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as the program reads it."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def test_everything_goes_there_and_comes_back_as_it_was(
    filled: Engine, other: Engine, databases: Databases, settings: Settings, database_kind: str, tmp_path: Path
) -> None:
    before = contents(filled)
    assert all(rows for name, rows in before.items()), "a table of the fixture is empty"
    there = copy_database(filled, other)
    assert contents(other) == before
    assert {name: rows for name, (rows, _) in there.tables.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    with databases.open(
        replace(settings, home_text=str(tmp_path / "back"), database_url=databases.new_url(database_kind))
    ) as last:
        back = copy_database(other, last)
        assert back.tables == there.tables
        assert contents(last) == before
    assert not there.odd_counts
    assert not back.odd_counts
    with Session(other) as session:
        assert verify_chain(session).problem == ""
        assert verify_chain(session).entries == 3


def test_new_rows_get_ids_that_were_never_given_out(filled: Engine, other: Engine) -> None:
    with Session(filled) as session:  # the last passage is gone, and its number stays taken
        session.delete(session.get_one(Passage, ROWS))
        session.commit()
    copy_database(filled, other)
    values = {"document_kind": "article", "document_id": 1, "document_group": 1, "position": 0, "language": "en"}
    with Session(other) as session:
        session.add(
            one := Passage(**values, build_id=1, collection="help", part="body", text="", text_hash="", vector=b"")
        )
        session.commit()
        assert one.id > ROWS
        add_article(session, "A lamp", "Wipe it.")


def test_guards_of_the_database_are_there_again(filled: Engine, other: Engine) -> None:
    copy_database(filled, other)
    with other.connect() as connection:
        with pytest.raises(Exception, match="audit events are only ever added"):
            connection.execute(text("UPDATE audit_events SET kind = 'x'"))
        connection.rollback()
        connection.execute(text("UPDATE articles SET title = 'Another' WHERE id = 2"))
        marks = text("SELECT count(*) FROM changed_documents WHERE document_kind = 'article' AND document_id = 2")
        assert connection.scalar(marks) == 1
        with pytest.raises(IntegrityError):
            connection.execute(text("UPDATE article_revisions SET article_id = 999999"))


def test_index_files_stay_good(engine: Engine, session: Session, settings: Settings, other: Engine) -> None:
    add_article(session, "Clean a lamp", "Use a soft cloth.")
    add_article(session, "दीपक साफ़ करें", "मुलायम कपड़ा लें।", language="hi")
    add_ticket(session, "Broken kettle", "It leaks", "Sent a seal")
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    copy_database(engine, other)
    assert verify_index(other, settings.index_dir, index_fingerprint(HashEncoder())) == []
    with Session(other) as copied:
        add_article(copied, "A new one", "Written after the copy.")
    bring_up_to_date(other, settings.index_dir, HashEncoder())
    assert verify_index(other, settings.index_dir, index_fingerprint(HashEncoder())) == []


def test_target_that_holds_something_is_left_alone(filled: Engine, other: Engine) -> None:
    upgrade_database(other)
    with Session(other) as session:
        add_article(session, "Theirs", "Kept.")
        record(session, AuditKind.LOG_IN, COMMAND_LINE, about="theirs")
        session.commit()
    held = contents(other)
    with pytest.raises(ConflictError, match=r"holds something already.*--replace"):
        copy_database(filled, other)
    assert contents(other) == held
    copy_database(filled, other, replace=True)
    assert contents(other) == contents(filled)


def test_copy_that_is_stopped_leaves_nothing_and_can_be_repeated(filled: Engine, other: Engine) -> None:
    def stop(done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(filled, other, progress=stop)
    assert {name for name, rows in contents(other).items() if rows} == {"audit_heads", "schema_marks"}
    copy_database(filled, other)
    assert contents(other) == contents(filled)


def test_databases_of_other_versions_are_refused_with_the_command(filled: Engine, other: Engine) -> None:
    with filled.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0044'"))
    with pytest.raises(ConfigurationError, match=r"at migration 0044.*KB_DATABASE='\S+' kb init"):
        copy_database(filled, other)
    with filled.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer version"):
        copy_database(filled, other)


@pytest.mark.sqlite_only(reason="SQLite, the other target, keeps what it is given in a column of any type")
def test_what_comes_out_otherwise_is_not_kept(filled: Engine, other: Engine) -> None:
    """A column of the target that keeps less than it is given: found by reading all of it again."""
    upgrade_database(other)
    with other.begin() as connection:
        connection.execute(text("ALTER TABLE search_events ALTER COLUMN confidence TYPE real"))
    with pytest.raises(ConflictError, match="search_events came out otherwise"):
        copy_database(filled, other)
    assert {name for name, rows in contents(other).items() if rows} == {"audit_heads", "schema_marks"}


ODD = {
    "articles": {
        "title": ("'a' || char(0) || 'b'", "held NUL characters: removed"),
        "body": ("CAST(X'61ff62' AS TEXT)", "was not UTF-8: what could not be read is U+FFFD"),
        "language": (f"'{'x' * 90}'", "was too long: cut to 35 characters"),
        "updated_at": ("'yesterday'", "does not fit its column: emptied"),
        "also_asked": ("'{no json'", "does not fit its column: emptied"),
    },
    "search_events": {
        "confidence": ("'high'", "does not fit its column: emptied"),
        "results": ("'[NaN]'", "does not fit its column: emptied"),
    },
    "users": {"active": ("7", "is no truth value: taken as true")},
    "jobs": {
        "done": ("9223372036854775807", "does not fit its column: emptied"),
        "total": ("'many'", "does not fit its column: emptied"),
    },
    "conversations": {"assigned_to_id": ("424242", "pointed at nothing: emptied")},
    "article_revisions": {"article_id": ("424242", "pointed at nothing: the row was left out")},
}  # fmt: skip


@pytest.fixture
def odd_report(tmp_path: Path, databases: Databases, settings: Settings) -> Iterator[tuple[CopyReport, Engine]]:
    """Of a SQLite that was written to by hand, copied to PostgreSQL."""
    prepared = databases.prepare("sqlite", "every table", _fill)
    odd = Settings(home_text=str(tmp_path / "odd"))
    databases.make(odd, prepared)
    source = create_database_engine(odd)
    with source.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for table, columns in ODD.items():
            for column, (value, _) in columns.items():
                connection.exec_driver_sql(f"UPDATE {table} SET {column} = {value} WHERE id = 1")
        # Taken as they are: with a zone, and as a number that was written as one.
        connection.exec_driver_sql("UPDATE articles SET created_at = '2026-11-30T10:00:00+05:30' WHERE id = 2")
        connection.exec_driver_sql("UPDATE search_events SET confidence = 1 WHERE id = 2")
        connection.commit()
    with databases.open(replace(settings, database_url=databases.new_url("postgresql"))) as target:
        yield copy_database(source, target), target
    source.dispose()


def test_odd_values_cost_their_field_and_are_told(odd_report: tuple[CopyReport, Engine]) -> None:
    report, target = odd_report
    expected = {(table, column, done): 1 for table, columns in ODD.items() for column, (_, done) in columns.items()}
    assert dict(report.odd_counts) == expected
    assert all(one.key == (1,) for one in report.odd)
    with target.connect() as connection:
        row = connection.execute(text("SELECT * FROM articles WHERE id = 1")).one()
        assert (row.title, row.body, row.language, row.also_asked) == ("ab", "a\ufffdb", "x" * 35, [])
        hours = connection.scalar(
            text("SELECT extract(hour FROM created_at AT TIME ZONE 'UTC') FROM articles WHERE id = 2")
        )
        assert hours == 4
        assert connection.scalar(text("SELECT confidence FROM search_events WHERE id = 2")) == 1.0
        assert connection.scalar(text("SELECT assigned_to_id FROM conversations WHERE id = 1")) is None
        assert connection.scalar(text("SELECT count(*) FROM article_revisions")) == ROWS - 1


def test_what_is_told_of_odd_values_holds_nothing_of_them(odd_report: tuple[CopyReport, Engine]) -> None:
    report, _ = odd_report
    assert "yesterday" not in repr(report)
