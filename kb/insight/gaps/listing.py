"""Gaps as they are shown: how many asked, in which languages, when last, in which words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.tables import Gap, GapState, Miss, SearchEvent, utc_now

EXAMPLES = 3
OPEN_STATES = (GapState.OPEN, GapState.IN_PROGRESS)


@dataclass(frozen=True)
class GapSummary:
    """One line of the gap list. languages: tag -> number of misses; examples: different wordings, newest first."""

    id: int
    label: str
    state: str
    count: int
    languages: dict[str, int]
    causes: dict[str, int]
    reason: str | None
    evidence: list[dict[str, Any]]
    examples: list[str]
    last_seen: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "state": self.state,
            "count": self.count,
            "languages": self.languages,
            "causes": self.causes,
            "reason": self.reason,
            "evidence": self.evidence,
            "examples": self.examples,
            "last_seen": self.last_seen.isoformat(),
        }


def list_gaps(
    session: Session, *, states: Sequence[GapState] = OPEN_STATES, language: str | None = None
) -> list[GapSummary]:
    """Gaps in these states, the most asked first; with `language` only those that were asked in it. Two statements."""
    gaps = {gap.id: gap for gap in session.scalars(select(Gap).where(Gap.state.in_([state.value for state in states])))}
    rows = session.execute(
        select(Miss.gap_id, Miss.cause, SearchEvent.language, SearchEvent.query, SearchEvent.created_at)
        .join(SearchEvent, SearchEvent.id == Miss.event_id)
        .join(Gap, Gap.id == Miss.gap_id)
        .where(Gap.state.in_([state.value for state in states]))
        .order_by(SearchEvent.created_at.desc(), SearchEvent.id.desc())
    ).all()
    members: dict[int, list[Any]] = {}
    for row in rows:
        members.setdefault(row.gap_id, []).append(row)
    summaries = [_summarise(gaps[gap_id], found) for gap_id, found in members.items()]
    if language is not None:
        summaries = [summary for summary in summaries if language in summary.languages]
    return sorted(summaries, key=lambda summary: (-summary.count, -summary.last_seen.timestamp(), summary.id))


def _summarise(gap: Gap, rows: Sequence[Any]) -> GapSummary:
    different = list(dict.fromkeys(row.query for row in rows if row.query != gap.label))
    return GapSummary(
        id=gap.id,
        label=gap.label,
        state=gap.state,
        count=len(rows),
        languages=dict(Counter(row.language for row in rows).most_common()),
        causes=dict(Counter(row.cause for row in rows).most_common()),
        reason=gap.reason,
        evidence=gap.evidence,
        examples=different[:EXAMPLES],
        last_seen=rows[0].created_at,
    )


def misses_of(session: Session, gap_id: int) -> tuple[Gap, list[Miss]]:
    """A gap and its misses, newest first, each with its event. Raises NotFoundError."""
    gap = session.get(Gap, gap_id)
    if gap is None:
        raise NotFoundError(f"There is no gap {gap_id}.", remedy="The list is shown by: kb gaps")
    return gap, sorted(gap.misses, key=lambda miss: (miss.event.created_at, miss.id), reverse=True)


def set_gap_state(session: Session, gap_id: int, state: GapState) -> Gap:
    """Raises NotFoundError."""
    gap = session.get(Gap, gap_id)
    if gap is None:
        raise NotFoundError(f"There is no gap {gap_id}.", remedy="The list is shown by: kb gaps")
    gap.state, gap.updated_at = state.value, utc_now()
    return gap
