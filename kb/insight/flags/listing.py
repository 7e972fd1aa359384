"""Flags as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from kb.tables import ArticleFlag, FlagKind, FlagState

SETTLED = (FlagState.MENDED.value, FlagState.RIGHT.value, FlagState.PAST.value)
# What a person says comes first, then what misleads customers, then what only may.
_ORDER = (
    FlagKind.REP,
    FlagKind.CONTRADICTION,
    FlagKind.LINKS,
    FlagKind.OUTSIDE,
    FlagKind.VOTES,
    FlagKind.SUCCESS,
    FlagKind.SOLVED,
    FlagKind.DUPLICATE,
    FlagKind.UNREAD,
)


@dataclass(frozen=True)
class FlagFilter:
    """kind, article: None for all."""

    settled: bool = False
    kind: str | None = None
    article: int | None = None

    def of(self, query: Select[int]) -> Select[int]:
        query = query.where(ArticleFlag.state.in_(SETTLED if self.settled else [FlagState.OPEN.value]))
        if self.kind:
            query = query.where(ArticleFlag.kind == self.kind)
        if self.article:
            query = query.where((ArticleFlag.article_id == self.article) | (ArticleFlag.other_id == self.article))
        return query


def list_flags(session: Session, wanted: FlagFilter, *, limit: int, offset: int = 0) -> Sequence[ArticleFlag]:
    """With articles and people; open ones by what weighs most, settled ones the last first. Two statements."""
    rank = case({kind.value: place for place, kind in enumerate(_ORDER)}, value=ArticleFlag.kind, else_=len(_ORDER))
    order = (ArticleFlag.settled_at.desc(),) if wanted.settled else (rank, ArticleFlag.updated_at.desc())
    ids = session.scalars(
        wanted.of(select(ArticleFlag.id)).order_by(*order, ArticleFlag.id).limit(limit).offset(offset)
    ).all()
    rows = session.scalars(
        select(ArticleFlag)
        .where(ArticleFlag.id.in_(ids))
        .options(
            joinedload(ArticleFlag.article),
            joinedload(ArticleFlag.other),
            joinedload(ArticleFlag.reported_by),
            joinedload(ArticleFlag.settled_by),
        )
    )
    by_id = {one.id: one for one in rows}
    return [by_id[number] for number in ids if number in by_id]


def count_flags(session: Session) -> dict[str, dict[str, int]]:
    """How many there are, by "open" or "settled" and by kind. One statement."""
    is_open = ArticleFlag.state == FlagState.OPEN.value
    counts: dict[str, dict[str, int]] = {"open": {}, "settled": {}}
    for kind, opened, number in session.execute(
        select(ArticleFlag.kind, is_open, func.count()).group_by(ArticleFlag.kind, is_open)
    ):
        counts["open" if opened else "settled"][kind] = number
    return counts


def flags_of_rep(session: Session, user_id: int, *, limit: int = 100) -> Sequence[ArticleFlag]:
    """What a person has flagged, the last that something became of first. One statement."""
    query = select(ArticleFlag).where(ArticleFlag.reported_by_id == user_id, ArticleFlag.kind == FlagKind.REP.value)
    query = query.options(joinedload(ArticleFlag.article), joinedload(ArticleFlag.settled_by))
    return session.scalars(query.order_by(ArticleFlag.updated_at.desc(), ArticleFlag.id.desc()).limit(limit)).all()


def own_flag(session: Session, article_id: int, user_id: int) -> ArticleFlag | None:
    """What this person has flagged last at an article. One statement."""
    return session.scalars(
        select(ArticleFlag)
        .where(
            ArticleFlag.article_id == article_id,
            ArticleFlag.kind == FlagKind.REP.value,
            ArticleFlag.reported_by_id == user_id,
        )
        .order_by(ArticleFlag.id.desc())
        .limit(1)
    ).first()
