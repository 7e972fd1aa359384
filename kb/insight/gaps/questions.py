"""The different questions of a gap, the most asked first."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.tables import Miss, SearchEvent


@dataclass(frozen=True)
class GapQuestion:
    """before: what it got when it was missed last; reader_language: of the page on which it was asked; times: how often."""

    query: str
    language: str
    reader_language: str
    before: str
    times: int


def questions_of(session: Session, gap_id: int, *, limit: int) -> tuple[list[GapQuestion], int]:
    """`limit` of them at the most, and how many there are. Three statements."""
    asked = (
        select(SearchEvent.query, func.max(SearchEvent.id).label("last"), func.count().label("times"))
        .join(Miss, Miss.event_id == SearchEvent.id)
        .where(Miss.gap_id == gap_id)
        .group_by(SearchEvent.query)
    )
    count = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    rows = session.execute(asked.order_by(func.count().desc(), func.max(SearchEvent.id).desc()).limit(limit)).all()
    events = {
        event.id: event
        for event in session.scalars(select(SearchEvent).where(SearchEvent.id.in_([row.last for row in rows])))
    }
    return [
        GapQuestion(
            row.query,
            events[row.last].language,
            events[row.last].reader_language or events[row.last].language.split("-")[0],
            events[row.last].outcome,
            row.times,
        )
        for row in rows
    ], count
