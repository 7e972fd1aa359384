"""Articles to be reviewed: whose day has come or comes soon, and whether an article is verified."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from kb.tables import Article, User

NOBODY = "-"


@dataclass(frozen=True)
class DueLine:
    """knows_owner: the owner is somebody who can be told."""

    id: int
    title: str
    language: str
    audience: str
    owner: str
    knows_owner: bool
    review_by: date
    reviewed_on: date | None
    reviewed_by: str
    revision: int


@dataclass(frozen=True)
class Verified:
    """by: who found it right, "" where that is not known; until: None where no day is set."""

    by: str
    on: date
    until: date | None


def verification(article: Article, today: date) -> Verified | None:
    """Somebody has read it and found it right, and it is not yet time to read it again."""
    on, until = article.reviewed_on, article.review_by
    if article.status != "published" or on is None or on > today or (until is not None and until < today):
        return None
    return Verified(article.reviewed_by or article.owner or "", on, until)


def due_articles(session: Session, until: date, *, owner: str = "", limit: int, offset: int = 0) -> list[DueLine]:
    """Published ones that are to be reviewed by `until`, the longest due first. owner: "" for all, NOBODY for none's."""
    query = (
        select(
            Article.id, Article.title, Article.language, Article.audience, func.coalesce(Article.owner, ""),
            User.id.is_not(None), Article.review_by, Article.reviewed_on, func.coalesce(Article.reviewed_by, ""),
            Article.revision,
        )
        .outerjoin(User, and_(func.lower(Article.owner) == User.email, User.active))
        .where(*_is_due(until, owner))
        .order_by(Article.review_by, Article.id)
    )  # fmt: skip
    return [DueLine(*tuple(row)) for row in session.execute(query.limit(limit).offset(offset))]


def count_due(session: Session, until: date, *, owner: str = "") -> int:
    return session.scalar(select(func.count(Article.id)).where(*_is_due(until, owner))) or 0


def _is_due(until: date, owner: str) -> tuple[ColumnElement[bool], ...]:
    conditions: list[ColumnElement[bool]] = [Article.status == "published", Article.review_by <= until]
    if owner == NOBODY:
        conditions.append(func.coalesce(Article.owner, "") == "")
    elif owner:
        conditions.append(func.lower(Article.owner) == owner.lower())
    return tuple(conditions)
