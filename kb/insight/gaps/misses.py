"""Find the searches that count as misses, and put each into the gap that it belongs to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import regex
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from kb.core.progress import Progress
from kb.insight.gaps.grouping import FoundMiss, Grouper
from kb.search.encoding import Encoder
from kb.search.search_as_you_type import PAUSE
from kb.search.types import Outcome
from kb.tables import Feedback, FeedbackKind, GapMark, Miss, SearchEvent, utc_now
from kb.tables.search import SAMPLE, TRAINING
from kb.text.no_question import find_no_question

NO_ANSWER, VOTED_DOWN, ASKED_PERSON = "no_answer", "voted_down", "asked_person"
# What nobody finds in training, see kb.insight.training.lost; what the sample shop lacks, see kb.insight.gaps.sample.
_OF_PLACES = {TRAINING: "training", SAMPLE: "sample"}
# Feedback that can make a miss of a search, also of one that was looked at long ago.
_DECIDING = (FeedbackKind.NOT_ANSWERED.value, FeedbackKind.ASKED_PERSON.value)
# Misses that are encoded together, then written in one short transaction.
BATCH = 64

_SAYS_SOMETHING = regex.compile(r"\p{L}{2}|\p{L}\p{M}|\d{3}")


@dataclass(frozen=True)
class _Portion:
    """Searches to look at, and how far that takes the mark of this name."""

    mark: str
    up_to: int
    event_ids: list[int]


def collect_misses(
    session: Session,
    encoder: Encoder,
    *,
    checkpoint: Callable[[], None] | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> int:
    """Turn new misses into members of gaps; returns how many. Run it again at any time: nothing is counted twice.

    A search is a miss when it had no answer, when nothing found has its error code (version, part number), when it was voted
    down, or when the person clicked nothing and then asked for a person; never when it asked nothing. A search of this moment
    waits: its writer may still be typing (`kb.search.search_as_you_type` then forgets it).
    Each search and each vote is looked at once; marks in the database say how far that has come.

    `checkpoint` (the caller's commit) ends the transaction before queries are encoded and after each portion is written,
    so that nobody waits for the encoder. One collector at a time: run it as a job.
    """
    commit = checkpoint or session.flush
    settled = (now or utc_now()) - PAUSE
    grouper: Grouper | None = None
    count = 0
    for portion in _portions(session, settled):
        found = _misses_among(session, portion.event_ids)
        commit()
        if found:
            vectors = encoder.encode_queries([miss.query for miss in found])
            grouper = grouper or Grouper(session, encoder)
            for miss, vector in zip(found, vectors, strict=True):
                grouper.add(miss, vector)
            grouper.finish()
            count += len(found)
        session.merge(GapMark(name=portion.mark, number=portion.up_to))
        commit()
        if progress:
            progress(count, 0)
    return count


def has_something_new(session: Session, *, now: datetime | None = None) -> bool:
    """Whether there are searches or votes that nobody has looked at. Two short statements."""
    settled = (now or utc_now()) - PAUSE
    return any(True for _ in _portions(session, settled))


def _portions(session: Session, settled: datetime) -> Iterator[_Portion]:
    """What was not looked at yet: searches without an answer, then searches that got feedback since the last look.

    Rows count as settled in the order of their ids, up to the first that is too young: on PostgreSQL one with a lower id may
    be committed a moment later than one with a higher id.
    """
    is_unanswered = or_(
        SearchEvent.outcome == Outcome.NONE.value, SearchEvent.lacks_identifier, SearchEvent.place == SAMPLE
    )
    unanswered = select(SearchEvent.id, SearchEvent.id).where(is_unanswered)
    yield from _portions_of(session, "events", SearchEvent, unanswered, settled)
    voted = select(Feedback.id, Feedback.event_id).where(Feedback.kind.in_(_DECIDING), Feedback.event_id.is_not(None))
    yield from _portions_of(session, "feedback", Feedback, voted, settled)


def _portions_of(
    session: Session,
    mark: str,
    table: type[SearchEvent | Feedback],
    rows: Select[int, int] | Select[int, int | None],
    settled: datetime,
) -> Iterator[_Portion]:
    kept = session.get(GapMark, mark)
    start = kept.number if kept else 0
    too_young = session.scalar(select(func.min(table.id)).where(table.id > start, table.created_at > settled))
    last = session.scalar(select(func.max(table.id)).where(table.id > start))
    if last is None:
        return
    end = last if too_young is None else too_young - 1
    while start < end:
        found = session.execute(rows.where(table.id > start, table.id <= end).order_by(table.id).limit(BATCH)).all()
        start = found[-1][0] if len(found) == BATCH else end
        yield _Portion(mark, start, sorted({event_id for _, event_id in found if event_id is not None}))


def _misses_among(session: Session, event_ids: list[int]) -> list[FoundMiss]:
    events = session.scalars(
        select(SearchEvent)
        .where(SearchEvent.id.in_(event_ids), ~select(Miss.id).where(Miss.event_id == SearchEvent.id).exists())
        .options(selectinload(SearchEvent.feedback))
        .order_by(SearchEvent.id)
    )
    return [
        FoundMiss(event.id, event.query, event.language, event.created_at, cause)
        for event in events
        if (cause := _cause_of(event)) is not None and _asks_something(event.query)
    ]


def _asks_something(query: str) -> bool:
    return _SAYS_SOMETHING.search(query) is not None and find_no_question(query) is None


def _cause_of(event: SearchEvent) -> str | None:
    if event.place in _OF_PLACES:
        return _OF_PLACES[event.place]
    kinds = {feedback.kind for feedback in event.feedback}
    if FeedbackKind.ANSWERED in kinds:
        return None
    if FeedbackKind.NOT_ANSWERED in kinds:
        return VOTED_DOWN
    if FeedbackKind.ASKED_PERSON in kinds and FeedbackKind.CLICK not in kinds:
        return ASKED_PERSON
    return NO_ANSWER if event.outcome == Outcome.NONE.value or event.lacks_identifier else None
