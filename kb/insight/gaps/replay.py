"""Ask a gap's questions again: the proof that what was written answers them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from kb.insight.gaps.editing import change_state
from kb.insight.gaps.listing import misses_of
from kb.search.searcher import Searcher
from kb.search.types import Outcome
from kb.tables import GapState


@dataclass(frozen=True)
class ReplayedQuestion:
    """A question of the gap, what it got when it was missed, and what it gets now."""

    query: str
    language: str
    before: str
    now: str
    confidence: float
    title: str
    url: str


@dataclass(frozen=True)
class Replay:
    """closed: every question is answered now, and the gap was closed for it."""

    gap_id: int
    label: str
    closed: bool
    questions: list[ReplayedQuestion]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.gap_id,
            "label": self.label,
            "closed": self.closed,
            "questions": [vars(question) for question in self.questions],
        }


def replay_gap(session: Session, searcher: Searcher, gap_id: int) -> Replay:
    """Ask every different question of the gap as a customer would. It closes only if all of them are answered now.

    Raises NotFoundError. Nothing is recorded as a search: nobody asked.
    """
    gap, misses, _ = misses_of(session, gap_id)
    asked: dict[str, ReplayedQuestion] = {}
    for miss in misses:
        event = miss.event
        if event.query in asked:
            continue
        reader = event.reader_language or event.language.split("-")[0]
        answer = searcher.search(session, event.query, reader_language=reader, limit=1)
        best = answer.results[0] if answer.results else None
        asked[event.query] = ReplayedQuestion(
            query=event.query,
            language=event.language,
            before=event.outcome,
            now=answer.outcome.value,
            confidence=round(answer.confidence, 4),
            title=best.title if best else "",
            url=best.url if best else "",
        )
    questions = list(asked.values())
    closed = bool(questions) and all(question.now == Outcome.ANSWERED for question in questions)
    if closed and gap.state != GapState.CLOSED:
        change_state(session, gap_id, GapState.CLOSED, user_id=None)
    return Replay(gap.id, gap.label, closed, questions)
