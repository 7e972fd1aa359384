"""Who of a chat is there, who types and what was read, on either side. The caller commits.

One row a chat, of which each side writes its own columns; the other side is told only where something is news.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import upsert
from kb.service.drafts import THERE_FOR, TYPING_FOR
from kb.tables import ChatState, Conversation, Delivery, Message, MessageRole

_STATES = cast(Table, ChatState.__table__)
# What the customer sees: not what may still be taken back, or did not go out.
ARRIVED = (Delivery.NONE.value, Delivery.SENT.value)


@dataclass(frozen=True)
class AtChat:
    """What a rep sees of the customer's page."""

    is_here: bool
    is_typing: bool
    read_id: int


def note_customer(session: Session, conversation: Conversation, *, typing: bool, read_id: int) -> None:
    """Their page is open; they type or not, and have seen our messages up to this one. The desk is told where that is news."""
    now = utc_now()
    state = state_of(session, conversation.id)
    values: dict[str, Any] = {"customer_seen_at": now, "customer_typed_at": now if typing else None}
    was_here = state is not None and _is_recent(state.customer_seen_at, THERE_FOR, now)
    was_typing = state is not None and _is_recent(state.customer_typed_at, TYPING_FOR, now)
    if not was_here or was_typing != typing:
        values["presence_at"] = now
    read = _newest(session, conversation.id, MessageRole.AGENT, up_to=read_id)
    if read > (state.customer_read_id if state is not None else 0):
        values |= {"customer_read_id": read, "read_at": now}
    change_state(session, conversation, values)


def note_read_by_rep(session: Session, conversation: Conversation) -> None:
    """A rep has the chat before them; the customer's page is told where that is news."""
    state = state_of(session, conversation.id)
    newest = _newest(session, conversation.id, MessageRole.CUSTOMER)
    if newest > (state.rep_read_id if state is not None else 0):
        change_state(session, conversation, {"rep_read_id": newest, "read_at": utc_now()})


def customer_at(session: Session, conversation: Conversation) -> AtChat | None:
    """None for what is no chat of the help centre. One statement."""
    if not conversation.is_own_chat:
        return None
    state, now = state_of(session, conversation.id), utc_now()
    if state is None:
        return AtChat(False, False, 0)
    return AtChat(
        _is_recent(state.customer_seen_at, THERE_FOR, now),
        _is_recent(state.customer_typed_at, TYPING_FOR, now),
        state.customer_read_id,
    )


def state_of(session: Session, conversation_id: int) -> ChatState | None:
    return session.get(ChatState, conversation_id, populate_existing=True)


def _newest(session: Session, conversation_id: int, role: MessageRole, *, up_to: int | None = None) -> int:
    statement = select(func.max(Message.id)).where(
        Message.conversation_id == conversation_id, Message.role == role.value, Message.delivery.in_(ARRIVED)
    )
    return session.scalar(statement if up_to is None else statement.where(Message.id <= up_to)) or 0


def _is_recent(moment: datetime | None, length: timedelta, now: datetime) -> bool:
    return moment is not None and moment > now - length


def change_state(session: Session, conversation: Conversation, values: dict[str, Any]) -> None:
    """Both sides may write it at once: each its own columns, and the row is made once."""
    empty = {
        "conversation_id": conversation.id,
        "customer_read_id": 0,
        "rep_read_id": 0,
        "transcript_to": "",
        "transcript_language": "",
        "transcript_error": "",
    }
    upsert(session, _STATES, empty | values, key=("conversation_id",), change=tuple(values))
