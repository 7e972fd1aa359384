"""Statements that are about the same make a theme. All are grouped anew when some came in; a theme keeps its number.

What a person has taken up, named, closed or answered keeps its statements; others may join it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.gaps.regrouping import GroupQuestions
from kb.insight.gaps.titles import choose_title
from kb.tables import ThemeState, VoiceAnswer, VoiceStatement, VoiceTheme

Ids = NDArray[np.int64]
_NONE = -1
_TITLE_FROM, _BLOCK = 20, 500


def has_ungrouped(session: Session) -> bool:
    """One statement."""
    return session.scalar(select(VoiceStatement.id).where(VoiceStatement.theme_id.is_(None)).limit(1)) is not None


def group_themes(
    session: Session, fingerprint: str, group: GroupQuestions, *, checkpoint: Callable[[], None] | None = None
) -> int:
    """Put each statement into its theme; returns how many moved. One at a time: run it as a job.

    `checkpoint` (the caller's commit) ends the transaction before the long part; what a person takes up meanwhile stays.
    """
    rows = session.execute(
        select(VoiceStatement.id, VoiceStatement.theme_id, VoiceStatement.vector)
        .where(VoiceStatement.fingerprint == fingerprint)
        .order_by(VoiceStatement.id)
    ).all()
    if not rows:
        return 0
    ids = [row[0] for row in rows]
    before: Ids = np.array([row[1] or _NONE for row in rows], np.int64)
    vectors = np.frombuffer(b"".join(row[2] for row in rows), "<f4").reshape(len(rows), -1).astype(np.float32)
    (checkpoint or session.flush)()
    groups = group(vectors, before).tolist()
    held = _held(session)
    themes = _themes_of(groups, before.tolist(), held)
    there = set(session.scalars(select(VoiceStatement.id)))
    moves: list[dict[str, int]] = []
    left: dict[int, Counter[int]] = defaultdict(Counter)
    members: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(groups):
        was = int(before[place])
        if was in held or ids[place] not in there:
            members[was].append(place)
            continue
        if themes.get(number) is None:
            themes[number] = _open_theme(session)
        target = themes[number]
        assert target is not None
        members[target].append(place)
        if was != target:
            moves.append({"id": ids[place], "theme_id": target})
            left[was][target] += 1
    if moves:
        session.execute(update(VoiceStatement), moves)
        _follow(session, {theme: to for theme, to in left.items() if theme != _NONE}, set(members))
    touched = {move["theme_id"] for move in moves} | (set(left) & set(members))
    _name(session, {theme: members[theme] for theme in touched}, ids, vectors)
    (checkpoint or session.flush)()
    return len(moves)


def _held(session: Session) -> set[int]:
    has_answer = exists().where(VoiceAnswer.theme_id == VoiceTheme.id)
    return set(
        session.scalars(
            select(VoiceTheme.id).where(
                or_(
                    VoiceTheme.is_named,
                    VoiceTheme.owner_id.is_not(None),
                    VoiceTheme.state != ThemeState.OPEN.value,
                    has_answer,
                )
            )
        )
    )


def _themes_of(groups: Sequence[int], before: Sequence[int], held: set[int]) -> dict[int, int | None]:
    """The theme that each group is from now on; None for a new one. What shares most keeps its number; a group of which half
    is held goes to that theme."""
    overlap: dict[int, Counter[int]] = defaultdict(Counter)
    sizes = Counter(groups)
    for group, theme in zip(groups, before, strict=True):
        if theme != _NONE:
            overlap[group][theme] += 1
    found: dict[int, int | None] = {}
    candidates: list[tuple[int, int, int]] = []
    for group, themes in overlap.items():
        of_held = max(((count, theme) for theme, count in themes.items() if theme in held), default=(0, 0))
        if 2 * of_held[0] >= sizes[group]:
            found[group] = of_held[1]
        else:
            candidates += [(-count, theme, group) for theme, count in themes.items() if theme not in held]
    taken: set[int] = set()
    for _, theme, group in sorted(candidates):
        if group not in found and theme not in taken:
            found[group] = theme
            taken.add(theme)
    return found


def _open_theme(session: Session) -> int:
    theme = VoiceTheme(title="…")
    session.add(theme)
    session.flush()
    return theme.id


def _follow(session: Session, left: Mapping[int, Counter[int]], kept: set[int]) -> None:
    """Whoever has the address of a theme that lost all its statements is led to where most of them went."""
    for theme, to in left.items():
        if theme not in kept:
            session.execute(
                update(VoiceTheme).where(VoiceTheme.id == theme).values(merged_into_id=to.most_common(1)[0][0])
            )
    session.execute(
        update(VoiceTheme)
        .where(VoiceTheme.id.in_(kept), VoiceTheme.merged_into_id.is_not(None))
        .values(merged_into_id=None)
    )


def _name(session: Session, members: Mapping[int, list[int]], ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
    """The title of a theme is the statement nearest to its middle, unless a person has named it."""
    themes = sorted(members)
    for start in range(0, len(themes), _BLOCK):
        block = themes[start : start + _BLOCK]
        unnamed = select(VoiceTheme).where(VoiceTheme.id.in_(block), VoiceTheme.is_named.is_(False))
        nearest: dict[int, tuple[list[int], NDArray[np.float32]]] = {}
        found = {theme.id: theme for theme in session.scalars(unnamed)}
        for number in found:
            places = np.array(members[number])
            nearness = vectors[places] @ vectors[places].mean(axis=0)
            order = np.argsort(-nearness, kind="stable")[:_TITLE_FROM]
            nearest[number] = ([ids[place] for place in places[order]], nearness[order])
        texts = _texts(session, [one for chosen, _ in nearest.values() for one in chosen])
        for number, (chosen, nearness) in nearest.items():
            title = choose_title([texts.get(one, "…") for one in chosen], nearness)
            if title != found[number].title:
                found[number].title, found[number].updated_at = title, utc_now()
        session.flush()


def _texts(session: Session, ids: Sequence[int]) -> dict[int, str]:
    texts: dict[int, str] = {}
    for start in range(0, len(ids), _BLOCK):
        # What is long is read at its beginning: a title has one line.
        beginning = func.substr(VoiceStatement.text, 1, 600)
        found = select(VoiceStatement.id, beginning).where(VoiceStatement.id.in_(ids[start : start + _BLOCK]))
        texts |= {row[0]: row[1] for row in session.execute(found)}
    return texts
