"""Situations in which a search misses, made from the sample articles.

Their topics are removed, hidden, left in other languages, or asked in other words.

In each of the worlds a quarter of the topics is in each situation; over four worlds every topic is in each of them once, over
twelve it is left without each of its languages too.
The articles of a world are stored and indexed by the real code.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.articles import ArticleSource, parse_article, save_article
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.insight.gaps.reasons import Asked, Reason
from kb.search.encoding import Encoder
from kb.tables import Base
from kb.text.language import guess_language

ARTICLES, RELEVANCE = PROJECT_ROOT / "articles", PROJECT_ROOT / "tests" / "relevance"
LANGUAGES = ("en", "hi", "bn")
SITUATIONS = tuple(Reason)


@dataclass(frozen=True)
class Query:
    text: str
    language: str  # that it was written in, without script
    answers: frozenset[str]
    reworded: bool = False


@dataclass(frozen=True)
class Case:
    """Searches for one topic in one situation. `reason` is the right one."""

    reason: Reason
    topic: str
    language: str
    queries: tuple[str, ...]

    def asked(self) -> list[Asked]:
        return [Asked(text, guess_language(text), self.language) for text in self.queries]


@dataclass(frozen=True)
class World:
    """A knowledge base with its runtime, and the searches that miss in it."""

    session: Session
    runtime: SearchRuntime
    cases: list[Case]


def read_articles() -> list[ArticleSource]:
    paths = [path for language in LANGUAGES for path in sorted((ARTICLES / language).rglob("*.md"))]
    return [parse_article(path.read_text(encoding="utf-8"), path.relative_to(ARTICLES).as_posix()) for path in paths]


def read_queries(*names: str) -> list[Query]:
    """Labelled searches that have an answer, of files beside the tests."""
    rows = [(name, json.loads(line)) for name in names for line in (RELEVANCE / name).read_text("utf-8").splitlines()]
    return [
        Query(row["text"], row["lang"].split("-")[0], frozenset(row["answers"]), name == "reworded.jsonl")
        for name, row in rows
        if row["answers"]
    ]


def topics_of(articles: Sequence[ArticleSource]) -> list[str]:
    return sorted({article.translation_key for article in articles if article.audience == "public"})


def halves(articles: Sequence[ArticleSource]) -> tuple[frozenset[str], frozenset[str]]:
    """Topics to fit on, and topics to test on."""
    topics = topics_of(articles)
    return frozenset(topics[0::2]), frozenset(topics[1::2])


def situation_of(number: int, world: int) -> tuple[Reason, str]:
    """What happens to the topic with this number in this world, and to which language, where it is to one."""
    # Pairs of neighbours (one of each half) are in the same situation, so that both halves have all of them in each world.
    return SITUATIONS[(number // 2 + world) % 4], LANGUAGES[(number // 2 + world // 4) % 3]


def articles_of_world(
    articles: Sequence[ArticleSource], world: int, hidden_status: str = ""
) -> Iterator[ArticleSource]:
    """The articles as they are in this world. `hidden_status`: hide by it instead of by making them internal."""
    numbers = {topic: number for number, topic in enumerate(topics_of(articles))}
    for article in articles:
        if article.audience != "public":
            yield article
            continue
        situation, language = situation_of(numbers[article.translation_key], world)
        if situation is Reason.NO_CONTENT or (situation is Reason.OTHER_LANGUAGE and article.language == language):
            continue
        if situation is Reason.HIDDEN:
            yield replace(article, status=hidden_status) if hidden_status else replace(article, audience="internal")
        else:
            yield article


def cases_of_world(
    articles: Sequence[ArticleSource], world: int, queries: Sequence[Query], topics: frozenset[str]
) -> list[Case]:
    """The searches for these topics that miss in this world, by topic and language."""
    numbers = {topic: number for number, topic in enumerate(topics_of(articles))}
    found: dict[tuple[Reason, str, str], list[str]] = defaultdict(list)
    for query in queries:
        if len(query.answers) != 1:
            continue  # removing one of its answers leaves the other
        (topic,) = query.answers
        situation, language = situation_of(numbers[topic], world)
        if (
            topic in topics
            and (world < 4 or situation is Reason.OTHER_LANGUAGE)  # the others would only repeat themselves
            and query.reworded == (situation is Reason.OTHER_WORDS)
            and (situation is not Reason.OTHER_LANGUAGE or query.language == language)
        ):
            found[situation, topic, query.language].append(query.text)
    return [Case(*key, tuple(texts)) for key, texts in sorted(found.items())]


@contextmanager
def open_world(
    settings: Settings,
    home: Path,
    encoder: Encoder,
    articles: Sequence[ArticleSource],
    cases: list[Case],
) -> Iterator[World]:
    """Store and index the articles in `home`, which must be a folder without a database."""
    own = replace(settings, home_text=str(home), database_url="")
    engine: Engine = create_database_engine(own)
    try:
        Base.metadata.create_all(engine)
        with session_scope(engine) as session:
            for article in articles:
                save_article(session, article, author="test", note="")
        bring_up_to_date(engine, own.index_dir, encoder)
        runtime = SearchRuntime.open(own, engine, encoder)
        with session_scope(engine) as session:
            yield World(session, runtime, cases)
    finally:
        engine.dispose()
