"""Publishing and searching on PostgreSQL, for machines that have one: `KB_TEST_POSTGRESQL` is the URL of an empty database."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from content_factory import add_article
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.search.types import Audience
from kb.tables import Base
from kb.tables.migrations import upgrade_database

URL = os.environ.get("KB_TEST_POSTGRESQL", "")
pytestmark = pytest.mark.skipif(not URL, reason="KB_TEST_POSTGRESQL names no database")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = create_database_engine(replace(settings, database_url=URL))
    upgrade_database(engine)
    yield engine
    Base.metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()


def test_what_is_published_is_found_and_what_is_not_any_more_is_not_shown(
    settings: Settings, engine: Engine, session: Session
) -> None:
    article = add_article(session, "Clean a lamp", "Use a soft cloth.")
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    searcher = runtime.searcher(Audience.CUSTOMER)
    assert [r.title for r in searcher.search(session, "clean a lamp", reader_language="en").results] == ["Clean a lamp"]
    article.audience = "internal"
    session.commit()
    assert searcher.search(session, "clean a lamp", reader_language="en").results == []
