"""What a rep has at hand: articles and tickets that they pinned, and those that they opened last. Documents are "article:12"."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.core.errors import InvalidInputError
from kb.tables import OpenedDocument, PinnedDocument
from kb.tables.feedback import parse_document

_PINNED, _OPENED = cast(Table, PinnedDocument.__table__), cast(Table, OpenedDocument.__table__)
# More are no help to find anything again.
MOST_PINNED = 50


def set_pin(session: Session, user_id: int, document: str, *, pinned: bool) -> None:
    """Pin or unpin; doing the same twice changes nothing. Raises InvalidInputError for what is no document, and for too many."""
    if parse_document(document) is None:
        raise InvalidInputError(
            "%(document)r names no document.", remedy="An example: article:12", document=document[:40]
        )
    if not pinned:
        session.execute(
            delete(PinnedDocument).where(PinnedDocument.user_id == user_id, PinnedDocument.document == document)
        )
        return
    if len(list_pinned(session, user_id)) >= MOST_PINNED:
        raise InvalidInputError(
            "%(most_pinned)s documents are pinned already.", remedy="Unpin one of them.", most_pinned=MOST_PINNED
        )
    row = {"user_id": user_id, "document": document, "created_at": utc_now()}
    insert_new(session, _PINNED, row, key=("user_id", "document"))


def is_pinned(session: Session, user_id: int, document: str) -> bool:
    query = select(PinnedDocument.id).where(PinnedDocument.user_id == user_id, PinnedDocument.document == document)
    return session.scalar(query) is not None


def list_pinned(session: Session, user_id: int) -> Sequence[str]:
    """The newest first."""
    query = select(PinnedDocument.document).where(PinnedDocument.user_id == user_id)
    return session.scalars(query.order_by(PinnedDocument.created_at.desc(), PinnedDocument.id.desc())).all()


def note_opened(session: Session, user_id: int, document: str) -> None:
    """Write down that it was opened, now."""
    if parse_document(document) is None:
        return
    now = utc_now()
    row = {"user_id": user_id, "document": document, "opened_at": now}
    if insert_new(session, _OPENED, row, key=("user_id", "document")) is None:
        same = (_OPENED.c.user_id == user_id) & (_OPENED.c.document == document)
        session.connection().execute(_OPENED.update().where(same).values(opened_at=now))


def list_opened(session: Session, user_id: int, limit: int) -> Sequence[str]:
    """The last first."""
    query = select(OpenedDocument.document).where(OpenedDocument.user_id == user_id)
    return session.scalars(query.order_by(OpenedDocument.opened_at.desc(), OpenedDocument.id.desc()).limit(limit)).all()
