"""Is it as often right as it says? What searches said of their first result beside what people showed of it."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.judged import JudgedSearch, judged_searches
from kb.search.types import Outcome
from kb.tables import SearchEvent
from kb.tables.search import NOT_OF_USE

PERIOD = timedelta(weeks=12)
BINS = 10
# Languages with a column of their own, the most judged; fewer judged searches than this in a bin say little.
MOST_LANGUAGES = 6
_Z = 1.96


@dataclass(frozen=True)
class Share:
    """How many of some searches had a right first result."""

    right: int
    count: int

    @property
    def value(self) -> float:
        return self.right / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """In which the true share lies with 95 % (Wilson 1927)."""
        if not self.count:
            return 0.0, 1.0
        n, p = self.count, self.value
        middle = (p + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
        half = _Z / (1 + _Z * _Z / n) * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True)
class Bin:
    """Searches whose confidence lay from `low` to below `high`. said: their mean confidence."""

    low: float
    high: float
    said: float
    share: Share


@dataclass(frozen=True)
class Reliability:
    """bins: those with any search; outcomes: by what was said; weeks: by Monday, newest first, and language, of the searches that
    were called answered; searches: how many there were in all, judged: of how many somebody showed whether the first was right;
    error: how far what was said is from what was right, on average (expected calibration error)."""

    bins: Sequence[Bin]
    outcomes: dict[str, Share]
    languages: Sequence[str]
    weeks: dict[date, dict[str, Share]]
    searches: int
    judged: int
    error: float


def reliability(session: Session, *, now: datetime | None = None) -> Reliability:
    """Of the last twelve weeks. Three statements."""
    now = now or utc_now()
    judged = [
        (search, right)
        for search in judged_searches(session, since=PERIOD, now=now)
        if (right := search.first_was_right) is not None
    ]
    searches = session.scalar(
        select(func.count())
        .select_from(SearchEvent)
        .where(SearchEvent.created_at >= now - PERIOD, SearchEvent.place.not_in(NOT_OF_USE))
    )
    bins = _bins(judged)
    error = sum(abs(one.said - one.share.value) * one.share.count for one in bins) / max(len(judged), 1)
    sure = [(search, right) for search, right in judged if search.outcome == Outcome.ANSWERED.value]
    languages = [tag for tag, _ in Counter(search.language for search, _ in sure).most_common(MOST_LANGUAGES)]
    return Reliability(
        bins=bins,
        outcomes={
            outcome.value: _share([right for search, right in judged if search.outcome == outcome.value])
            for outcome in Outcome
        },
        languages=languages,
        weeks=_weeks(sure),
        searches=searches or 0,
        judged=len(judged),
        error=error,
    )


def _bins(judged: Sequence[tuple[JudgedSearch, bool]]) -> list[Bin]:
    by_number: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for search, right in judged:
        by_number[min(int(search.confidence * BINS), BINS - 1)].append((search.confidence, right))
    return [
        Bin(
            number / BINS,
            (number + 1) / BINS,
            sum(said for said, _ in some) / len(some),
            _share([right for _, right in some]),
        )
        for number, some in sorted(by_number.items())
    ]


def _weeks(sure: Sequence[tuple[JudgedSearch, bool]]) -> dict[date, dict[str, Share]]:
    """All languages together under ""."""
    found: dict[date, dict[str, list[bool]]] = {}
    for search, right in sure:
        day = search.at.date()
        of_week = found.setdefault(day - timedelta(days=day.weekday()), {})
        for language in (search.language, ""):
            of_week.setdefault(language, []).append(right)
    return {
        monday: {language: _share(some) for language, some in found[monday].items()}
        for monday in sorted(found, reverse=True)
    }


def _share(right: Sequence[bool]) -> Share:
    return Share(sum(right), len(right))
