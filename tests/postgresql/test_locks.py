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

from indexer.updating import write_lock
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables import Article


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
