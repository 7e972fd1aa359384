"""What the studio shows of self-service: sums of a time, its days, its articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.insight.self_service.visits import End
from kb.tables import Article, ArticleDay, HelpDay

COUNTED = (
    "visits", "views", "searches", "answered", "unsure", "unanswered", "reads_after_search", "said_yes", "said_no",
    "contacts", "contacts_after_reading", *(end.value for end in End),
)  # fmt: skip
MOST_ARTICLES = 50


@dataclass(frozen=True)
class DayFigures:
    """counts: a number for each of COUNTED."""

    day: date
    counts: dict[str, int]


@dataclass(frozen=True)
class ArticleFigures:
    id: int
    title: str
    language: str
    views: int
    from_search: int
    said_yes: int
    said_no: int
    contacts: int


def help_days(session: Session, since: date, language: str = "") -> list[DayFigures]:
    """Each day that has figures, the earliest first; language "" for all together. One statement."""
    sums = [func.sum(getattr(HelpDay, name)) for name in COUNTED]
    query = select(HelpDay.day, *sums).where(HelpDay.day >= since).group_by(HelpDay.day).order_by(HelpDay.day)
    if language:
        query = query.where(HelpDay.language == language)
    return [
        DayFigures(day, {name: int(number) for name, number in zip(COUNTED, numbers, strict=True)})
        for day, *numbers in session.execute(query)
    ]


def first_day(session: Session) -> date | None:
    """The first that has figures, in any language. One statement."""
    return session.scalar(select(func.min(HelpDay.day)))


def total_of(days: Sequence[DayFigures]) -> dict[str, int]:
    return {name: sum(day.counts[name] for day in days) for name in COUNTED}


def article_figures(session: Session, since: date, language: str = "") -> list[ArticleFigures]:
    """The most read first, at most MOST_ARTICLES. One statement."""
    names = ("views", "from_search", "said_yes", "said_no", "contacts")
    sums = [func.sum(getattr(ArticleDay, name)) for name in names]
    query = (
        select(Article.id, Article.title, Article.language, *sums)
        .join(Article, Article.id == ArticleDay.article_id)
        .where(ArticleDay.day >= since)
        .group_by(Article.id, Article.title, Article.language)
        .order_by(sums[0].desc(), Article.id)
        .limit(MOST_ARTICLES)
    )
    if language:
        query = query.where(Article.language == language)
    return [
        ArticleFigures(number, title, tag, *(int(one) for one in counts))
        for number, title, tag, *counts in session.execute(query)
    ]
