"""Keep the reasons of gaps up to date: of those that grew, and of all open ones when the articles have changed."""

from collections.abc import Callable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb.core.progress import Progress
from kb.insight.gaps.reasons import Asked, explain_misses
from kb.search.encoding import Encoder
from kb.search.types import Audience, Collection
from kb.tables import Article, Gap, GapState, IndexChange, Miss, SearchEvent

# A gap is explained by its newest questions; more of them cost time and change little.
QUESTIONS = 5
# Seconds of work; what is left comes with the next look, the least asked last.
GAPS_AT_ONCE = 200
_OPEN = Gap.state.in_([GapState.OPEN.value, GapState.IN_PROGRESS.value])


def explain_gaps(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    *,
    checkpoint: Callable[[], None] | None = None,
    progress: Progress | None = None,
    limit: int = GAPS_AT_ONCE,
) -> int:
    """Find the reason of open gaps whose misses or whose possible answers changed; returns of how many.

    `checkpoint` (the caller's commit) is called before each gap is read and after it is written, so that no transaction
    is open while its questions are encoded.
    """
    commit = checkpoint or session.flush
    content = _state_of_content(session)
    count = func.count(Miss.id)
    rows = session.execute(
        select(Gap.id, Gap.explained, count)
        .join(Miss, Miss.gap_id == Gap.id)
        .where(_OPEN)
        .group_by(Gap.id, Gap.explained)
        .order_by(count.desc(), Gap.id)
    ).all()
    stale = [(gap_id, state) for gap_id, explained, misses in rows if explained != (state := f"{content}/{misses}")]
    stale = stale[:limit]
    for done, (gap_id, state) in enumerate(stale, start=1):
        commit()
        found = explain_misses(session, encoder, collections, _newest_questions(session, gap_id))
        session.execute(
            update(Gap)
            .where(Gap.id == gap_id)
            .values(reason=found.reason.value, evidence=found.evidence, explained=state)
        )
        commit()
        if progress:
            progress(done, len(stale))
    return len(stale)


def has_unexplained(session: Session) -> bool:
    """Whether an open gap has no reason yet, or articles have changed since it got one. Three short statements."""
    content = _state_of_content(session)
    same = Gap.explained.startswith(f"{content}/", autoescape=True)
    return session.execute(select(Gap.id).where(_OPEN, ~same).limit(1)).first() is not None


def _state_of_content(session: Session) -> str:
    """Changes whenever an article is written, published, hidden or indexed."""
    change = session.scalar(select(func.max(IndexChange.id))) or 0
    edited = session.scalar(select(func.max(Article.updated_at)))
    return f"{change}/{edited.isoformat() if edited else ''}"


def _newest_questions(session: Session, gap_id: int) -> list[Asked]:
    """What was asked last, each wording once."""
    events = session.scalars(
        select(SearchEvent)
        .join(Miss, SearchEvent.id == Miss.event_id)
        .where(Miss.gap_id == gap_id)
        .order_by(Miss.id.desc())
        .limit(4 * QUESTIONS)
    )
    asked: dict[str, Asked] = {}
    for event in events:
        asked.setdefault(
            event.query, Asked(event.query, event.language, event.reader_language, Audience(event.audience))
        )
    return list(asked.values())[:QUESTIONS]
