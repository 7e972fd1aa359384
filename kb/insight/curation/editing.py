"""Changing synonyms, pins, featured articles and topics: each change is noted with before and after, and can be undone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.tables import (
    Article,
    CuratedChange,
    CuratedKind,
    CuratedTopic,
    FeaturedArticle,
    PinnedAnswer,
    Synonym,
    utc_now,
)

Row = Synonym | PinnedAnswer | FeaturedArticle | CuratedTopic
Values = Mapping[str, Any]
MODELS: dict[CuratedKind, type[Row]] = {
    CuratedKind.SYNONYM: Synonym,
    CuratedKind.PIN: PinnedAnswer,
    CuratedKind.FEATURED: FeaturedArticle,
    CuratedKind.TOPIC: CuratedTopic,
}
_FIELDS: dict[CuratedKind, tuple[str, ...]] = {
    CuratedKind.SYNONYM: ("language", "words", "means"),
    CuratedKind.PIN: ("wordings", "article_id", "until", "note"),
    CuratedKind.FEATURED: ("article_key", "position"),
    CuratedKind.TOPIC: ("topic", "names", "position", "parent"),
}
# What there may be only one of.
_UNIQUE = {CuratedKind.FEATURED: "article_key", CuratedKind.TOPIC: "topic"}
MOST_HISTORY, MOST_ROWS = 50, 2000


def list_rows(session: Session, kind: CuratedKind) -> list[Row]:
    """All of a kind, in their order. One statement."""
    model = MODELS[kind]
    order = ["id"] if kind in (CuratedKind.SYNONYM, CuratedKind.PIN) else ["position", "id"]
    found = session.scalars(select(model).order_by(*(_column(model, name) for name in order)).limit(MOST_ROWS))
    return cast(list[Row], list(found))


def find_row(session: Session, kind: CuratedKind, number: int) -> Row:
    """Raises NotFoundError."""
    row = _get(session, kind, number)
    if row is None:
        raise NotFoundError("This is not there any more.")
    return row


def _get(session: Session, kind: CuratedKind, number: int) -> Row | None:
    return cast(Row | None, session.get(MODELS[kind], number))


def snapshot(kind: CuratedKind, row: Row) -> dict[str, Any]:
    """What a row says, for the history."""
    found = {name: getattr(row, name) for name in _FIELDS[kind]}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def last_change(session: Session, kind: CuratedKind, number: int) -> int:
    """The number of the last change of something, 0 for none: what a form was opened with."""
    of_subject = (CuratedChange.kind == kind.value, CuratedChange.subject_id == number)
    return session.scalar(select(func.max(CuratedChange.id)).where(*of_subject)) or 0


def put(
    session: Session,
    kind: CuratedKind,
    values: Values | None,
    *,
    number: int | None = None,
    user_id: int | None,
    seen: int | None = None,
    undoes: int | None = None,
) -> CuratedChange | None:
    """Make (number None), change, or with values None remove one; returns what is noted, None where nothing is different.

    values: what is already checked, a day as ISO text; seen: the `last_change` that the form was opened with. Raises
    NotFoundError, ConflictError where a colleague has changed it meanwhile or there is such a one already.
    """
    row = _get(session, kind, number) if number is not None else None
    if number is not None and row is None and undoes is None:
        raise NotFoundError("This is not there any more.")
    if number is not None and seen is not None and last_change(session, kind, number) != seen:
        raise ConflictError("A colleague has changed this meanwhile.", remedy="Look at what they wrote first.")
    before = snapshot(kind, row) if row is not None else None
    if values is None:
        if row is None:
            return None
        session.delete(row)
        return _note(session, kind, number or 0, before, None, user_id, undoes)
    after = {name: values[name] for name in _FIELDS[kind]}
    if before == after:
        return None
    _expect_single(session, kind, after, number)
    stored = after | (
        {"until": date.fromisoformat(after["until"]) if after["until"] else None} if kind is CuratedKind.PIN else {}
    )
    if row is None:
        row = MODELS[kind](**({"id": number} if number is not None else {}), **stored)
        session.add(row)
    else:
        for name, value in stored.items():
            setattr(row, name, value)
    session.flush()
    return _note(session, kind, row.id, before, after, user_id, undoes)


def undo(session: Session, change_id: int, *, user_id: int | None) -> CuratedChange | None:
    """Back to what it was before a change. Raises NotFoundError, ConflictError where it has been changed again since."""
    change = session.get(CuratedChange, change_id)
    if change is None:
        raise NotFoundError("There is no such change.")
    kind = CuratedKind(change.kind)
    if kind not in MODELS:
        raise NotFoundError("There is no such change.")
    row = _get(session, kind, change.subject_id)
    if (snapshot(kind, row) if row is not None else None) != change.after:
        raise ConflictError("It has been changed again since.", remedy="Undo the later change first.")
    if change.before is not None and kind is CuratedKind.PIN:
        require_article(session, int(change.before["article_id"]))
    return put(session, kind, change.before, number=change.subject_id, user_id=user_id, undoes=change.id)


def history(session: Session, kind: CuratedKind | None = None, number: int | None = None) -> list[CuratedChange]:
    """The last changes with who made them, the newest first. One statement."""
    kinds = [kind.value] if kind is not None else [one.value for one in MODELS]
    statement = select(CuratedChange).where(CuratedChange.kind.in_(kinds))
    statement = statement.options(joinedload(CuratedChange.changed_by))
    if number is not None:
        statement = statement.where(CuratedChange.subject_id == number)
    return list(session.scalars(statement.order_by(CuratedChange.id.desc()).limit(MOST_HISTORY)))


def require_article(session: Session, number: int) -> Article:
    """A published article. Raises InvalidInputError."""
    article = session.get(Article, number) if number else None
    if article is None or article.status != "published":
        raise InvalidInputError("There is no published article %(number)s.", number=str(number))
    return article


def titles_of(session: Session, numbers: Sequence[int]) -> dict[int, Article]:
    """Articles by their numbers. One statement, none without numbers."""
    if not numbers:
        return {}
    return {one.id: one for one in session.scalars(select(Article).where(Article.id.in_(sorted(set(numbers)))))}


def _expect_single(session: Session, kind: CuratedKind, after: Values, number: int | None) -> None:
    name = _UNIQUE.get(kind)
    if name is None:
        return
    model = MODELS[kind]
    other = session.scalar(select(_column(model, "id")).where(_column(model, name) == after[name]).limit(1))
    if other is not None and other != number:
        raise ConflictError("There is one already.", remedy="Change that one.")


def _column(model: type[Row], name: str) -> Any:
    return getattr(model, name)


def _note(
    session: Session,
    kind: CuratedKind,
    number: int,
    before: Values | None,
    after: Values | None,
    user_id: int | None,
    undoes: int | None,
) -> CuratedChange:
    change = CuratedChange(
        kind=kind.value, subject_id=number, before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None, changed_at=utc_now(), changed_by_id=user_id, undoes=undoes,
    )  # fmt: skip
    session.add(change)
    session.flush()
    return change
