"""What people do with a document, noted from pages."""

from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.search.events import record_feedback
from kb.tables import FeedbackKind


def note_feedback(
    database: Session, search_id: str, kind: FeedbackKind, document: str, visit: str | None = None
) -> None:
    """Record what was done with `document`, such as "article:12"; search_id: "" without a search.

    A page may outlive the record of the search that led to it: then it counts for the document, and a click for nothing.
    """
    try:
        record_feedback(database, search_id or None, kind, document=document, visit=visit)
    except NotFoundError:
        if kind is not FeedbackKind.CLICK:
            record_feedback(database, None, kind, document=document, visit=visit)
