"""Wordings as the studio shows them. Everything is counted in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kb.tables import Article, LearnedWording, User, WordingState


@dataclass(frozen=True)
class ShownArticle:
    id: int
    title: str
    language: str
    is_published: bool


@dataclass(frozen=True)
class ShownWording:
    """replay: as `Replayed.to_json`, with the titles of the articles that lost a question; decided_by: the name of a person, ""
    where the job did it or nobody has."""

    id: int
    article: ShownArticle
    text: str
    language: str
    state: str
    people: int
    searches: int
    examples: Sequence[str]
    replay: dict[str, Any]
    last_asked: datetime | None
    decided_at: datetime | None
    decided_by: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "article": {"id": self.article.id, "title": self.article.title, "language": self.article.language},
            "text": self.text,
            "language": self.language,
            "state": self.state,
            "people": self.people,
            "searches": self.searches,
            "examples": list(self.examples),
            "replay": self.replay,
        }


def list_wordings(
    session: Session,
    states: Sequence[WordingState],
    *,
    article: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[ShownWording], int]:
    """Wordings in these states, those of one article together, the most asked article first, and how many there are in all.

    Three statements.
    """
    chosen: list[ColumnElement[bool]] = [LearnedWording.state.in_([state.value for state in states])]
    if article is not None:
        chosen.append(LearnedWording.article_id == article)
    most = func.max(LearnedWording.people).over(partition_by=LearnedWording.article_id)
    rows = session.execute(
        select(LearnedWording, Article.title, Article.language, Article.status, User.name, User.email)
        .join(Article, Article.id == LearnedWording.article_id)
        .outerjoin(User, User.id == LearnedWording.decided_by_id)
        .where(*chosen)
        .order_by(most.desc(), LearnedWording.article_id, LearnedWording.people.desc(), LearnedWording.id)
        .limit(limit)
        .offset(offset)
    ).all()
    count = session.scalar(select(func.count()).select_from(LearnedWording).where(*chosen)) or 0
    titles = _titles(session, [row.LearnedWording for row in rows])
    shown = [
        ShownWording(
            id=wording.id,
            article=ShownArticle(wording.article_id, title, language, status == "published"),
            text=wording.text,
            language=wording.language,
            state=wording.state,
            people=wording.people,
            searches=wording.searches,
            examples=wording.examples,
            replay=_with_titles(wording.replay, titles),
            last_asked=wording.last_asked,
            decided_at=wording.decided_at,
            decided_by=name or email or "",
        )
        for wording, title, language, status, name, email in rows
    ]
    return shown, count


def count_wordings(session: Session, *, article: int | None = None) -> dict[str, int]:
    """How many wordings there are in each state. One statement."""
    statement = select(LearnedWording.state, func.count()).group_by(LearnedWording.state)
    if article is not None:
        statement = statement.where(LearnedWording.article_id == article)
    counts = {state.value: 0 for state in WordingState}
    return counts | {state: count for state, count in session.execute(statement)}  # noqa: C416  # no pairs for mypy


def _titles(session: Session, wordings: Sequence[LearnedWording]) -> dict[int, str]:
    ids = {lost["article"] for wording in wordings for lost in wording.replay.get("lost", ())}
    rows = session.execute(select(Article.id, Article.title).where(Article.id.in_(ids)))
    return {number: title for number, title in rows}  # noqa: C416  # rows are no pairs for mypy


def _with_titles(replay: dict[str, Any], titles: dict[int, str]) -> dict[str, Any]:
    lost = [{**one, "title": titles.get(one["article"], "")} for one in replay.get("lost", ())]
    return {**replay, "lost": lost} if replay else {}
