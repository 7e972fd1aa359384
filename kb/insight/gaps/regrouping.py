"""Group all misses anew, now that more are known than when each was placed, without a gap losing its identity.

Placing one miss after the other (kb.insight.gaps.grouping) sees nothing but the gaps that there are. Now and then all are
looked at together. What a trainer has joined, parted, taken up, closed or dismissed keeps its members; others may move to it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from kb.insight.gaps.titles import choose_title
from kb.tables import Gap, GapMark, GapState, Miss, SearchEvent, utc_now

MARK = "regrouped"
# So many new misses at least, and so large a part of all, since it was done last.
NEW_MISSES, NEW_PART = 30, 0.05
# Of a gap the middle and the title are those of its newest members; more would say the same.
_NEWEST, _TITLE_FROM = 300, 20
_BLOCK = 500

# (vectors, group of each before or -1) -> group of each; see indexer.question_groups.
GroupQuestions = Callable[[NDArray[np.float32], NDArray[np.int64]], NDArray[np.int64]]


@dataclass
class _Misses:
    """All misses of one encoder, in the order of their ids."""

    ids: NDArray[np.int64]
    gaps: NDArray[np.int64]
    vectors: NDArray[np.float32]


def is_due(session: Session) -> bool:
    """Whether enough has come in since all were grouped. Two statements."""
    mark = session.get(GapMark, MARK)
    of_new = func.count(Miss.id).filter(Miss.id > (mark.number if mark else 0))
    new, count = session.execute(select(of_new, func.count(Miss.id))).one()
    return bool(new >= max(NEW_MISSES, NEW_PART * count))


def regroup(
    session: Session, fingerprint: str, group: GroupQuestions, *, checkpoint: Callable[[], None] | None = None
) -> int:
    """Returns how many misses moved. `checkpoint` (the caller's commit) ends the transaction before the long part.

    What somebody moves by hand meanwhile stays where they put it.
    """
    commit = checkpoint or session.flush
    misses = _read(session, fingerprint)
    if not len(misses.ids):
        return 0
    mark = session.get(GapMark, MARK)
    seen_up_to = mark.number if mark else 0
    held = _held(session)
    # Where a miss was placed alone is no reason to stay there; where all were looked at, or a person put it, is.
    prior = np.where((misses.ids <= seen_up_to) | np.isin(misses.gaps, list(held)), misses.gaps, -1)
    commit()
    groups = group(misses.vectors, prior)
    held_now = _held(session)
    targets = _identities(misses, groups, held_now)
    moved = _move(session, misses, groups, targets, held_now, fingerprint)
    session.merge(GapMark(name=MARK, number=int(misses.ids[-1])))
    commit()
    return moved


def _read(session: Session, fingerprint: str) -> _Misses:
    rows = session.execute(
        select(Miss.id, Miss.gap_id, Miss.vector)
        .join(Gap, Gap.id == Miss.gap_id)
        .where(Gap.fingerprint == fingerprint)
        .order_by(Miss.id)
    ).all()
    vectors = (
        np.frombuffer(b"".join(row[2] for row in rows), "<f4").reshape(len(rows), -1) if rows else np.zeros((0, 1))
    )
    return _Misses(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        vectors.astype(np.float32),
    )


def _held(session: Session) -> set[int]:
    return set(session.scalars(select(Gap.id).where((Gap.state != GapState.OPEN.value) | Gap.is_held)))


def _identities(misses: _Misses, groups: NDArray[np.int64], held: set[int]) -> dict[int, int | None]:
    """The gap that each group is from now on; None for a new one. A group of which half is held goes to that gap."""
    overlap: dict[int, Counter[int]] = defaultdict(Counter)
    for group, gap_id in zip(groups.tolist(), misses.gaps.tolist(), strict=True):
        overlap[group][gap_id] += 1
    targets: dict[int, int | None] = {}
    candidates: list[tuple[int, int, int]] = []
    for group, gaps in overlap.items():
        of_held = max(((count, gap_id) for gap_id, count in gaps.items() if gap_id in held), default=(0, 0))
        if 2 * of_held[0] >= gaps.total():
            targets[group] = of_held[1]
        else:
            candidates += [(-count, gap_id, group) for gap_id, count in gaps.items() if gap_id not in held]
    taken: set[int] = set()
    for _, gap_id, group in sorted(candidates):
        if group not in targets and gap_id not in taken:
            targets[group] = gap_id
            taken.add(gap_id)
    return {group: targets.get(group) for group in overlap}


def _move(
    session: Session,
    misses: _Misses,
    groups: NDArray[np.int64],
    targets: dict[int, int | None],
    held: set[int],
    fingerprint: str,
) -> int:
    ids, gaps = misses.ids.tolist(), misses.gaps.tolist()
    rows = session.execute(select(Miss.id, Miss.gap_id))
    where_now = {miss_id: gap_id for miss_id, gap_id in rows}  # noqa: C416  # rows are no pairs for mypy
    members: dict[int, list[int]] = defaultdict(list)
    for place, group in enumerate(groups.tolist()):
        # Of held gaps, of what moved while we were reading, and of what is gone meanwhile, nothing moves.
        if gaps[place] not in held and where_now.get(ids[place]) == gaps[place]:
            members[group].append(place)
    moves: list[dict[str, Any]] = []
    left: dict[int, Counter[int]] = defaultdict(Counter)
    for group, places in members.items():
        target = targets[group]
        if target is None:
            target = _open_gap(session, misses, places, fingerprint)
        for place in places:
            if gaps[place] != target:
                moves.append({"id": ids[place], "gap_id": target})
                left[gaps[place]][target] += 1
    if moves:
        session.execute(update(Miss), moves)
        _follow(session, left)
        touched = set(left) | {move["gap_id"] for move in moves}
        refresh_gaps(session, touched)
    return len(moves)


def _open_gap(session: Session, misses: _Misses, places: list[int], fingerprint: str) -> int:
    centroid = misses.vectors[places].mean(axis=0).astype("<f4").tobytes()
    now = utc_now()
    values = {"label": "?", "centroid": centroid, "fingerprint": fingerprint, "state": GapState.OPEN.value}
    values |= {"evidence": [], "explained": "", "created_at": now, "updated_at": now}
    gap_id = session.scalar(insert(Gap).values(**values).returning(Gap.id))
    assert isinstance(gap_id, int)
    return gap_id


def _follow(session: Session, left: dict[int, Counter[int]]) -> None:
    """Whoever has the address of a gap that lost all its members is led to where most of them went."""
    still = set(session.scalars(select(Miss.gap_id).where(Miss.gap_id.in_(left)).distinct()))
    gone = [
        {"id": gap_id, "merged_into_id": to.most_common(1)[0][0]} for gap_id, to in left.items() if gap_id not in still
    ]
    if gone:
        session.execute(update(Gap), gone)
    back = {target for to in left.values() for target in to}
    session.execute(update(Gap).where(Gap.id.in_(back), Gap.merged_into_id.is_not(None)).values(merged_into_id=None))


def refresh_gaps(session: Session, gap_ids: set[int]) -> None:
    """The middle and the title of gaps whose members changed, by their newest members. A title that a person gave stays."""
    ordered = sorted(gap_ids)
    for start in range(0, len(ordered), _BLOCK):
        block = ordered[start : start + _BLOCK]
        gaps = {gap.id: gap for gap in session.scalars(select(Gap).where(Gap.id.in_(block)))}
        nearest: dict[int, tuple[list[int], NDArray[np.float32]]] = {}
        for gap_id, (events, vectors) in _newest_members(session, block).items():
            middle = vectors.mean(axis=0)
            nearness = vectors @ middle
            order = np.argsort(-nearness, kind="stable")[:_TITLE_FROM]
            nearest[gap_id] = ([events[place] for place in order], nearness[order])
            gaps[gap_id].centroid, gaps[gap_id].updated_at = middle.astype("<f4").tobytes(), utc_now()
        unnamed = {gap_id: near for gap_id, near in nearest.items() if not gaps[gap_id].is_named}
        for gap_id, title in _titles(session, unnamed).items():
            gaps[gap_id].label = title
    session.flush()


def _newest_members(session: Session, gap_ids: list[int]) -> dict[int, tuple[list[int], NDArray[np.float32]]]:
    """Per gap the searches of its newest members and their vectors, shape (members, dimensions)."""
    place = func.row_number().over(partition_by=Miss.gap_id, order_by=Miss.id.desc()).label("place")
    newest = select(Miss.id, place).where(Miss.gap_id.in_(gap_ids)).subquery()
    rows = session.execute(
        select(Miss.gap_id, Miss.event_id, Miss.vector)
        .join(newest, newest.c.id == Miss.id)
        .where(newest.c.place <= _NEWEST)
        .order_by(Miss.id)
    )
    found: dict[int, tuple[list[int], list[bytes]]] = defaultdict(lambda: ([], []))
    for gap_id, event_id, vector in rows:
        found[gap_id][0].append(event_id)
        found[gap_id][1].append(vector)
    return {
        gap_id: (events, np.frombuffer(b"".join(vectors), "<f4").reshape(len(events), -1))
        for gap_id, (events, vectors) in found.items()
    }


def _titles(session: Session, nearest: dict[int, tuple[list[int], NDArray[np.float32]]]) -> dict[int, str]:
    wanted = [event_id for events, _ in nearest.values() for event_id in events]
    queries: dict[int, str] = {}
    for start in range(0, len(wanted), _BLOCK):
        found = select(SearchEvent.id, SearchEvent.query).where(SearchEvent.id.in_(wanted[start : start + _BLOCK]))
        queries |= {event_id: query for event_id, query in session.execute(found)}  # noqa: C416  # as above
    return {
        gap_id: choose_title([queries[event_id] for event_id in events], nearness)
        for gap_id, (events, nearness) in nearest.items()
    }
