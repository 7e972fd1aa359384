"""Find the searches that count as misses, and put each into the gap that it belongs to."""

from collections.abc import Sequence
from datetime import datetime

import regex
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb.insight.gaps.explaining import explain_gaps
from kb.insight.gaps.grouping import Grouper
from kb.search.encoding import Encoder
from kb.search.search_as_you_type import PAUSE
from kb.search.types import Collection, Outcome
from kb.tables import FeedbackKind, Miss, SearchEvent, utc_now

NO_ANSWER, VOTED_DOWN, ASKED_PERSON = "no_answer", "voted_down", "asked_person"

_SAYS_SOMETHING = regex.compile(r"\p{L}{2}|\p{L}\p{M}|\d{3}")


def collect_misses(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection] = (),
    *,
    now: datetime | None = None,
) -> int:
    """Turn new misses into members of gaps; returns how many. Run it again at any time: nothing is counted twice.

    A search is a miss when it had no answer, when it was voted down, or when the person clicked nothing and then asked for
    a person. A search of this moment waits: its writer may still be typing (`kb.search.search_as_you_type` then forgets it).
    Given all `collections` (whoever may see them), it then finds the likely reason of gaps that changed.
    """
    count = _collect(session, encoder, now or utc_now())
    if collections:
        explain_gaps(session, encoder, collections)
    return count


def _collect(session: Session, encoder: Encoder, now: datetime) -> int:
    counted = select(Miss.event_id)
    events = session.scalars(
        select(SearchEvent)
        .where(SearchEvent.id.not_in(counted))
        .where((SearchEvent.outcome == Outcome.NONE.value) | SearchEvent.feedback.any())
        .options(selectinload(SearchEvent.feedback))
        .order_by(SearchEvent.id)
    ).all()
    found = [(event, cause) for event in events if (cause := _cause_of(event)) is not None]
    settled = [
        (event, cause)
        for event, cause in found
        if _SAYS_SOMETHING.search(event.query) and (cause != NO_ANSWER or now - event.created_at >= PAUSE)
    ]
    if not settled:
        return 0
    grouper = Grouper(session, encoder)
    vectors = encoder.encode_queries([event.query for event, _ in settled])
    for (event, cause), vector in zip(settled, vectors, strict=True):
        grouper.add(event, cause, vector)
    grouper.finish()
    return len(settled)


def _cause_of(event: SearchEvent) -> str | None:
    kinds = {feedback.kind for feedback in event.feedback}
    if FeedbackKind.ANSWERED in kinds:
        return None
    if FeedbackKind.NOT_ANSWERED in kinds:
        return VOTED_DOWN
    if FeedbackKind.ASKED_PERSON in kinds and FeedbackKind.CLICK not in kinds:
        return ASKED_PERSON
    return NO_ANSWER if event.outcome == Outcome.NONE.value else None
