"""The record of searches and of what people did with the results. Queries are redacted before they are stored."""

from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from kb.core.database import insert_new
from kb.core.errors import NotFoundError
from kb.privacy.redaction import redact
from kb.search.types import SearchAnswer
from kb.tables import FeedbackKind, SearchEvent
from kb.tables.feedback import store_feedback
from kb.text.cleaning import clean_text

MAX_STORED_QUERY = 2000
_EVENTS = cast(Table, SearchEvent.__table__)


def record_search(
    session: Session,
    answer: SearchAnswer,
    *,
    place: str,
    audience: str,
    region: str,
    visit: str | None = None,
    user_id: int | None = None,
    reader_language: str = "",
) -> int | None:
    """Store one search and return its number; None for one that asked nothing, and for one that is stored already.

    One statement. Call it after the answer is out: nobody should wait for it. `region` is the country of phone numbers that the
    query has without a prefix.
    """
    if answer.no_question:
        return None
    row = {
        "public_id": answer.public_id,
        "place": place,
        "audience": audience,
        "visit": visit,
        "user_id": user_id,
        "query": redact(clean_text(answer.query), region=region)[:MAX_STORED_QUERY],
        "language": answer.language,
        "reader_language": reader_language,
        "outcome": answer.outcome.value,
        "confidence": round(answer.confidence, 4),
        "lacks_identifier": bool(answer.missing),
        "results": [f"{result.kind}:{result.id}" for result in answer.results],
        "timings": {stage: round(ms, 2) for stage, ms in answer.timings_ms.items()},
    }
    return insert_new(session, _EVENTS, row, key=("public_id",))


def is_recorded(session: Session, public_id: str) -> bool:
    """Whether the search of this name is stored."""
    return find_search(session, public_id) is not None


def find_search(session: Session, public_id: str) -> int | None:
    """The number of the search of this name; None where it is not stored."""
    return session.scalar(select(SearchEvent.id).where(SearchEvent.public_id == public_id))


def record_feedback(
    session: Session, public_id: str | None, kind: FeedbackKind, *, document: str = "", visit: str | None = None
) -> None:
    """Store what a person did with a search; `public_id` None: with a document that they opened without searching.

    Doing the same twice is stored once; without a search, once in a visit. Raises NotFoundError for a search that is not
    known, InvalidInputError for a document that can be none.
    """
    event_id = None
    if public_id is not None:
        event_id = session.scalar(select(SearchEvent.id).where(SearchEvent.public_id == public_id))
        if event_id is None:
            raise NotFoundError("This search is not known (any more).", remedy="Search again.")
    store_feedback(session, kind, event_id=event_id, document=document, visit=visit)
