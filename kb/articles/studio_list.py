"""The studio's list of articles of every kind and status, by filters and words; and what a writer may link to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, defer

from kb.tables import Article

_MOST_WORDS = 8


@dataclass(frozen=True)
class ArticleFilter:
    """ "" means any."""

    words: str = ""
    language: str = ""
    topic: str = ""
    status: str = ""
    audience: str = ""
    owner: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        columns = (
            (Article.language, self.language),
            (Article.topic, self.topic),
            (Article.status, self.status),
            (Article.audience, self.audience),
            (Article.owner, self.owner),
        )
        found: list[ColumnElement[bool]] = [column == value for column, value in columns if value]
        for word in self.words.split()[:_MOST_WORDS]:
            places = (Article.title, Article.slug, Article.body)
            found.append(or_(*(column.icontains(word, autoescape=True) for column in places)))
        return found


@dataclass(frozen=True)
class ListedArticle:
    id: int
    language: str
    slug: str
    title: str
    topic: str
    audience: str
    status: str
    owner: str
    review_by: date | None
    updated_at: datetime
    revision: int


_COLUMNS = (
    Article.id,
    Article.language,
    Article.slug,
    Article.title,
    Article.topic,
    Article.audience,
    Article.status,
    func.coalesce(Article.owner, ""),
    Article.review_by,
    Article.updated_at,
    Article.revision,
)


def find_articles(session: Session, wanted: ArticleFilter, *, limit: int, offset: int = 0) -> list[ListedArticle]:
    """Those with all the words, the ones that have the first in their title before the others, the last changed first."""
    query = select(*_COLUMNS).where(*wanted.conditions())
    words = wanted.words.split()
    if words:
        query = query.order_by(case((Article.title.icontains(words[0], autoescape=True), 0), else_=1))
    query = query.order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit).offset(offset)
    return [ListedArticle(*tuple(row)) for row in session.execute(query)]


def articles_by_id(session: Session, ids: Sequence[int]) -> Sequence[Article]:
    """By title, without their texts. One statement."""
    query = select(Article).options(defer(Article.body)).where(Article.id.in_(ids))
    return session.scalars(query.order_by(Article.title, Article.id)).all()


def count_articles(session: Session, wanted: ArticleFilter) -> int:
    return session.scalar(select(func.count(Article.id)).where(*wanted.conditions())) or 0


@dataclass(frozen=True)
class Choices:
    """What there is to filter by, in order."""

    languages: tuple[str, ...]
    topics: tuple[str, ...]
    owners: tuple[str, ...]


def article_choices(session: Session) -> Choices:
    """One statement."""
    owner = func.coalesce(Article.owner, "")
    rows = session.execute(select(Article.language, Article.topic, owner).distinct()).all()
    return Choices(*(tuple(sorted({row[place] for row in rows if row[place]})) for place in range(3)))
