"""Which articles and tickets a rep used in a conversation."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.tables import Conversation, Delivery, Message, MessageRole, UsedDocument, UsedState
from kb.tables.feedback import parse_document

_USED = cast(Table, UsedDocument.__table__)
# What has happened to a document stays: one that was sent is not inserted only because it is inserted again.
_ORDER = (UsedState.INSERTED, UsedState.SENT)


def note_used(
    session: Session, conversation: Conversation, document: str, user_id: int, state: UsedState
) -> UsedDocument | None:
    """Note that `document` ("article:12") was inserted into a draft or sent; None where it names nothing."""
    if parse_document(document) is None:
        return None
    row = {
        "conversation_id": conversation.id,
        "document": document,
        "user_id": user_id,
        "state": state.value,
        "question": "",
        "created_at": utc_now(),
    }
    is_new = insert_new(session, _USED, row, key=("conversation_id", "document")) is not None
    used = session.scalars(
        select(UsedDocument).where(UsedDocument.conversation_id == conversation.id, UsedDocument.document == document)
    ).one()
    if not is_new and used.state in _ORDER and _ORDER.index(UsedState(used.state)) < _ORDER.index(state):
        used.state, used.user_id = state.value, user_id
        session.flush()
    return used


def note_taken_back(session: Session, conversation: Conversation, documents: Sequence[str]) -> None:
    """The reply that held them was withdrawn: they are inserted again, unless another reply of the conversation has them."""
    if not documents:
        return
    sent = session.scalars(
        select(Message.details).where(
            Message.conversation_id == conversation.id,
            Message.role == MessageRole.AGENT.value,
            Message.delivery != Delivery.WITHDRAWN.value,
        )
    )
    still = {name for details in sent for name in details.get("documents", ())}
    for used in session.scalars(
        select(UsedDocument).where(
            UsedDocument.conversation_id == conversation.id,
            UsedDocument.document.in_(set(documents) - still),
            UsedDocument.state == UsedState.SENT.value,
        )
    ):
        used.state = UsedState.INSERTED.value
    session.flush()


def inserted_by(session: Session, conversation: Conversation, user_id: int) -> Sequence[str]:
    """What this person has put into their draft and not sent."""
    return session.scalars(
        select(UsedDocument.document).where(
            UsedDocument.conversation_id == conversation.id,
            UsedDocument.user_id == user_id,
            UsedDocument.state == UsedState.INSERTED.value,
        )
    ).all()
