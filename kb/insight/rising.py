"""Topics that suddenly more people ask for than at this hour of the week in the weeks before.

Counted are people, not searches: who asks ten times is one. The past of each topic at the same hours is its measure, week
by week; a former wave is cut down, weeks that differ much ask for more proof, and where everything is asked more (a sale) that is
no news of a topic. With small numbers chance alone makes large factors: only what chance would hardly ever do
(`CHANCE`) is told. Nothing of a person is kept: a topic, two numbers and an article.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, lgamma, log, sqrt
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from kb.articles import is_public
from kb.core.clock import utc_now
from kb.tables import Article, Feedback, FeedbackKind, RisingTopic, SearchEvent
from kb.tables.feedback import parse_document
from kb.tables.search import NOT_OF_USE

WINDOW, WEEKS, LEAST_WEEKS = timedelta(hours=3), 8, 2
# People in the window; times the usual; how often chance may do it. A topic that rises goes on rising until it is below STILL.
LEAST_PEOPLE, LEAST_TIMES, CHANCE, STILL = 8, 2.0, 1e-5, 1.5
# What the job has not looked at for so long is not told any more.
FRESH = timedelta(hours=1)
MOST_SEARCHES, MOST_SHOWN = 100_000, 2
# Fewer people in all other topics say nothing about how busy everything is.
_LEAST_OTHERS = 20.0
_NOT_CUSTOMERS = ("cli", "studio", "desk", "conversation", *NOT_OF_USE)


@dataclass(frozen=True)
class Shown:
    """As it is offered. usual: people at this hour of the week; article_id, title, slug, language: of its best article."""

    topic: str
    people: int
    usual: float
    article_id: int
    title: str
    slug: str
    language: str


@dataclass(frozen=True)
class Counts:
    """now: people of the topic in the window; past: of the same hours, a week earlier each."""

    now: int
    past: Sequence[int]


def update_rising(session: Session, zone: ZoneInfo, *, now: datetime | None = None) -> list[str]:
    """Look at all topics and store those that rise; returns them. zone: of the hours of the week. The caller commits."""
    now = now or utc_now()
    slots = _slots(now, zone)
    topic_of = {row.id: row for row in session.execute(select(Article.id, Article.topic, Article.translation_key))}
    people: dict[tuple[str, int], set[str]] = defaultdict(set)
    led_to: dict[str, Counter[str]] = defaultdict(Counter)
    for week, person, numbers in _searches(session, slots):
        for number in numbers:
            if (article := topic_of.get(number)) is not None and article.topic:
                people[article.topic, week].add(person)
                if week == 0:
                    led_to[article.topic][article.translation_key] += 1
    weeks = _known_weeks(session, slots)
    topics = {topic for topic, _ in people}
    counts = {
        topic: Counts(len(people[topic, 0]), [len(people[topic, week]) for week in range(1, weeks + 1)])
        for topic in topics
    }
    before = {row.topic: row.since for row in session.scalars(select(RisingTopic))}
    usual = rising_topics(counts, set(before))
    session.execute(delete(RisingTopic))
    session.add_all(
        RisingTopic(
            topic=topic,
            article_key=led_to[topic].most_common(1)[0][0],
            people=counts[topic].now,
            usual=round(expected, 2),
            since=before.get(topic, now),
            computed_at=now,
        )
        for topic, expected in sorted(usual.items())
    )
    session.flush()
    return sorted(usual)


def rising_topics(counts: Mapping[str, Counts], rose: Iterable[str] = ()) -> dict[str, float]:
    """Those that rise, with how many people would be usual. rose: those that did when it was last looked at."""
    rose = set(rose)
    usual = {topic: _mean(_capped(one.past)) for topic, one in counts.items() if len(one.past) >= LEAST_WEEKS}
    found = {}
    for topic, expected in usual.items():
        one = counts[topic]
        others = sum(usual.values()) - expected
        others_now = sum(counts[other].now for other in usual) - one.now
        busier = max(1.0, others_now / others) if others >= _LEAST_OTHERS else 1.0
        if one.now < LEAST_PEOPLE or one.now < (STILL if topic in rose else LEAST_TIMES) * expected * busier:
            continue
        if topic in rose or _chance(one.now, _capped(one.past), busier) < CHANCE:
            found[topic] = expected * busier
    return found


def list_rising(
    session: Session, language: str, *, in_any_language: bool = False, now: datetime | None = None
) -> list[Shown]:
    """What is offered to readers of a language, with an article that they can read, the steepest first. One statement."""
    rows = session.execute(
        select(RisingTopic, Article.id, Article.title, Article.slug, Article.language)
        .join(Article, and_(Article.translation_key == RisingTopic.article_key, is_public()))
        .where(
            RisingTopic.computed_at > (now or utc_now()) - FRESH,
            *([] if in_any_language else [Article.language == language]),
        )
        .order_by(Article.language != language, Article.id)
    )
    found: dict[str, Shown] = {}
    for row, number, title, slug, tag in rows:
        found.setdefault(row.topic, Shown(row.topic, row.people, row.usual, number, title, slug, tag))
    return sorted(found.values(), key=lambda one: (one.usual / one.people, one.topic))[:MOST_SHOWN]


def _slots(now: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The window now and in the weeks before, at the same time of the clock on the wall."""
    local = now.astimezone(zone)
    ends = [local - timedelta(weeks=week) for week in range(WEEKS + 1)]
    return [((end - WINDOW).astimezone(UTC), end.astimezone(UTC)) for end in ends]


