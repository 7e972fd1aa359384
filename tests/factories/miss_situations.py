"""Situations in which a search misses, made from the sample articles and from questions of tests/relevance/misses.jsonl.

In each of four worlds a quarter of the topics is removed, hidden, left in other languages, or there as it is (and asked in
other words); over the four every topic is in each situation once. A question about nothing that the shop writes about is
asked in the first. The articles of a world are stored and indexed by the real code.
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

ARTICLES, QUESTIONS = PROJECT_ROOT / "articles", PROJECT_ROOT / "tests" / "relevance" / "misses.jsonl"
LANGUAGES = ("en", "hi", "bn")
SITUATIONS = tuple(Reason)
WORLDS = 4


@dataclass(frozen=True)
class Question:
    text: str
    language: str  # that it was written in
    topic: str  # translation key of the article that answers it; "" where none does


@dataclass(frozen=True)
class Case:
    """Searches that ask for one thing in one situation. `reason` is the right one."""

    reason: Reason
    topic: str
    questions: tuple[Question, ...]

    def asked(self) -> list[Asked]:
        return [Asked(one.text, guess_language(one.text), one.language) for one in self.questions]


def read_articles() -> list[ArticleSource]:
    paths = [path for language in LANGUAGES for path in sorted((ARTICLES / language).rglob("*.md"))]
    return [parse_article(path.read_text(encoding="utf-8"), path.relative_to(ARTICLES).as_posix()) for path in paths]


def read_questions() -> list[Question]:
    return [Question(**json.loads(line)) for line in QUESTIONS.read_text("utf-8").splitlines()]


def topics_of(articles: Sequence[ArticleSource]) -> list[str]:
    return sorted({article.translation_key for article in articles if article.audience == "public"})


def situation_of(number: int, world: int) -> tuple[Reason, str]:
    """What happens to the topic with this number in this world, and to which language, where it is to one."""
    return SITUATIONS[(number // 2 + world) % 4], LANGUAGES[(number // 2) % 3]


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


def cases_of_world(articles: Sequence[ArticleSource], world: int, questions: Sequence[Question]) -> list[Case]:
    """The questions that miss in this world, each alone."""
    numbers = {topic: number for number, topic in enumerate(topics_of(articles))}
    cases = []
    for question in questions:
        if not question.topic:
            reason, language = Reason.NO_CONTENT, ""
            if world:
                continue
        else:
            reason, language = situation_of(numbers[question.topic], world)
        if reason is not Reason.OTHER_LANGUAGE or question.language == language:
            cases.append(Case(reason, question.topic, (question,)))
    return cases


def join_by_topic(cases: Sequence[Case]) -> list[Case]:
    """One case per topic, with its questions in all languages: what the grouping of misses makes of them."""
    found: dict[tuple[Reason, str], list[Question]] = defaultdict(list)
    for case in cases:
        if case.topic:
            found[case.reason, case.topic] += case.questions
    return [Case(reason, topic, tuple(some)) for (reason, topic), some in found.items() if len(some) > 1]


@contextmanager
def open_world(
    settings: Settings, home: Path, encoder: Encoder, articles: Sequence[ArticleSource]
) -> Iterator[tuple[Session, SearchRuntime]]:
    """Store and index the articles in `home`, which must be a folder without a database."""
    own = replace(settings, home_text=str(home), database_url="")
    engine: Engine = create_database_engine(own)
    try:
        Base.metadata.create_all(engine)
        with session_scope(engine) as session:
            for article in articles:
                save_article(session, article, author="test", note="")
        bring_up_to_date(engine, own.index_dir, encoder)
        with session_scope(engine) as session:
            yield session, SearchRuntime.open(own, engine, encoder)
    finally:
        engine.dispose()
