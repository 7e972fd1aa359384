"""A search as it was some time ago, with what was done with it."""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from kb.tables import Feedback, FeedbackKind, SearchEvent, utc_now


def searched(
    session: Session,
    query: str,
    *feedback: FeedbackKind,
    outcome: str = "none",
    language: str = "en",
    visit: str | None = None,
    ago: timedelta = timedelta(minutes=10),
) -> SearchEvent:
    event = SearchEvent(
        public_id=str(uuid.uuid4()),
        place="help",
        audience="customer",
        query=query,
        language=language,
        outcome=outcome,
        confidence=0.1,
        visit=visit,
        created_at=utc_now() - ago,
    )
    event.feedback = [Feedback(kind=kind.value, created_at=event.created_at) for kind in feedback]
    session.add(event)
    session.commit()
    return event
