"""What trainers do with gaps by hand: join, part, name, hand over, dismiss, talk about. Each can be undone."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.insight.gaps.listing import get_gap
from kb.insight.gaps.regrouping import refresh_gaps
from kb.tables import Gap, GapChange, GapState, Miss, utc_now

LONGEST_TITLE, LONGEST_COMMENT = 300, 5_000


class ChangeKind(StrEnum):
    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    ASSIGNED = "assigned"
    STATE = "state"
    COMMENT = "comment"
    FILLED = "filled"  # details: way, article, wordings; see kb.insight.gaps.fills
    REPLAYED = "replayed"  # details: what came of asking its questions again


class Dismissal(StrEnum):
    """Why a gap needs no article. What is dismissed takes in what is asked like it from then on."""

    NO_QUESTION = "no_question"
    OUT_OF_SCOPE = "out_of_scope"
    ALREADY_ANSWERED = "already_answered"
    ONE_PERSON = "one_person"


def merge_gaps(session: Session, into_id: int, other_ids: Sequence[int], *, user_id: int | None) -> Gap:
    """Move all misses of the others into one. Raises NotFoundError, InvalidInputError where there is nothing to join."""
    into = get_gap(session, into_id)
    others = [get_gap(session, gap_id) for gap_id in dict.fromkeys(other_ids) if gap_id != into_id]
    if not others:
        raise InvalidInputError("Choose at least one other gap to join with this one.")
    if any(gap.fingerprint != into.fingerprint for gap in others):
        raise InvalidInputError("These gaps were grouped by different models and cannot be joined.")
    moved: dict[str, list[int]] = {}
    for gap in others:
        ids = list(session.scalars(select(Miss.id).where(Miss.gap_id == gap.id)))
        session.execute(update(Miss).where(Miss.gap_id == gap.id).values(gap_id=into_id))
        moved[str(gap.id)] = ids
        gap.merged_into_id = into_id
    _note(session, into, ChangeKind.MERGED, user_id, {"from": moved, "was_held": into.is_held})
    into.is_held = True
    refresh_gaps(session, {into_id})
    return into


def split_gap(session: Session, gap_id: int, miss_ids: Sequence[int], title: str, *, user_id: int | None) -> Gap:
    """Move some misses into a gap of their own; returns that. Raises NotFoundError, InvalidInputError."""
    gap = get_gap(session, gap_id)
    ids = list(session.scalars(select(Miss.id).where(Miss.gap_id == gap_id, Miss.id.in_(miss_ids))))
    rest = session.scalar(select(Miss.id).where(Miss.gap_id == gap_id, Miss.id.not_in(ids)).limit(1))
    if not ids or rest is None:
        raise InvalidInputError("Choose some of the questions, not none and not all of them.")
    title = title.strip()[:LONGEST_TITLE]
    parted = Gap(
        label=title or "?", centroid=gap.centroid, fingerprint=gap.fingerprint, is_held=True, is_named=bool(title)
    )
    session.add(parted)
    session.flush()
    session.execute(update(Miss).where(Miss.id.in_(ids)).values(gap_id=parted.id))
    _note(session, gap, ChangeKind.SPLIT, user_id, {"into": parted.id, "misses": ids, "was_held": gap.is_held})
    gap.is_held = True
    refresh_gaps(session, {gap_id, parted.id})
    return parted


def rename_gap(session: Session, gap_id: int, title: str, *, user_id: int | None) -> Gap:
    """An empty title gives the gap back to the words of its questions. Raises NotFoundError, InvalidInputError."""
    gap, title = get_gap(session, gap_id), title.strip()
    if len(title) > LONGEST_TITLE:
        raise InvalidInputError("A title has at most %(longest_title)s characters.", longest_title=LONGEST_TITLE)
    _note(session, gap, ChangeKind.RENAMED, user_id, {"label": gap.label, "was_named": gap.is_named, "to": title})
    gap.is_named = bool(title)
    if title:
        gap.label = title
    else:
        refresh_gaps(session, {gap_id})
    return gap


def assign_gap(session: Session, gap_id: int, *, to_id: int | None, due_on: date | None, user_id: int | None) -> Gap:
    """Who works on it, and until when; None for nobody and no day. Raises NotFoundError."""
    gap = get_gap(session, gap_id)
    details = {"to": to_id, "due": _iso(due_on), "before": gap.assigned_to_id, "due_before": _iso(gap.due_on)}
    _note(session, gap, ChangeKind.ASSIGNED, user_id, details)
    gap.assigned_to_id, gap.due_on, gap.updated_at = to_id, due_on, utc_now()
    return gap


def change_state(
    session: Session,
    gap_id: int,
    state: GapState,
    *,
    user_id: int | None,
    because: Dismissal | None = None,
    article_id: int | None = None,
) -> Gap:
    """because: why it is dismissed; article_id: what closes it. Raises NotFoundError."""
    gap = get_gap(session, gap_id)
    details = {
        "to": state.value,
        "before": gap.state,
        "because": because.value if because else "",
        "because_before": gap.dismissed_because,
        "article": article_id,
    }
    _note(session, gap, ChangeKind.STATE, user_id, details)
    gap.state, gap.updated_at = state.value, utc_now()
    gap.dismissed_because = because.value if because and state is GapState.DISMISSED else ""
    is_closed = state is GapState.CLOSED
    gap.closed_at, gap.closed_by_article_id = (utc_now(), article_id) if is_closed else (None, None)
    return gap


def comment_on_gap(session: Session, gap_id: int, text: str, *, user_id: int | None) -> None:
    """Raises NotFoundError; InvalidInputError where nothing is said, or too much."""
    gap, text = get_gap(session, gap_id), text.strip()
    if not text or len(text) > LONGEST_COMMENT:
        raise InvalidInputError("A comment has one to %(longest_comment)s characters.", longest_comment=LONGEST_COMMENT)
    _note(session, gap, ChangeKind.COMMENT, user_id, {"text": text})


def note_fill(session: Session, gap: Gap, details: dict[str, Any], *, user_id: int | None) -> None:
    """It was filled, see `kb.insight.gaps.fills`; who fills a gap works on it."""
    _note(session, gap, ChangeKind.FILLED, user_id, details)
    if gap.state == GapState.OPEN:
        change_state(session, gap.id, GapState.IN_PROGRESS, user_id=user_id)


def note_replay(session: Session, gap_id: int, summary: dict[str, Any], *, user_id: int | None) -> None:
    _note(session, get_gap(session, gap_id), ChangeKind.REPLAYED, user_id, summary)


def changes_of(session: Session, gap_id: int) -> list[GapChange]:
    """What was done with it, newest first."""
    changes = select(GapChange).where(GapChange.gap_id == gap_id).order_by(GapChange.id.desc())
    return list(session.scalars(changes.options(joinedload(GapChange.user))))


def undo_change(session: Session, change_id: int) -> Gap:
    """Take back what somebody did. Raises NotFoundError; ConflictError where it was undone, or something later stands on it."""
    change = session.get(GapChange, change_id)
    if change is None:
        raise NotFoundError("There is no such change.")
    gap = get_gap(session, change.gap_id)
    later = session.scalar(
        select(GapChange.id).where(
            GapChange.gap_id == gap.id,
            GapChange.kind == change.kind,
            GapChange.id > change.id,
            GapChange.undone_at.is_(None),
        )
    )
    if change.undone_at is not None or (later is not None and change.kind != ChangeKind.COMMENT):
        raise ConflictError("Something later was done with this gap.", remedy="Undo that first.")
    UNDO[ChangeKind(change.kind)](session, gap, change.details)
    change.undone_at = gap.updated_at = utc_now()
    session.flush()
    return gap


def _undo_merge(session: Session, gap: Gap, details: dict[str, Any]) -> None:
    touched = {gap.id}
    for other_id, ids in details["from"].items():
        other = get_gap(session, int(other_id))
        # Only what is still here: what went elsewhere meanwhile was sent there on purpose.
        session.execute(update(Miss).where(Miss.id.in_(ids), Miss.gap_id == gap.id).values(gap_id=other.id))
        other.merged_into_id = None
        touched.add(other.id)
    gap.is_held = details["was_held"]
    refresh_gaps(session, touched)


def _undo_split(session: Session, gap: Gap, details: dict[str, Any]) -> None:
    session.execute(update(Miss).where(Miss.gap_id == details["into"]).values(gap_id=gap.id))
    parted = session.get(Gap, details["into"])
    if parted is not None:
        parted.merged_into_id = gap.id
    gap.is_held = details["was_held"]
    refresh_gaps(session, {gap.id})


def _undo_rename(session: Session, gap: Gap, details: dict[str, Any]) -> None:
    gap.label, gap.is_named = details["label"], details["was_named"]
    session.flush()


def _undo_assignment(session: Session, gap: Gap, details: dict[str, Any]) -> None:
    gap.assigned_to_id = details["before"]
    gap.due_on = date.fromisoformat(details["due_before"]) if details["due_before"] else None
    session.flush()


def _undo_state(session: Session, gap: Gap, details: dict[str, Any]) -> None:
    gap.state, gap.dismissed_because = details["before"], details["because_before"]
    if gap.state != GapState.CLOSED:
        gap.closed_at = gap.closed_by_article_id = None
    session.flush()


def _undo_nothing(session: Session, gap: Gap, details: dict[str, Any]) -> None:  # noqa: ARG001  # the same shape as the others
    """A comment that is undone is not shown any more, and what a replay said is past; nothing else has to change."""
    session.flush()


Undo = Callable[[Session, Gap, dict[str, Any]], None]
# `kb.insight.gaps.filling` adds how filling is undone.
UNDO: dict[ChangeKind, Undo] = {
    ChangeKind.MERGED: _undo_merge,
    ChangeKind.SPLIT: _undo_split,
    ChangeKind.RENAMED: _undo_rename,
    ChangeKind.ASSIGNED: _undo_assignment,
    ChangeKind.STATE: _undo_state,
    ChangeKind.COMMENT: _undo_nothing,
    ChangeKind.REPLAYED: _undo_nothing,
}


def _note(session: Session, gap: Gap, kind: ChangeKind, user_id: int | None, details: dict[str, Any]) -> None:
    session.add(GapChange(gap_id=gap.id, user_id=user_id, kind=kind.value, details=details))
    gap.updated_at = utc_now()
    session.flush()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
