"""Counting what customers asked for in the last month, for the help centre's home page; run by a job.

A person counts once for each article, however often they ask; who asks is known by a random name of their visit alone. Questions
are put together by the article that answered them, so that different wordings are one question.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import regex
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.articles import is_public
from kb.core.clock import utc_now
from kb.insight.demand.wording import LEAST_PEOPLE, ArticleWords, Asked, choose_wording
from kb.tables import Article, Feedback, FeedbackKind, MostAsked, SearchEvent, TopicDemand
from kb.tables.feedback import parse_document
from kb.tables.search import NOT_OF_USE

# Without what may still be typed on.
WINDOW, SETTLING = timedelta(days=30), timedelta(minutes=1)
TILES = 6
# The newest searches that are looked at.
MOST_SEARCHES = 100_000
# Where nobody asks by themselves: tests, trials, people who answer.
_NOT_CUSTOMERS = ("cli", "studio", "desk", "conversation", *NOT_OF_USE)
# The last part of what a link leads to: a slug, where it leads to another article.
_LINKED = regex.compile(r"\]\((?:[^()\s#?]*/)?([^()\s#?/]+?)(?:\.\w{2,5})?(?:[#?][^()\s]*)?\)")
_HELPED = (FeedbackKind.CLICK.value, FeedbackKind.ANSWERED.value)


@dataclass
class _Group:
    """An article in all its languages. people: who asked for it, with the languages that they wrote or read in."""

    versions: dict[str, Any] = field(default_factory=dict)  # language -> row of the article
    people: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    asked: list[Asked] = field(default_factory=list)  # that were surely answered by it
    readers: set[str] = field(default_factory=set)

    def people_in(self, language: str) -> int:
        """0 where they are too few to say anything."""
        count = sum(language in languages for languages in self.people.values())
        return count if count >= LEAST_PEOPLE else 0


@dataclass(frozen=True)
class _Tile:
    article_id: int
    question: str
    people: int
    source: str


def count_demand(session: Session, languages: Sequence[str], *, now: datetime | None = None) -> int:
    """Count anew for each offered language; returns how many rows changed, 0 where all is as it was. The caller commits."""
    now = now or utc_now()
    groups, group_of = _groups(session, languages)
    _add_searches(session, groups, group_of, now)
    _add_readers(session, groups, group_of, now)
    tiles = {language: _tiles(session, groups.values(), language) for language in languages}
    topics = {language: _topics(groups.values(), language) for language in languages}
    return _store_tiles(session, tiles, now) + _store_topics(session, topics, now)


def _groups(session: Session, languages: Sequence[str]) -> tuple[dict[str, _Group], dict[int, str]]:
    """Public articles by translation key, and the key of each."""
    columns = (Article.id, Article.translation_key, Article.language, Article.slug, Article.title, Article.topic)
    groups: dict[str, _Group] = defaultdict(_Group)
    group_of = {}
    for row in session.execute(select(*columns).where(is_public()).order_by(Article.id)):
        group_of[row.id] = row.translation_key
        if row.language in languages:
            groups[row.translation_key].versions.setdefault(row.language, row)
    return groups, group_of


def _add_searches(session: Session, groups: dict[str, _Group], group_of: dict[int, str], now: datetime) -> None:
    helped = _what_helped(session, now)
    for event in _searches(session, now):
        read = [key for number in helped.get(event.id, ()) if (key := group_of.get(number))]
        first = _number(event.results[0]) if event.results else None
        shown = group_of.get(first) if first is not None else None
        sure = read or ([shown] if shown and event.outcome == "answered" else [])
        person = event.visit or f"{event.place} {event.created_at.date().isoformat()}"
        spoken = {str(event.language).partition("-")[0], event.reader_language} - {""}
        for key in dict.fromkeys([*sure, *([shown] if shown and not read and event.outcome != "none" else [])]):
            groups[key].people[person] |= spoken
        for key in sure:
            groups[key].asked.append(Asked(person, event.query, event.language))


def _searches(session: Session, now: datetime) -> Iterator[Any]:
    columns = (
        SearchEvent.id,
        SearchEvent.created_at,
        SearchEvent.place,
        SearchEvent.visit,
        SearchEvent.query,
        SearchEvent.language,
        SearchEvent.reader_language,
        SearchEvent.outcome,
        SearchEvent.results,
    )
    query = (
        select(*columns)
        .where(
            SearchEvent.audience == "customer",
            SearchEvent.place.notin_(_NOT_CUSTOMERS),
            SearchEvent.created_at >= now - WINDOW,
            SearchEvent.created_at < now - SETTLING,
        )
        .order_by(SearchEvent.id.desc())
        .limit(MOST_SEARCHES)
    )
    yield from session.execute(query.execution_options(yield_per=1000))


def _what_helped(session: Session, now: datetime) -> dict[int, list[int]]:
    """By search the articles that were opened or praised in it."""
    rows = session.execute(
        select(Feedback.event_id, Feedback.document).where(
            Feedback.created_at >= now - WINDOW, Feedback.event_id.is_not(None), Feedback.kind.in_(_HELPED)
        )
    )
    helped: dict[int, list[int]] = defaultdict(list)
    for event_id, document in rows:
        if event_id is not None and (number := _number(document)) is not None:
            helped[event_id].append(number)
    return helped


def _add_readers(session: Session, groups: dict[str, _Group], group_of: dict[int, str], now: datetime) -> None:
    rows = session.execute(
        select(Feedback.document, Feedback.visit).where(
            Feedback.created_at >= now - WINDOW, Feedback.kind.in_(_HELPED), Feedback.visit.is_not(None)
        )
    )
    for document, visit in rows:
        number = _number(document)
        if number in group_of and visit:
            groups[group_of[number]].readers.add(visit)


def _number(document: str) -> int | None:
    parsed = parse_document(document)
    return parsed[1] if parsed is not None and parsed[0] == "article" else None


def _tiles(session: Session, groups: Iterable[_Group], language: str) -> list[_Tile]:
    """What was asked in this language by several, then what was asked by several at all; until there is enough of it, what was
    read, and of each topic the article that others lead to most."""
    here = [group for group in groups if language in group.versions]
    asked = [group for group in here if len(group.people) >= LEAST_PEOPLE]
    asked.sort(key=lambda group: (-group.people_in(language), -len(group.people), group.versions[language].id))
    tiles = [
        _Tile(group.versions[language].id, _wording(session, group, language), len(group.people), "asked")
        for group in asked[:TILES]
    ]
    if len(tiles) == TILES:
        return tiles
    led_to = _led_to(session, language)
    rest = [group for group in here if not any(group is one for one in asked)]
    rest.sort(
        key=lambda group: (-len(group.readers), -led_to[group.versions[language].slug], group.versions[language].id)
    )
    topics = {group.versions[language].topic for group in asked}
    second = []  # another one of a topic that has a tile
    for group in rest:
        version, readers = group.versions[language], len(group.readers)
        if len(tiles) == TILES:
            break
        if not readers and version.topic in topics:
            second.append(version)
            continue
        topics.add(version.topic)
        tiles.append(_Tile(version.id, "", readers, "read" if readers else "usual"))
    return tiles + [_Tile(version.id, "", 0, "usual") for version in second[: TILES - len(tiles)]]


def _led_to(session: Session, language: str) -> Counter[str]:
    """How many other articles of the language have a link to each, by slug."""
    counts: Counter[str] = Counter()
    bodies = session.execute(select(Article.slug, Article.body).where(is_public(), Article.language == language))
    for slug, body in bodies.yield_per(100):
        counts.update(set(_LINKED.findall(body)) - {slug})
    return counts


def _wording(session: Session, group: _Group, language: str) -> str:
    if sum(one.language == language for one in group.asked) < LEAST_PEOPLE:
        return ""
    ids = [version.id for version in group.versions.values()]
    rows = session.execute(
        select(Article.language, Article.title, Article.body, Article.also_asked).where(Article.id.in_(ids))
    )
    words = [ArticleWords(of, "\n".join((title, body, *also_asked))) for of, title, body, also_asked in rows]
    wording = choose_wording(group.asked, language, words)
    return "" if wording.casefold() == group.versions[language].title.casefold() else wording


def _topics(groups: Iterable[_Group], language: str) -> dict[str, int]:
    """How many people asked for each topic in this language, as far as several did."""
    people: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        if language in group.versions:
            topic = group.versions[language].topic
            people[topic] |= {person for person, spoken in group.people.items() if language in spoken}
    return {topic: len(who) for topic, who in people.items() if len(who) >= LEAST_PEOPLE}


def _store_tiles(session: Session, tiles: dict[str, list[_Tile]], now: datetime) -> int:
    stored = session.scalars(select(MostAsked).order_by(MostAsked.language, MostAsked.place)).all()
    before: dict[str, list[_Tile]] = defaultdict(list)
    for row in stored:
        before[row.language].append(_Tile(row.article_id, row.question, row.people, row.source))
    if before == {language: some for language, some in tiles.items() if some}:
        return 0
    session.execute(delete(MostAsked))
    rows = [
        MostAsked(
            language=language,
            place=place,
            article_id=tile.article_id,
            question=tile.question,
            people=tile.people,
            source=tile.source,
            computed_at=now,
        )
        for language, some in tiles.items()
        for place, tile in enumerate(some)
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _store_topics(session: Session, topics: dict[str, dict[str, int]], now: datetime) -> int:
    before = {(row.language, row.topic): row.people for row in session.scalars(select(TopicDemand))}
    after = {(language, topic): people for language, some in topics.items() for topic, people in some.items()}
    if before == after:
        return 0
    session.execute(delete(TopicDemand))
    session.add_all(
        TopicDemand(language=language, topic=topic, people=people, computed_at=now)
        for (language, topic), people in after.items()
    )
    session.flush()
    return len(after)
