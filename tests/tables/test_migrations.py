from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from kb.core.database import create_database_engine
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Base, IndexChange, Passage
from kb.tables.database_state import database_state, known_migrations
from kb.tables.migrations import migration_config, upgrade_database


def test_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Base.metadata})
        assert compare_metadata(context, Base.metadata) == []


def test_new_passages_and_changes_never_get_the_id_of_a_deleted_one(session: Session) -> None:
    values = {"collection": "help", "document_kind": "article", "document_id": 1, "document_group": 1, "position": 0}
    values |= {"language": "en", "part": "body", "text": "Text", "text_hash": "", "build_id": 1, "vector": b""}
    for make in (
        lambda: Passage(**values),
        lambda: IndexChange(build_id=1, collection="help", passage_id=1, operation="add"),
    ):
        ids = []
        for _ in range(2):
            row = make()
            session.add(row)
            session.commit()
            ids.append(row.id)
            session.delete(row)
            session.commit()
        assert ids[1] > ids[0]


def test_migrations_are_known_without_alembic_as_it_knows_them() -> None:
    scripts = ScriptDirectory.from_config(migration_config())
    known = known_migrations()
    assert known.newest == scripts.get_current_head()
    assert known.all == {script.revision for script in scripts.walk_revisions()}
    marked = [script.revision for script in scripts.walk_revisions() if hasattr(script.module, "contract")]
    assert known.works_from == marked[0]  # they are walked from the newest


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    assert upgrade_database(empty_engine).found is None
    assert database_state(empty_engine).is_current
    assert upgrade_database(empty_engine).is_current


def test_several_that_upgrade_at_once_wait_for_the_first(empty_engine: Engine, settings: Settings) -> None:
    def upgrade(_number: int) -> str | None:
        engine = create_database_engine(settings)
        try:
            upgrade_database(engine)
            return database_state(engine).found
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(upgrade, range(4)))
    assert found == {database_state(empty_engine).newest}


def test_empty_database_is_told_with_the_command_that_helps(empty_engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="kb init"):
        database_state(empty_engine).require_usable()


def test_failed_migration_leaves_nothing_behind(empty_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("importlib").import_module("kb.tables.migrations")

    def break_in_the_middle(config: object, _revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise KeyboardInterrupt

    monkeypatch.setattr(module.command, "upgrade", break_in_the_middle)
    with pytest.raises(KeyboardInterrupt):
        upgrade_database(empty_engine)
    assert inspect(empty_engine).get_table_names() == []


def test_database_of_somebody_else_is_not_touched(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(ConfigurationError, match="not of this program"):
        upgrade_database(empty_engine)
    assert inspect(empty_engine).get_table_names() == ["theirs"]


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_database_of_a_newer_program_or_from_before_the_first_release_is_refused(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        connection.execute(text("DELETE FROM schema_marks"))  # nothing says that this program works with it
    with pytest.raises(ConfigurationError, match=rf"newer version.*or.*before the first release.*{revision}"):
        upgrade_database(engine)


def test_database_file_that_is_none_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "kb.sqlite3").write_bytes(b"this is no database at all, only text" * 50)
    engine = create_database_engine(Settings(home_text=str(tmp_path)))
    with pytest.raises(ConfigurationError, match="not a database"):
        database_state(engine)
    engine.dispose()


def test_making_the_table_of_gaps_anew_takes_no_miss_with_it(settings: Settings) -> None:
    engine = create_database_engine(settings)
    config = migration_config()
    for steps in (("upgrade", "0027"), ("upgrade", "0028"), ("downgrade", "0027"), ("upgrade", "head")):
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            getattr(command, steps[0])(config, steps[1])
            if steps == ("upgrade", "0027"):
                connection.execute(text(_A_SEARCH))
                connection.execute(text(_A_GAP))
                connection.execute(text(_A_MISS))
            assert connection.scalar(text("SELECT count(*) FROM misses")) == 1, steps
    engine.dispose()


_A_SEARCH = """INSERT INTO search_events (id, public_id, created_at, place, audience, query, language, reader_language, outcome,
    confidence, results, timings) VALUES (1, 'a', '2026-11-01', 'help', 'customer', 'nepal', 'en', 'en', 'none', 0, '[]', '{}')"""
_A_GAP = """INSERT INTO gaps (id, label, state, centroid, fingerprint, created_at, updated_at)
    VALUES (1, 'nepal', 'open', '', 'x', '2026-11-01', '2026-11-01')"""
_A_MISS = """INSERT INTO misses (event_id, gap_id, cause, language, vector, created_at)
    VALUES (1, 1, 'no_answer', 'en', '', '2026-11-01')"""
