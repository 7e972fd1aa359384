"""Searches that people have made, and what they said of the results."""

import itertools
from datetime import timedelta

from sqlalchemy.orm import Session

from kb.search.types import Outcome
from kb.tables import Article, Feedback, FeedbackKind, SearchEvent, utc_now
from kb.text.language import guess_language

_NUMBERS = itertools.count(1)


def add_judged(
    session: Session,
    query: str,
    article: Article | int,
    kind: FeedbackKind | None = FeedbackKind.ANSWERED,
    *,
    visit: str | None = None,
    user_id: int | None = None,
    ago: timedelta = timedelta(hours=3),
    first: Article | int | None = None,
    confidence: float = 0.5,
    outcome: Outcome = Outcome.UNSURE,
    place: str | None = None,
) -> SearchEvent:
    """A search by somebody new (or by `visit`, or by a person who has logged in) and what they did with `article`.

    first: what was shown first, the article itself where nothing else is named. With kind None they did nothing.
    """
    number = next(_NUMBERS)
    of = article if isinstance(article, int) else article.id
    shown = first if isinstance(first, int) else first.id if first is not None else of
    visit = visit or (f"visit-{number}" if user_id is None else None)
    event = SearchEvent(
        public_id=f"judged-{number}",
        created_at=utc_now() - ago,
        place=place or ("help" if user_id is None else "desk"),
        audience="customer" if user_id is None else "rep",
        visit=visit,
        user_id=user_id,
        query=query,
        language=guess_language(query),
        outcome=outcome.value,
        confidence=confidence,
        results=[f"article:{shown}"],
    )
    session.add(event)
    session.flush()
    if kind is not None:
        document = "" if kind is FeedbackKind.ASKED_PERSON else f"article:{of}"
        session.add(
            Feedback(event_id=event.id, kind=kind.value, document=document, visit=visit, created_at=utc_now() - ago)
        )
    session.commit()
    return event
