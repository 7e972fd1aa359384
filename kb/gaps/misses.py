"""Find the searches that count as misses, and put each into the gap that it belongs to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import regex
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kb.contracts import Encoder
from kb.gaps.grouping import Grouper
from kb.search.types import Outcome
from kb.tables import FeedbackKind, Miss, SearchEvent, utc_now

NO_ANSWER, VOTED_DOWN, ASKED_PERSON = "no_answer", "voted_down", "asked_person"

# While somebody types, every pause is a search. Only the last of such a run is what they wanted to know.
_TYPING = timedelta(seconds=60)
_SAYS_SOMETHING = regex.compile(r"\p{L}{2}|\p{L}\p{M}|\d{3}")


def collect_misses(session: Session, encoder: Encoder, *, now: datetime | None = None) -> int:
    """Turn new misses into members of gaps; returns how many. Run it again at any time: nothing is counted twice.

    A search is a miss when it had no answer, when it was voted down, or when the person clicked nothing and then asked for
    a person. A search that is less than a minute old waits: its writer may still be typing.
    """
    now = now or utc_now()
    counted = select(Miss.event_id)
    events = session.scalars(
        select(SearchEvent)
        .where(SearchEvent.id.not_in(counted))
        .where((SearchEvent.outcome == Outcome.NONE.value) | SearchEvent.feedback.any())
        .options(selectinload(SearchEvent.feedback))
        .order_by(SearchEvent.id)
    ).all()
    found = [(event, cause) for event in events if (cause := _cause_of(event)) is not None]
    later = _later_searches(session, [event for event, _ in found])
    settled = [
        (event, cause)
        for event, cause in found
        if _SAYS_SOMETHING.search(event.query)
        and not (cause == NO_ANSWER and _was_still_typing(event, later.get(event.visit or "", []), now))
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


def _later_searches(session: Session, events: Sequence[SearchEvent]) -> dict[str, list[tuple[int, datetime, str]]]:
    """The searches of the visits concerned: (id, time, query), oldest first."""
    visits = {event.visit for event in events if event.visit}
    if not visits:
        return {}
    rows = session.execute(
        select(SearchEvent.visit, SearchEvent.id, SearchEvent.created_at, SearchEvent.query)
        .where(SearchEvent.visit.in_(visits))
        .order_by(SearchEvent.id)
    )
    found: dict[str, list[tuple[int, datetime, str]]] = {}
    for visit, event_id, created_at, query in rows:
        found.setdefault(visit or "", []).append((event_id, created_at, query.casefold()))
    return found


def _was_still_typing(event: SearchEvent, visit: Sequence[tuple[int, datetime, str]], now: datetime) -> bool:
    if event.visit is None or event.place not in ("help", "desk"):
        return False
    typed = event.query.casefold()
    for event_id, created_at, query in visit:
        if (
            event_id > event.id
            and created_at - event.created_at <= _TYPING
            and (query.startswith(typed) or typed.startswith(query))
        ):
            return True
    return now - event.created_at < _TYPING and not event.feedback and len(typed) < 4
