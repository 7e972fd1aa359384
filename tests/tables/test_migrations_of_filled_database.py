"""All migrations backwards and forwards again, over a database that has something in every table; and two versions at once."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from every_table import ROWS, fill_every_table
from sqlalchemy import Engine, inspect, text

from kb.core.database import create_database_engine
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Base
from kb.tables.copying import copy_database
from kb.tables.database_state import database_state, known_migrations
from kb.tables.migrations import downgrade_database, migration_config, upgrade_database


def test_every_step_goes_back_and_forth_over_content(empty_engine: Engine) -> None:
    upgrade_database(empty_engine)
    with empty_engine.begin() as connection:
        fill_every_table(connection)
    first = ScriptDirectory.from_config(migration_config()).get_base()
    assert first is not None
    downgrade_database(empty_engine, first)
    assert database_state(empty_engine).found == first
    upgrade_database(empty_engine)
    with empty_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Base.metadata})
        assert compare_metadata(context, Base.metadata) == []
        # Vectors and what is counted from them are made again by each version in its own way.
        for table in ("articles", "article_revisions", "tickets", "search_events", "users", "gaps"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == ROWS, table


def to_newer_version(engine: Engine, works_from: str) -> None:
    """As a version would leave it that comes after this one and has only added things."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE articles ADD COLUMN colour VARCHAR(20)"))
        connection.execute(text("CREATE TABLE colours (id INTEGER PRIMARY KEY)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE schema_marks SET works_from = :step"), {"step": works_from})


def test_database_that_only_grew_is_worked_with_by_the_version_before(engine: Engine, settings: Settings) -> None:
    to_newer_version(engine, known_migrations().newest)
    assert not database_state(engine).is_current
    database_state(engine).require_usable()
    assert upgrade_database(engine).is_newer  # `kb init` of the older version leaves it alone
    assert inspect(engine).has_table("colours")


def test_database_that_lost_what_the_version_before_needs_is_refused(engine: Engine) -> None:
    to_newer_version(engine, "9998")
    with pytest.raises(ConfigurationError, match=r"newer version.*Update the program"):
        database_state(engine).require_usable()


def test_what_is_not_known_here_would_be_lost_by_copying(engine: Engine, tmp_path: Path) -> None:
    to_newer_version(engine, known_migrations().newest)
    other = create_database_engine(Settings(home_text=str(tmp_path / "other")))
    try:
        with pytest.raises(ConfigurationError, match="newer version"):
            copy_database(engine, other)
    finally:
        other.dispose()