def _in_slots(slots: Sequence[tuple[datetime, datetime]]) -> ColumnElement[bool]:
    return and_(
        SearchEvent.audience == "customer",
        SearchEvent.place.notin_(_NOT_CUSTOMERS),
        or_(*(and_(SearchEvent.created_at >= start, SearchEvent.created_at < end) for start, end in slots)),
    )


def _searches(session: Session, slots: Sequence[tuple[datetime, datetime]]) -> Iterable[tuple[int, str, list[int]]]:
    """(weeks ago, who, numbers of the articles that they were led to)."""
    opened: dict[int, list[int]] = defaultdict(list)
    for event_id, document in session.execute(
        select(Feedback.event_id, Feedback.document)
        .join(SearchEvent, SearchEvent.id == Feedback.event_id)
        .where(_in_slots(slots), Feedback.kind.in_((FeedbackKind.CLICK.value, FeedbackKind.ANSWERED.value)))
    ):
        opened[event_id or 0] += _article(document)
    columns: tuple[Any, ...] = (
        SearchEvent.id,
        SearchEvent.created_at,
        SearchEvent.place,
        SearchEvent.visit,
        SearchEvent.outcome,
        SearchEvent.results,
    )
    query = select(*columns).where(_in_slots(slots)).order_by(SearchEvent.id.desc()).limit(MOST_SEARCHES)
    for event in session.execute(query):
        week = next(number for number, (start, end) in enumerate(slots) if start <= event.created_at < end)
        first = _article(event.results[0]) if event.results and event.outcome != "none" else []
        who = event.visit or f"{event.place} {event.created_at.date().isoformat()}"
        yield week, who, opened.get(event.id) or first


def _article(document: str) -> list[int]:
    parsed = parse_document(document)
    return [parsed[1]] if parsed is not None and parsed[0] == "article" else []


def _known_weeks(session: Session, slots: Sequence[tuple[datetime, datetime]]) -> int:
    """Of how many of the weeks before there is a record at all."""
    oldest = session.scalar(select(func.min(SearchEvent.created_at)).where(SearchEvent.audience == "customer"))
    return sum(oldest is not None and start >= oldest for start, _ in slots[1:])


def _mean(counts: Sequence[float]) -> float:
    return sum(counts) / len(counts)


def _capped(past: Sequence[int]) -> list[float]:
    """A wave of one week is cut to what such a topic may do by chance, so that it hides no later one."""
    middle = median(past)
    return [min(float(count), middle + 3 * sqrt(middle + 1)) for count in past]


def _chance(now: int, past: Sequence[float], busier: float) -> float:
    """How likely so many people or more are where nothing has changed: what past weeks leave open about the mean counts
    (negative binomial), and where they differ more than by chance, so many of the people say less."""
    mean = _mean(past)
    spread = sum((count - mean) ** 2 for count in past) / max(1, len(past) - 1)
    excess = max(1.0, spread / mean) if mean else 1.0
    shape, rate = (sum(past) * busier) / excess + 0.5, float(len(past))
    count = int(now / excess)
    term = exp(
        lgamma(shape + count)
        - lgamma(shape)
        - lgamma(count + 1)
        + shape * log(rate / (rate + 1))
        - count * log(rate + 1)
    )
    total = 0.0
    while term > total * 1e-9 and term > 0:
        total += term
        term *= (shape + count) / (count + 1) / (rate + 1)
        count += 1
    return min(total, 1.0)
