"""Daily rows of the help centre and of each article, counted from visits by a job."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.self_service.visits import FOLLOWED, PAUSE, Visit, read_visits
from kb.tables import Article, ArticleDay, HelpDay

# Days that are counted anew each time: whoever comes back within a week changes the day on which they first came.
_OPEN_DAYS = FOLLOWED.days + 1
_OUTCOMES = {"answered": "answered", "unsure": "unsure", "none": "unanswered"}


@dataclass
class _Counts:
    of_day: dict[tuple[date, str], dict[str, int]] = field(default_factory=lambda: defaultdict(_zero))
    of_article: dict[tuple[date, int], dict[str, int]] = field(default_factory=lambda: defaultdict(_zero))


def _zero() -> dict[str, int]:
    return defaultdict(int)


def count_days(
    session: Session, zone: ZoneInfo, *, kept_days: int = 0, tick: Callable[[], None] | None = None,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """Count the last days anew; returns how many visits they had. Days before stay as they are. The caller commits.

    zone: of days. kept_days: for which searches and reads are kept, 0 for ever; a day of which some are gone is left alone.
    """
    now = now or utc_now()
    today = now.astimezone(zone).date()
    back = _OPEN_DAYS if not kept_days else min(_OPEN_DAYS, max(0, kept_days - 1))
    first = today - timedelta(days=back)
    since = datetime.combine(first, time.min, zone).astimezone(UTC)
    # Of a visit that began earlier the beginning is needed, or it would seem to begin within.
    visits = read_visits(session, since - FOLLOWED, now)
    public = set(session.scalars(select(Article.id)))
    counts, counted = _Counts(), 0
    for visit in visits.values():
        day = visit.begun.astimezone(zone).date()
        if first <= day <= today and visit.last < now - PAUSE:  # what goes on has no end yet
            counted += 1
            _count(counts, visit, day, public)
        if tick is not None and counted % 1000 == 0:
            tick()
    _store(session, counts, first)
    return counted


def _count(counts: _Counts, visit: Visit, day: date, articles: set[int]) -> None:
    row = counts.of_day[day, visit.language]
    row["visits"] += 1
    row[visit.end().value] += 1
    row["views"] += len(visit.reads)
    row["searches"] += len(visit.searches)
    row["reads_after_search"] += visit.reads_after_search()
    row["contacts"] += bool(visit.contacts)
    row["contacts_after_reading"] += visit.contacts_after()
    for search in visit.searches:
        row[_OUTCOMES.get(search.outcome, "unsure")] += 1
    for said in visit.said:
        row["said_yes" if said.yes else "said_no"] += 1
        if said.article_id in articles:
            counts.of_article[day, said.article_id or 0]["said_yes" if said.yes else "said_no"] += 1
    begun = min((one.at for one in visit.searches), default=None)
    for read in visit.reads:
        if read.article_id in articles:
            article = counts.of_article[day, read.article_id]
            article["views"] += 1
            article["from_search"] += begun is not None and read.at >= begun
            article["contacts"] += visit.contacts_after(read.article_id)


def _store(session: Session, counts: _Counts, first: date) -> None:
    session.execute(delete(HelpDay).where(HelpDay.day >= first))
    session.execute(delete(ArticleDay).where(ArticleDay.day >= first))
    session.add_all(HelpDay(day=day, language=tag, **row) for (day, tag), row in sorted(counts.of_day.items()))
    session.add_all(
        ArticleDay(day=day, article_id=number, **row) for (day, number), row in sorted(counts.of_article.items())
    )
    session.flush()
