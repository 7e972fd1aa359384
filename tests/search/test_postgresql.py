"""Publishing and searching on PostgreSQL, for machines that have one: `KB_TEST_POSTGRESQL` is the URL of an empty database."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from content_factory import add_article
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.search.article_cache import ArticleCache
from kb.search.types import Audience
from kb.tables import Article, Base
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


def test_changes_of_several_writers_at_once_are_all_followed(engine: Engine, session: Session) -> None:
    ids = [add_article(session, f"Article {number}", "Text").id for number in range(9)]
    articles = ArticleCache(engine, Audience.CUSTOMER)
    articles.follow()

    def write(some: list[int]) -> None:
        for number in range(20):
            for article_id in some:
                with session_scope(engine) as own:
                    own.get_one(Article, article_id).title = f"Title {number} of {article_id}"

    writers = [threading.Thread(target=write, args=(ids[start::3],)) for start in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        articles.follow()
    articles.follow()
    with sessionmaker(engine)() as own:
        titles = {row.id: row.title for row in own.execute(select(Article.id, Article.title))}
    assert {number: document.own.title for number, document in articles.load(ids).items()} == titles
    assert set(titles.values()) == {f"Title 19 of {article_id}" for article_id in ids}
