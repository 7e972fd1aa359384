"""Keep the reasons of gaps up to date: of those that grew, and of all open ones when the articles have changed."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.insight.gaps.reasons import Asked, explain_misses
from kb.search.encoding import Encoder
from kb.search.types import Audience, Collection
from kb.tables import Article, Gap, GapState, IndexChange, Miss, SearchEvent

# A gap is explained by its newest questions; more of them cost time and change little.
QUESTIONS = 5
# One or two seconds of work. What is left comes with the next look.
GAPS_AT_ONCE = 40


def explain_gaps(
    session: Session, encoder: Encoder, collections: Sequence[Collection], *, limit: int = GAPS_AT_ONCE
) -> int:
    """Find the reason of open gaps whose misses or whose possible answers changed; returns of how many."""
    content = _state_of_content(session)
    rows = session.execute(
        select(Gap, func.count(Miss.id).label("misses"))
        .join(Miss, Miss.gap_id == Gap.id)
        .where(Gap.state.in_([GapState.OPEN.value, GapState.IN_PROGRESS.value]))
        .where(Gap.fingerprint == encoder.fingerprint)
        .group_by(Gap.id)
        .order_by(func.count(Miss.id).desc(), Gap.id)
    ).all()
    stale = [(gap, state) for gap, count in rows if gap.explained != (state := f"{content}/{count}")][:limit]
    for gap, state in stale:
        found = explain_misses(session, encoder, collections, _newest_questions(session, gap))
        gap.reason, gap.evidence, gap.explained = found.reason.value, found.evidence, state
    return len(stale)


def _state_of_content(session: Session) -> str:
    """Changes whenever an article is written, published, hidden or indexed."""
    change = session.scalar(select(func.max(IndexChange.id))) or 0
    edited = session.scalar(select(func.max(Article.updated_at)))
    return f"{change}/{edited.isoformat() if edited else ''}"


def _newest_questions(session: Session, gap: Gap) -> list[Asked]:
    """What was asked last, each wording once."""
    events = session.scalars(
        select(SearchEvent)
        .join(Miss, SearchEvent.id == Miss.event_id)
        .where(Miss.gap_id == gap.id)
        .order_by(Miss.id.desc())
        .limit(4 * QUESTIONS)
    )
    asked: dict[str, Asked] = {}
    for event in events:
        asked.setdefault(
            event.query, Asked(event.query, event.language, event.reader_language, Audience(event.audience))
        )
    return list(asked.values())[:QUESTIONS]
