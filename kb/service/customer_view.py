"""A conversation as its customer sees it: what they wrote and what we sent them, never a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, undefer

from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.tables import Attachment, Conversation, ConversationState, Delivery, Message, MessageRole

MOST_SHOWN = 200


class Standing(StrEnum):
    """Where a request stands, in what a customer cares for."""

    WAITING = "waiting"  # nobody has it yet
    TAKEN = "taken"  # somebody has it, and it is our turn
    ANSWERED = "answered"  # it is the customer's turn
    SOLVED = "solved"


@dataclass(frozen=True)
class SeenMessage:
    """is_ours: False where the customer wrote it."""

    id: int
    is_ours: bool
    text: str
    language: str
    at: datetime
    files: Sequence[Attachment] = ()


def standing_of(conversation: Conversation) -> Standing:
    if conversation.state == ConversationState.CLOSED.value:
        return Standing.SOLVED
    if conversation.waiting_since is None:
        return Standing.ANSWERED
    has_somebody = conversation.assigned_to_id is not None or conversation.first_response_at is not None
    return Standing.TAKEN if has_somebody else Standing.WAITING


def seen_by_customer(session: Session, conversation: Conversation, *, limit: int = MOST_SHOWN) -> list[SeenMessage]:
    """The newest, oldest first, with their files. Two statements."""
    messages = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, _is_seen())
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(limit)
    ).all()
    files: dict[int | None, list[Attachment]] = {}
    wanted = [message.id for message in messages]
    for file in session.scalars(select(Attachment).where(Attachment.message_id.in_(wanted)).order_by(Attachment.id)):
        files.setdefault(file.message_id, []).append(file)
    return [
        SeenMessage(
            one.id,
            one.role == MessageRole.AGENT.value,
            one.text,
            one.language if one.language != "und" else "",
            one.sent_at,
            files.get(one.id, ()),
        )
        for one in reversed(messages)
    ]


def file_seen_by_customer(session: Session, conversation: Conversation, file_id: int) -> Attachment:
    """With its content. Raises NotFoundError, also for files of notes and of what has not been sent."""
    found = session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == file_id, Message.conversation_id == conversation.id, _is_seen())
        .options(undefer(Attachment.content))
    ).first()
    if found is None:
        raise NotFoundError("There is no such file.")
    return found


def _is_seen() -> ColumnElement[bool]:
    """Ours as soon as it can no longer be taken back; also where no mail brought it, for here it can be read."""
    can_be_taken_back = and_(
        Message.delivery == Delivery.PENDING.value,
        Message.first_tried_at.is_(None),
        or_(Message.send_at.is_(None), Message.send_at > utc_now()),
    )
    ours = and_(
        Message.role == MessageRole.AGENT.value,
        Message.delivery != Delivery.WITHDRAWN.value,
        ~can_be_taken_back,
    )
    return or_(Message.role == MessageRole.CUSTOMER.value, ours)
