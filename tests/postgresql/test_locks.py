"""What holds between several machines, which share a database and no file."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from content_factory import add_article
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from indexer.write_lock import write_lock
from kb.core.database import create_database_engine
from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Article, migrations
from kb.tables.database_state import database_state
from kb.tables.migrations import downgrade_database, upgrade_database


def test_writers_of_the_index_on_two_machines_wait_for_each_other(engine: Engine, tmp_path: Path) -> None:
    order: list[str] = []

    def other_machine() -> None:
        with write_lock(engine, tmp_path / "two"):
            order.append("second")

    with write_lock(engine, tmp_path / "one"):
        thread = threading.Thread(target=other_machine)
        thread.start()
        time.sleep(0.5)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]


def test_a_request_waits_as_long_as_it_may_and_no_longer(settings: Settings, engine: Engine, session: Session) -> None:
    article = add_article(session, "Clean a lamp", "Use a soft cloth.")
    impatient = create_database_engine(replace(settings), longest_wait=0.3)
    try:
        with engine.connect() as holder:
            holder.execute(text("UPDATE articles SET title = title"))
            begun = time.monotonic()
            with Session(impatient) as other:
                other.get_one(Article, article.id).title = "Another"
                with pytest.raises(OperationalError, match="lock timeout"):
                    other.flush()
            assert 0.2 < time.monotonic() - begun < 3
    finally:
        impatient.dispose()


def test_migration_waits_for_no_table_longer_than_a_moment(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is at work holds a table; whoever reads it must not wait behind the migration."""
    monkeypatch.setattr(migrations, "_LOCK_WAIT_MILLISECONDS", 300)
    monkeypatch.setattr(migrations, "_PAUSE_SECONDS", 0.5)
    downgrade_database(engine, "0051")
    failed: list[Exception] = []

    def upgrade() -> None:
        try:
            upgrade_database(engine)
        except ConfigurationError as error:
            failed.append(error)

    with engine.connect() as busy:
        busy.execute(text("UPDATE articles SET title = title"))
        busy.execute(text("LOCK TABLE articles IN ROW EXCLUSIVE MODE"))
        thread = threading.Thread(target=upgrade)
        thread.start()
        with engine.connect() as reader:
            for _ in range(10):
                begun = time.monotonic()
                reader.execute(text("SELECT count(*) FROM articles"))
                reader.rollback()
                assert time.monotonic() - begun < 20
                time.sleep(0.1)
        thread.join(60)
    assert not thread.is_alive()
    assert "at a quieter time" in str(failed[0])
    assert upgrade_database(engine).found == "0051"
    assert database_state(engine).is_current
