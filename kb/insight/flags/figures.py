"""Articles whose figures fall against their own past, with enough numbers to say so, and those that nobody reads.

What a trainer has called right is not found again in the same days: the days that are looked at begin after that.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, Date, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.insight.flags.found import FoundFlag
from kb.insight.numbers.measures import Measure
from kb.tables import Article, ArticleDay, ArticleFlag, DailyCount, FlagKind, FlagState
from kb.tables.feedback import parse_document

RECENT, PAST = timedelta(days=28), timedelta(days=84)
UNREAD = timedelta(days=90)
# Standard deviations by which a figure has to fall; by how much at least; how many are enough.
_FALL = 2.33
_LEAST_VOTES, _LEAST_PAST_VOTES, _VOTES_DROP = 8, 15, 0.1
_LEAST_READS, _LEAST_PAST_READS, _CONTACTS_RISE = 50, 100, 0.05
_LEAST_SOLVED, _SOLVED_LEFT = 8.0, 0.6
# Reads of all articles of a language from which silence about one says something.
_LEAST_READ = 200
_COUNTED = (
    Measure.ARTICLE_YES,
    Measure.ARTICLE_NO,
    Measure.ARTICLE_SOLVED,
    Measure.ARTICLE_COPIED,
    Measure.ARTICLE_READ,
)


@dataclass(frozen=True)
class _Days:
    """first: of the days before; middle: the first of the days now; end: the day after the last."""

    first: date
    middle: date
    end: date

    def sums(self, by_day: Mapping[date, int]) -> tuple[int, int]:
        """Counted before, counted now."""
        before = sum(count for day, count in by_day.items() if self.first <= day < self.middle)
        now = sum(count for day, count in by_day.items() if self.middle <= day < self.end)
        return before, now


def find_falling(session: Session, today: date, zone: tzinfo) -> list[FoundFlag]:
    """Votes, readers who ask for a person after it, conversations that it solved; and what nobody reads."""
    published = {
        number: (language, audience, created)
        for number, language, audience, created in session.execute(
            select(Article.id, Article.language, Article.audience, Article.created_at).where(
                Article.status == "published"
            )
        )
    }
    settled = _settled(session, zone)
    days: dict[tuple[int, str], dict[date, int]] = defaultdict(dict)
    _read_days(session, today, settled, days)
    found: list[FoundFlag] = []
    totals: dict[date, int] = defaultdict(int)
    for (_number, measure), by_day in days.items():
        if measure == Measure.ARTICLE_SOLVED.value:
            for day, count in by_day.items():
                totals[day] += count
    for number in published:
        for kind, find in ((FlagKind.VOTES, _votes), (FlagKind.SUCCESS, _success)):
            span = _span(today, settled.get((number, kind.value)))
            evidence = find(_sums(days, number, span))
            if evidence:
                found.append(_flag(number, kind, span, evidence, settled))
        span = _span(today, settled.get((number, FlagKind.SOLVED.value)))
        evidence = _solved(days.get((number, Measure.ARTICLE_SOLVED.value), {}), totals, span)
        if evidence:
            found.append(_flag(number, FlagKind.SOLVED, span, evidence, settled))
    return found + _unread(session, published, days, today, zone, settled)


def _settled(session: Session, zone: tzinfo) -> dict[tuple[int, str], date]:
    """The day on which the figure of an article was last called right or mended."""
    query = (
        select(ArticleFlag.article_id, ArticleFlag.kind, func.max(ArticleFlag.settled_at))
        .where(ArticleFlag.state.in_([FlagState.RIGHT.value, FlagState.MENDED.value]))
        .group_by(ArticleFlag.article_id, ArticleFlag.kind)
    )
    return {
        (number, kind): at.astimezone(zone).date()
        for number, kind, at in session.execute(query)
        if isinstance(at, datetime)
    }


def _span(today: date, settled: date | None) -> _Days:
    middle = today - RECENT
    first = middle - PAST
    return _Days(first, max(middle, settled + timedelta(days=1)) if settled else middle, today)


def _read_days(
    session: Session,
    today: date,
    settled: Mapping[tuple[int, str], date],
    days: dict[tuple[int, str], dict[date, int]],
) -> None:
    """Days that are only ever counted together come as one, under the first of them: thousands of articles have many days."""
    first, unread, middle = today - RECENT - PAST, today - UNREAD, today - RECENT
    # Up to the first day on which something was settled nobody's days begin within those that are looked at now.
    together = min((day for day in settled.values() if day >= middle), default=today)
    together = min(together, today - timedelta(days=1))

    def one_of(day: InstrumentedAttribute[date]) -> ColumnElement[date]:
        return case(
            (day < unread, literal(first, Date)),
            (day < middle, literal(unread, Date)),
            (day <= together, literal(middle, Date)),
            else_=day,
        ).label("one_day")

    counts = (
        select(DailyCount.subject, DailyCount.measure, one_of(DailyCount.day), DailyCount.count)
        .where(
            DailyCount.measure.in_([one.value for one in _COUNTED]),
            DailyCount.day >= first,
            ~DailyCount.is_sample,
        )
        .subquery()
    )
    key = (counts.c.subject, counts.c.measure, counts.c.one_day)
    for subject, measure, day, count in session.execute(select(*key, func.sum(counts.c.count)).group_by(*key)):
        document = parse_document(subject)
        if document is not None and document[0] == "article":
            days[document[1], measure][day] = int(count)
    visits = (
        select(ArticleDay.article_id, one_of(ArticleDay.day), ArticleDay.views, ArticleDay.contacts)
        .where(ArticleDay.day >= first)
        .subquery()
    )
    of_day = (visits.c.article_id, visits.c.one_day)
    sums = select(*of_day, func.sum(visits.c.views), func.sum(visits.c.contacts)).group_by(*of_day)
    for number, day, views, contacts in session.execute(sums):
        days[number, "views"][day] = int(views)
        days[number, "contacts"][day] = int(contacts)


def _sums(
    days: Mapping[tuple[int, str], Mapping[date, int]], number: int, span: _Days
) -> Callable[[str], tuple[int, int]]:
    return lambda measure: span.sums(days.get((number, measure), {}))


def _votes(of: Callable[[str], tuple[int, int]]) -> dict[str, float] | None:
    (yes_before, yes), (no_before, no) = of(Measure.ARTICLE_YES.value), of(Measure.ARTICLE_NO.value)
    before, now = yes_before + no_before, yes + no
    if now < _LEAST_VOTES or before < _LEAST_PAST_VOTES:
        return None
    if not _falls(yes_before, before, yes, now, _VOTES_DROP):
        return None
    return {"before_yes": yes_before, "before": before, "now_yes": yes, "now": now}


def _success(of: Callable[[str], tuple[int, int]]) -> dict[str, float] | None:
    (before, now), (contacts_before, contacts) = of("views"), of("contacts")
    if now < _LEAST_READS or before < _LEAST_PAST_READS:
        return None
    if not _falls(before - contacts_before, before, now - contacts, now, _CONTACTS_RISE):
        return None
    return {"before_contacts": contacts_before, "before": before, "now_contacts": contacts, "now": now}


def _solved(by_day: Mapping[date, int], totals: Mapping[date, int], span: _Days) -> dict[str, float] | None:
    """Against what it would have solved if its part in all that was solved had stayed: a quiet month flags nothing."""
    (before, now), (all_before, all_now) = span.sums(by_day), span.sums(totals)
    if all_before <= before:
        return None
    expected = before * (all_now - now) / (all_before - before)
    if expected < _LEAST_SOLVED or now > _SOLVED_LEFT * expected or now > expected - _FALL * math.sqrt(expected):
        return None
    return {"before": before, "now": now, "expected": round(expected, 1)}


def _falls(good_before: int, before: int, good: int, now: int, least: float) -> bool:
    """Two shares by the normal approximation of their difference."""
    was, is_ = good_before / before, good / now
    both = (good_before + good) / (before + now)
    spread = math.sqrt(both * (1 - both) * (1 / before + 1 / now))
    return was - is_ >= least and spread > 0 and (was - is_) / spread >= _FALL


def _flag(
    number: int,
    kind: FlagKind,
    span: _Days,
    evidence: dict[str, float],
    settled: Mapping[tuple[int, str], date],
) -> FoundFlag:
    days = {"first": span.first.isoformat(), "middle": span.middle.isoformat(), "end": span.end.isoformat()}
    return FoundFlag(number, kind, _key(number, kind, settled), {**days, **evidence})


def _key(number: int, kind: FlagKind, settled: Mapping[tuple[int, str], date]) -> str:
    """New days after somebody has settled it are new evidence."""
    at = settled.get((number, kind.value))
    return f"since {at.isoformat()}" if at else "ever"


def _unread(
    session: Session,
    published: Mapping[int, tuple[str, str, datetime]],
    days: Mapping[tuple[int, str], Mapping[date, int]],
    today: date,
    zone: tzinfo,
    settled: Mapping[tuple[int, str], date],
) -> list[FoundFlag]:
    first = today - UNREAD
    measures = ("views", Measure.ARTICLE_READ.value, Measure.ARTICLE_COPIED.value, Measure.ARTICLE_SOLVED.value)

    def reads_of(number: int) -> int:
        return max(
            sum(count for day, count in days.get((number, measure), {}).items() if day >= first) for measure in measures
        )

    reads = {number: reads_of(number) for number in published}
    by_language: dict[str, list[int]] = defaultdict(list)
    for number, (language, _, _) in published.items():
        by_language[language].append(reads[number])
    # A read that was noted and not counted yet is one.
    lately = set(session.scalars(select(ArticleDay.article_id).where(ArticleDay.day >= first, ArticleDay.views > 0)))
    found = []
    for number, (language, audience, created) in published.items():
        others = by_language[language]
        since = max(created.astimezone(zone).date(), settled.get((number, FlagKind.UNREAD.value), date.min))
        if audience != "public" or since > first or reads[number] or number in lately or sum(others) < _LEAST_READ:
            continue
        evidence = {"since": first.isoformat(), "others": sum(others), "articles": len(others)}
        found.append(FoundFlag(number, FlagKind.UNREAD, _key(number, FlagKind.UNREAD, settled), evidence))
    return found
