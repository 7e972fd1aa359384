"""What one process publishes, another finds within a second; a view is always what a rebuild would give."""

import time
from collections.abc import Callable

import numpy as np
from content_factory import add_article, change_article
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.settings import Settings
from kb.search.types import Audience, CollectionName
from kb.tables import Article


def titles(runtime: SearchRuntime, session: Session, query: str) -> list[str]:
    session.rollback()  # a new transaction, as each request has
    return [r.title for r in runtime.searcher(Audience.CUSTOMER).search(session, query, reader_language="en").results]


def test_another_process_finds_a_published_article_within_a_second_and_forgets_an_archived_one(
    session: Session, open_runtime: Callable[[], SearchRuntime]
) -> None:
    publisher, reader = open_runtime(), open_runtime()
    assert titles(reader, session, "lamp") == []
    article = add_article(session, "Brass lamp", "How to clean a brass lamp")
    publisher.update()
    published = time.monotonic()
    while "Brass lamp" not in titles(reader, session, "lamp"):
        assert time.monotonic() - published < 1.0
        time.sleep(0.02)
    change_article(session, article, body="How to clean a copper kettle", title="Copper kettle")
    publisher.update()
    time.sleep(0.3)
    assert titles(reader, session, "copper kettle") == ["Copper kettle"]
    change_article(session, article, status="archived")
    publisher.update()
    time.sleep(0.3)
    assert titles(reader, session, "copper kettle") == []


def test_a_reader_follows_to_a_new_generation(
    session: Session, engine: Engine, settings: Settings, open_runtime: Callable[[], SearchRuntime]
) -> None:
    add_article(session, "Brass lamp", "How to clean a brass lamp")
    publisher, reader = open_runtime(), open_runtime()
    publisher.update(rebuild=True)
    time.sleep(0.3)
    assert titles(reader, session, "brass lamp") == ["Brass lamp"]


def test_words_of_a_published_article_are_known_to_other_processes_for_those_who_misspell_them(
    session: Session, open_runtime: Callable[[], SearchRuntime]
) -> None:
    publisher, reader = open_runtime(), open_runtime()
    assert not near_words(reader, "ketlte")
    add_article(session, "Copper kettle", "How to clean a copper kettle")
    publisher.update()
    time.sleep(0.3)
    assert near_words(reader, "ketlte") == {"kettle"}


def test_words_of_internal_articles_are_not_known_to_the_customers_search(
    session: Session, open_runtime: Callable[[], SearchRuntime]
) -> None:
    add_article(session, "Project falcon", "Nobody may hear of project falcon", audience="internal")
    add_article(session, "Copper kettle", "How to clean a copper kettle")
    runtime = open_runtime()
    runtime.update()
    assert not near_words(runtime, "falcn")
    assert near_words(runtime, "falcn", Audience.REP) == {"falcon"}


def near_words(runtime: SearchRuntime, word: str, audience: Audience = Audience.CUSTOMER) -> set[str]:
    collections = runtime.searcher(audience).views()
    return {near.word for collection in collections for near in collection.stats().vocabulary.near(word)}


operations = st.lists(
    st.tuples(st.sampled_from(["write", "archive", "rebuild"]), st.integers(0, 4), st.integers(0, 3)), max_size=12
)


@given(operations)
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_after_any_changes_a_follower_holds_exactly_what_a_rebuild_would(
    session: Session, engine: Engine, settings: Settings, steps: list[tuple[str, int, int]]
) -> None:
    session.execute(delete(Article))
    session.commit()
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    follower = SearchRuntime.open(settings, engine, HashEncoder())
    for action, number, text in steps:
        article = session.scalar(select(Article).where(Article.slug == f"a{number}"))
        if action == "rebuild":
            bring_up_to_date(engine, settings.index_dir, HashEncoder(), rebuild=True)
            continue
        if action == "write":
            body = "\n\n".join(f"## Part {i}\n\n{'word ' * 60} {text} {i}" for i in range(text + 1))
            if article is None:
                add_article(session, f"Title {number}", body, slug=f"a{number}")
            else:
                change_article(session, article, body=body, status="published")
        elif article is not None:
            change_article(session, article, status="archived")
        follower.update()
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []
    follower._reader.look()
    fresh = SearchRuntime.open(settings, engine, HashEncoder())
    mine, other = follower.view(CollectionName.HELP), fresh.view(CollectionName.HELP)
    query = HashEncoder().encode_queries(["Title 1 part 2 word"])[0]
    assert len(mine) == len(other)
    for (ids_a, scores_a), (ids_b, scores_b) in (
        (mine.search_dense(query, 50), other.search_dense(query, 50)),
        (mine.search_lexical([("part", 1.0)], 50), other.search_lexical([("part", 1.0)], 50)),
    ):
        assert set(ids_a) == set(ids_b)
        assert np.allclose(np.sort(scores_a), np.sort(scores_b), atol=1e-4)
    every = mine.search_dense(query, 1000)[0]
    assert mine.fetch(every).texts == other.fetch(every).texts
    assert None not in mine.fetch(every).texts
