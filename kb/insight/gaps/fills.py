"""How a gap was filled, as it stands in its history: which article, and by what way; and what the replay after it said."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.insight.gaps.editing import ChangeKind
from kb.tables import Article, GapChange
from kb.tables.changed_documents import has_changed_documents

# An existing article got the gap's questions; an article was made public; a draft from tickets, a translation, or an article that
# somebody writes from an empty page was begun.
LINKED, PUBLISHED, DRAFTED, TRANSLATED, BEGUN = "linked", "published", "drafted", "translated", "begun"
DRAFTS = frozenset({DRAFTED, TRANSLATED, BEGUN})
_OF_ARTICLES = (ChangeKind.FILLED.value, ChangeKind.REPLAYED.value)


@dataclass(frozen=True)
class Fill:
    """wordings: the questions that the article got; tickets: the numbers of those that it was drafted from; said_by: of a draft
    that a language model composed, each sentence with the tickets that say it."""

    change_id: int
    gap_id: int
    way: str
    article_id: int
    wordings: Sequence[str]
    tickets: Sequence[int]
    said_by: Sequence[tuple[str, Sequence[int]]] = ()


def last_fill(session: Session, gap_id: int) -> Fill | None:
    """The newest way in which the gap was filled that was not undone. One statement."""
    change = session.scalar(
        select(GapChange)
        .where(GapChange.gap_id == gap_id, GapChange.kind == ChangeKind.FILLED, GapChange.undone_at.is_(None))
        .order_by(GapChange.id.desc())
        .limit(1)
    )
    return None if change is None else _fill(change)


def articles_of(session: Session, changes: Sequence[GapChange]) -> dict[int, Article]:
    """The articles that these changes speak of, by number. One statement, none where they speak of none."""
    ids = {change.details["article"] for change in changes if change.kind in _OF_ARTICLES and change.details["article"]}
    if not ids:
        return {}
    return {one.id: one for one in session.scalars(select(Article).where(Article.id.in_(ids)))}


def fills_to_prove(session: Session) -> list[Fill]:
    """Gaps that were filled with an article that is public by now, and not asked again since; none while the index is being
    brought up to date. Three statements."""
    last = (
        select(GapChange.gap_id, func.max(GapChange.id).label("last"))
        .where(GapChange.kind.in_([ChangeKind.FILLED.value, ChangeKind.REPLAYED.value]), GapChange.undone_at.is_(None))
        .group_by(GapChange.gap_id)
        .subquery()
    )
    changes = session.scalars(
        select(GapChange).join(last, last.c.last == GapChange.id).where(GapChange.kind == ChangeKind.FILLED.value)
    )
    fills = [_fill(change) for change in changes]
    if not fills or has_changed_documents(session):
        return []
    public = set(
        session.scalars(
            select(Article.id).where(
                Article.id.in_([fill.article_id for fill in fills]),
                Article.status == "published",
                Article.audience == "public",
            )
        )
    )
    return [fill for fill in fills if fill.article_id in public]


def _fill(change: GapChange) -> Fill:
    details = change.details
    return Fill(
        change.id,
        change.gap_id,
        details["way"],
        details["article"],
        details.get("wordings", ()),
        details.get("tickets", ()),
        [(text, numbers) for text, numbers in details.get("said_by", ())],
    )
