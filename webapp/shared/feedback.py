"""What people do with a document, noted from pages."""

from flask_login import current_user
from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.search.events import record_feedback
from kb.tables import FeedbackKind


def note_feedback(
    database: Session, search_id: str, kind: FeedbackKind, document: str, visit: str | None = None
) -> None:
    """Record what was done with `document`, such as "article:12"; search_id: "" without a search.

    A page may outlive the record of the search that led to it: then it counts for the document, and a click for nothing.
    Without a search it counts once in a visit.
    """
    try:
        record_feedback(database, search_id or None, kind, document=document, visit=visit)
    except NotFoundError:
        if kind is not FeedbackKind.CLICK:
            record_feedback(database, None, kind, document=document, visit=visit)


def person_visit() -> str | None:
    """In place of a visit, for people who have logged in: what they do without a search counts once for each of them."""
    return f"user-{current_user.id}" if current_user.is_authenticated else None
