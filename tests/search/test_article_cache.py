"""Articles kept in memory are those of the database, whatever was done to them, and nothing else."""

import threading
import time
from collections.abc import Callable

import pytest
from content_factory import add_article
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from kb.search import article_cache
from kb.search.article_cache import ArticleCache
from kb.search.types import Audience
from kb.tables import Article

_KEYS = ("refunds", "lamps", "parcels")


def _pick(session: Session, number: int) -> Article | None:
    ids = session.scalars(select(Article.id).order_by(Article.id)).all()
    return session.get(Article, ids[number % len(ids)]) if ids else None


def _set(name: str, *values: str) -> st.SearchStrategy[Callable[[Session], None]]:
    def change(number: int, value: str) -> Callable[[Session], None]:
        def run(session: Session) -> None:
            if (article := _pick(session, number)) is not None:
                setattr(article, name, value)

        return run

    return st.builds(change, st.integers(0, 9), st.sampled_from(values))


def _add(key: str, language: str, audience: str, status: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        taken = session.scalars(select(Article.id).where(Article.slug == key, Article.language == language)).first()
        if taken is None:
            session.add(
                Article(
                    slug=key,
                    language=language,
                    translation_key=key,
                    audience=audience,
                    status=status,
                    title=f"About {key}",
                    body="",
                    content_hash="",
                )
            )

    return run


def _remove(number: int) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        if (article := _pick(session, number)) is not None:
            session.delete(article)

    return run


def _archive_all(session: Session) -> None:
    session.execute(update(Article).where(Article.language == "hi").values(status="archived"))


def _delete_all(session: Session) -> None:
    session.execute(delete(Article).where(Article.audience == "internal"))


def _insert_one(session: Session) -> None:
    number = len(session.scalars(select(Article.id)).all())
    row = {"slug": f"row-{number}", "language": "bn", "translation_key": "lamps", "status": "published"}
    session.execute(insert(Article), [{**row, "audience": "public", "title": "Row", "body": "", "content_hash": ""}])


_STATUSES = ("draft", "published", "published", "archived")
_CHANGES = st.one_of(
    st.builds(
        _add,
        st.sampled_from(_KEYS),
        st.sampled_from(("en", "hi", "bn")),
        st.sampled_from(("public", "internal")),
        st.sampled_from(_STATUSES),
    ),
    _set("status", *_STATUSES),
    _set("audience", "public", "internal"),
    _set("translation_key", *_KEYS),
    _set("title", "One title", "Another title"),
    st.builds(_remove, st.integers(0, 9)),
    st.sampled_from((_archive_all, _delete_all, _insert_one)),
)
# Some changes in one transaction, which is committed or taken back.
_TRANSACTIONS = st.lists(st.tuples(st.lists(_CHANGES, min_size=1, max_size=4), st.booleans()), max_size=8)


@given(_TRANSACTIONS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_a_follower_has_what_the_database_has_after_any_changes(
    engine: Engine, transactions: list[tuple[list[Callable[[Session], None]], bool]]
) -> None:
    with sessionmaker(engine)() as session:
        session.execute(delete(Article))
        session.commit()
    followers = [ArticleCache(engine, audience) for audience in Audience]
    for changes, is_kept in transactions:
        with sessionmaker(engine)() as session:
            for change in changes:
                change(session)
                session.flush()
            session.commit() if is_kept else session.rollback()
            ids = session.scalars(select(Article.id)).all()
        for follower in followers:
            follower.follow()
            fresh = ArticleCache(engine, follower.audience)
            fresh.follow()
            assert follower.load(ids) == fresh.load(ids)
            assert follower._by_id.keys() <= set(ids)


def test_what_is_not_for_an_audience_is_not_even_in_memory(engine: Engine, session: Session) -> None:
    add_article(session, "Public", "Text")
    internal = add_article(session, "Internal", "Text", audience="internal")
    draft = add_article(session, "Draft", "Text", status="draft")
    customers, reps = ArticleCache(engine, Audience.CUSTOMER), ArticleCache(engine, Audience.REP)
    for articles in (customers, reps):
        articles.follow()
    assert [document.own.title for document in customers._by_id.values()] == ["Public"]
    assert internal.id in reps._by_id
    assert draft.id not in reps._by_id


def test_translations_are_shown_with_their_addresses(engine: Engine, session: Session) -> None:
    english = add_article(session, "Lamps", "Text", slug="lamps")
    hindi = add_article(session, "लैंप", "Text", slug="lamp-hi", language="hi", translation_key="lamps")
    articles = ArticleCache(engine, Audience.CUSTOMER)
    articles.follow()
    document = articles.load([english.id])[english.id]
    assert document.urls == {"en": "/help/en/articles/lamps", "hi": "/help/hi/articles/lamp-hi"}
    assert document.choose_version("hi-Latn") == (document.versions["hi"], False)
    assert document.choose_version("bn") == (document.own, True)
    assert articles.load([hindi.id, 999]).keys() == {hindi.id}


def test_looking_at_articles_that_have_not_changed_takes_one_statement(engine: Engine, session: Session) -> None:
    article = add_article(session, "Lamps", "Text")
    articles = ArticleCache(engine, Audience.CUSTOMER)
    articles.follow()
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    articles.follow()
    assert articles.load([article.id])
    assert len(statements) == 1


def test_more_articles_than_memory_is_for_are_read_from_the_database(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_cache, "MOST_IN_MEMORY", 2)
    articles = ArticleCache(engine, Audience.CUSTOMER)
    made = []
    for number in range(4):
        made.append(add_article(session, f"Article {number}", "Text"))
        articles.follow()
        assert len(articles.load([article.id for article in made])) == number + 1
    assert not articles._by_id
    made[0].audience = "internal"
    session.commit()
    articles.follow()
    assert articles.load([article.id for article in made]).keys() == {article.id for article in made[1:]}


def test_articles_of_another_audience_do_not_crowd_out_those_in_memory(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_cache, "MOST_IN_MEMORY", 3)
    for number in range(4):
        add_article(session, f"A internal {number}", "Text", audience="internal")
    made = [add_article(session, f"Public {number}", "Text").id for number in range(3)]
    articles = ArticleCache(engine, Audience.CUSTOMER)
    articles.follow()
    assert set(articles.load(made)) == set(made)


def test_two_articles_in_one_language_that_are_joined_by_mistake_can_both_be_shown(
    engine: Engine, session: Session
) -> None:
    one = add_article(session, "Lamps", "Text", slug="lamps")
    other = add_article(session, "More lamps", "Text", slug="more-lamps", translation_key="lamps")
    articles = ArticleCache(engine, Audience.CUSTOMER)
    articles.follow()
    assert articles.load([one.id, other.id]).keys() == {one.id, other.id}


def test_many_threads_never_see_what_was_before_the_last_change(engine: Engine, session: Session) -> None:
    article = add_article(session, "Lamps", "Text")
    articles = ArticleCache(engine, Audience.CUSTOMER)
    # Whether it is published, after each change; None while it is being changed.
    states: list[bool | None] = [True]
    wrong, finished = [], threading.Event()

    def look() -> None:
        while not finished.is_set():
            before = len(states)
            articles.follow()
            is_shown = article.id in articles.load([article.id])
            state = states[before - 1]
            if before == len(states) and state is not None and is_shown != state:
                wrong.append(before)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(60):
        article.status = "archived" if number % 2 == 0 else "published"
        states.append(None)
        session.commit()
        states.append(number % 2 == 1)
        time.sleep(0.005)
    finished.set()
    for thread in threads:
        thread.join()
    assert not wrong
