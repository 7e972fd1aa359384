"""The questions that people came to rest on, chosen so that nobody's weigh more than anybody else's."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import regex
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.search.search_as_you_type import PAUSE, continues_query
from kb.tables import SearchEvent
from kb.tables.search import NOT_OF_USE
from kb.text.terms import normalise
from kb.text.transliteration import to_native
from kb.text.words import find_words, says_something

# What is looked at: half a year, without what may still be typed on.
WINDOW, SETTLING = timedelta(days=180), timedelta(minutes=1)
# Of one person (or visit, or, where neither is known, of one place on one day), and of one kind in a day.
MOST_OF_ONE, MOST_OF_A_DAY = 3, 50
MOST_QUERIES = 2000
# What stands for something personal in a stored query, see kb.privacy.redaction.
_PLACEHOLDER = regex.compile(r"\[[a-z]+\]")
_LONGEST = 1500
# So many words make a long question.
_LONG_FROM = 28

# Language (primary tag) and length ("short" or "long") of a query.
QueryKind = tuple[str, str]


@dataclass
class SettledQueries:
    """texts: different questions as the encoder reads them, the newest days first; events: the search of each; people: how many
    they are of."""

    texts: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    people: int = 0


@dataclass(frozen=True)
class _Settled:
    event: int
    person: str
    place: str
    day: str
    kind: QueryKind
    typed: str
    text: str  # as the encoder reads it
    at: datetime
    order: bytes  # in which the questions of a day are taken: by chance, but the same chance in every run


def settled_queries(session: Session, *, now: datetime | None = None) -> dict[QueryKind, SettledQueries]:
    """By language and length the questions of the last half year that count: see the bounds above."""
    now = now or utc_now()
    # kind -> day -> number of the question among those of its person -> questions
    days: dict[QueryKind, dict[str, list[list[_Settled]]]] = defaultdict(dict)
    taken: dict[tuple[QueryKind, str], int] = defaultdict(int)
    for one in _settled(session, now - WINDOW, now - SETTLING):
        number = taken[one.kind, one.person]
        if number < MOST_OF_ONE:
            taken[one.kind, one.person] += 1
            days[one.kind].setdefault(one.day, [[] for _ in range(MOST_OF_ONE)])[number].append(one)
    return {kind: _choose(of_kind) for kind, of_kind in days.items()}


def _choose(days: dict[str, list[list[_Settled]]]) -> SettledQueries:
    """At most MOST_OF_A_DAY a day, each person's first question before anybody's second, and none twice."""
    chosen, people, seen = SettledQueries(), set(), set()
    for _, by_number in sorted(days.items(), reverse=True):
        of_day = [one for asked in by_number for one in sorted(asked, key=lambda one: one.order)]
        for one in of_day[:MOST_OF_A_DAY]:
            key = normalise(one.text)
            if key not in seen and len(chosen.texts) < MOST_QUERIES:
                seen.add(key)
                people.add(one.person)
                chosen.texts.append(one.text)
                chosen.events.append(one.event)
    chosen.people = len(people)
    return chosen


def _settled(session: Session, since: datetime, until: datetime) -> Iterator[_Settled]:
    """Questions as they were settled, without those that their author went on typing."""
    rows = session.execute(
        select(
            SearchEvent.id,
            SearchEvent.public_id,
            SearchEvent.created_at,
            SearchEvent.place,
            SearchEvent.visit,
            SearchEvent.user_id,
            SearchEvent.query,
            SearchEvent.language,
        )
        .where(SearchEvent.created_at >= since, SearchEvent.created_at < until, SearchEvent.place.not_in(NOT_OF_USE))
        .order_by(SearchEvent.created_at, SearchEvent.id)
        .execution_options(yield_per=1000)
    )
    last: dict[tuple[str, str], _Settled] = {}
    oldest = since
    for row in rows:
        if (one := _of_row(row)) is None:
            continue
        before = last.pop((one.person, one.place), None)
        if before is not None and not _goes_on(before, one):
            yield before
        last[one.person, one.place] = one
        if one.at - oldest > 2 * PAUSE:  # what nobody can go on with any more is not kept
            for key in [key for key, kept in last.items() if one.at - kept.at > PAUSE]:
                yield last.pop(key)
            oldest = one.at
    yield from last.values()


def _goes_on(before: _Settled, after: _Settled) -> bool:
    return after.at - before.at <= PAUSE and continues_query(before.typed, after.typed)


def _of_row(row: Any) -> _Settled | None:
    """None for what says nothing of questions: none in words, one that is cut, or one of which something was taken out."""
    text = str(row.query)
    if not says_something(text) or len(text) > _LONGEST or _PLACEHOLDER.search(text):
        return None
    day = row.created_at.date().isoformat()
    person = f"visit {row.visit}" if row.visit else f"user {row.user_id}" if row.user_id else f"{row.place} {day}"
    native = to_native(text, row.language).text
    primary = str(row.language).partition("-")[0]
    order = hashlib.blake2b(str(row.public_id).encode(), digest_size=8).digest()
    length = "long" if len(find_words(native)) >= _LONG_FROM else "short"
    return _Settled(row.id, person, row.place, day, (primary, length), text, native, row.created_at, order)
