"""Reading what was counted: a handful of rows, however many events there were."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from kb.insight.numbers.measures import DESK_PLACES, OF_ARTICLES, Measure
from kb.tables import Article, CountedDay, DailyCount

LONGEST = 731  # days of a period
# Of these the course over time is shown.
_IN_TIME = (
    Measure.SEARCH,
    Measure.ASKED_PERSON,
    Measure.SURE,
    Measure.CONVERSATION,
    Measure.FEELING,
    Measure.ESCALATED,
    Measure.HANDED_OVER,
)


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @classmethod
    def of_days(cls, days: int, today: date) -> "Period":
        """The last so many days, today included."""
        return cls(today - timedelta(days=days - 1), today)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """As long, right before it."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


@dataclass(frozen=True)
class Total:
    """How often in the period, and in the one before it."""

    measure: str
    language: str
    channel: str
    subject: str
    bucket: int
    now: int
    before: int


@dataclass(frozen=True)
class OfDay:
    day: date
    measure: str
    language: str
    subject: str
    count: int


@dataclass(frozen=True)
class Counted:
    """What was counted in a period. has_sample: a part of it is invented; first, last: of all days that were counted at all, so
    that nothing is compared with days of which nobody counted anything."""

    period: Period
    totals: Sequence[Total]
    days: Sequence[OfDay]
    has_sample: bool
    first: date | None
    last: date | None

    @property
    def is_comparable(self) -> bool:
        return self.first is not None and self.first <= self.period.before.first

    def sum(self, measure: Measure, *, before: bool = False, where: Callable[[Total], bool] | None = None) -> int:
        return sum(
            one.before if before else one.now
            for one in self.totals
            if one.measure == measure and (where is None or where(one))
        )

    def by(
        self, measure: Measure, part: Callable[[Total], str], *, before: bool = False,
        where: Callable[[Total], bool] | None = None,
    ) -> Counter[str]:  # fmt: skip
        found: Counter[str] = Counter()
        for one in self.totals:
            if one.measure == measure and (where is None or where(one)):
                found[part(one)] += one.before if before else one.now
        return found

    def lengths(
        self, measure: Measure, *, before: bool = False, where: Callable[[Total], bool] | None = None
    ) -> Counter[int]:
        """By bucket."""
        found: Counter[int] = Counter()
        for one in self.totals:
            if one.measure == measure and (where is None or where(one)):
                found[one.bucket] += one.before if before else one.now
        return found


def is_customers(one: Total) -> bool:
    """Of a search: a customer's."""
    return one.channel not in DESK_PLACES


def read_counted(session: Session, period: Period, *, with_sample: bool = True) -> Counted:
    """Four statements."""
    others = [measure.value for measure in Measure if measure not in OF_ARTICLES]
    in_period = DailyCount.day >= period.first
    shown = [] if with_sample else [DailyCount.is_sample.is_(False)]
    now = func.sum(case((in_period, DailyCount.count), else_=0))
    before = func.sum(case((in_period, 0), else_=DailyCount.count))
    of_sample = func.max(case((DailyCount.is_sample & in_period, 1), else_=0))
    parts = (DailyCount.measure, DailyCount.language, DailyCount.channel, DailyCount.subject, DailyCount.bucket)
    rows = session.execute(
        select(*parts, now, before, of_sample)
        .where(
            DailyCount.measure.in_(others), DailyCount.day.between(period.before.first, period.last), *shown
        )
        .group_by(*parts)
    ).all()  # fmt: skip
    in_time = session.execute(
        select(DailyCount.day, DailyCount.measure, DailyCount.language, DailyCount.subject, func.sum(DailyCount.count))
        .where(
            DailyCount.measure.in_([measure.value for measure in _IN_TIME]),
            DailyCount.day.between(period.first, period.last),
            or_(DailyCount.measure != Measure.SEARCH.value, DailyCount.channel.notin_(DESK_PLACES)),
            *shown,
        )
        .group_by(DailyCount.day, DailyCount.measure, DailyCount.language, DailyCount.subject)
    )
    return Counted(
        period,
        [Total(row[0], row[1], row[2], row[3], row[4], int(row[5]), int(row[6])) for row in rows],
        [OfDay(day, measure, language, subject, int(count)) for day, measure, language, subject, count in in_time],
        any(row[7] for row in rows),
        *_counted_days(session, with_sample=with_sample),
    )


def _counted_days(session: Session, *, with_sample: bool) -> tuple[date | None, date | None]:
    """The first and the last; days on which nothing happened were counted too."""
    row = session.execute(select(func.min(CountedDay.day), func.max(CountedDay.day))).one()
    first: date | None = row[0]
    last: date | None = row[1]
    if with_sample:
        of_sample = session.scalar(select(func.min(DailyCount.day)).where(DailyCount.is_sample))
        first = min((day for day in (first, of_sample) if day is not None), default=None)
    return first, last


@dataclass(frozen=True)
class ArticleUse:
    """reads, before: how often it was opened in the period and in the one before; age: days since it was changed or found
    right."""

    id: int
    title: str
    language: str
    age: int
    reads: int
    before: int
    yes: int
    no: int
    copied: int
    solved: int

    @property
    def uses(self) -> int:
        return self.reads + self.copied + self.solved

    @property
    def success(self) -> float | None:
        """Of those who said whether it helped, the share of yes."""
        return self.yes / (self.yes + self.no) if self.yes + self.no else None


def read_articles(session: Session, period: Period, *, with_sample: bool = True) -> list[ArticleUse]:
    """Published ones, the most used first, then the oldest. Two statements."""
    in_period = DailyCount.day >= period.first
    shown = [] if with_sample else [DailyCount.is_sample.is_(False)]
    rows = session.execute(
        select(
            DailyCount.subject,
            DailyCount.measure,
            func.sum(case((in_period, DailyCount.count), else_=0)),
            func.sum(case((in_period, 0), else_=DailyCount.count)),
        )
        .where(
            DailyCount.measure.in_([measure.value for measure in OF_ARTICLES]),
            DailyCount.day.between(period.before.first, period.last),
            *shown,
        )
        .group_by(DailyCount.subject, DailyCount.measure)
    )
    counts = {(subject, measure): (int(now), int(before)) for subject, measure, now, before in rows}
    articles = session.execute(
        select(Article.id, Article.title, Article.language, Article.updated_at, Article.reviewed_on).where(
            Article.status == "published"
        )
    )
    found = []
    for number, title, language, updated_at, reviewed_on in articles:

        def of(measure: Measure, number: int = number) -> tuple[int, int]:
            return counts.get((f"article:{number}", measure.value), (0, 0))

        right_on = max(updated_at.date(), reviewed_on or date.min)
        reads, before = of(Measure.ARTICLE_READ)
        found.append(
            ArticleUse(
                number, title, language, max(0, (period.last - right_on).days), reads, before,
                of(Measure.ARTICLE_YES)[0], of(Measure.ARTICLE_NO)[0],
                of(Measure.ARTICLE_COPIED)[0], of(Measure.ARTICLE_SOLVED)[0],
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.uses, -one.age, one.id))
