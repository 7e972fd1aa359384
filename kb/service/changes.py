"""What has changed in conversations since a moment, for whoever watches them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, literal, select, union_all

from kb.tables import ChatState, Conversation, ConversationEvent, Message, Presence

_MOST_CHANGES = 500  # of each kind in one answer
_MESSAGE = "message"


@dataclass(frozen=True)
class Cursor:
    """Up to where the changes are known: the newest message and the newest event."""

    message: int = 0
    event: int = 0

    def __str__(self) -> str:
        return f"{self.message}-{self.event}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        parts = text.split("-")
        if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            return None
        return cls(int(parts[0]), int(parts[1]))


@dataclass(frozen=True)
class Change:
    """kind: "message", "presence", "read" (of a chat), "feeling", or what happened, see EventKind."""

    conversation: int
    kind: str

    def to_json(self) -> dict[str, object]:
        return {"conversation": self.conversation, "kind": self.kind}


def newest(connection: Connection) -> Cursor:
    row = connection.execute(
        select(select(func.max(Message.id)).scalar_subquery(), select(func.max(ConversationEvent.id)).scalar_subquery())
    ).one()
    return Cursor(row[0] or 0, row[1] or 0)


def rows_after(
    connection: Connection, cursor: Cursor, limit: int | None = None
) -> list[tuple[tuple[str, int], Change]]:
    """Changes with what names the row of each: at most `limit` messages and as many events, in the order they were written."""
    messages = connection.execute(
        select(Message.id, Message.conversation_id).where(Message.id > cursor.message).order_by(Message.id).limit(limit)
    ).all()
    events = connection.execute(
        select(ConversationEvent.id, ConversationEvent.conversation_id, ConversationEvent.kind)
        .where(ConversationEvent.id > cursor.event)
        .order_by(ConversationEvent.id)
        .limit(limit)
    ).all()
    found = [((_MESSAGE, row.id), Change(row.conversation_id, _MESSAGE)) for row in messages]
    return found + [(("event", row.id), Change(row.conversation_id, row.kind)) for row in events]


def changes_after(connection: Connection, cursor: Cursor) -> tuple[list[Change], Cursor]:
    """Changes, and up to where they are known then; what is left out the next call brings."""
    rows = rows_after(connection, cursor, _MOST_CHANGES)
    messages = [number for (kind, number), _ in rows if kind == _MESSAGE]
    events = [number for (kind, number), _ in rows if kind != _MESSAGE]
    end = Cursor(max(messages, default=cursor.message), max(events, default=cursor.event))
    return [change for _, change in rows], end


def presences_since(connection: Connection, since: datetime) -> list[tuple[datetime, Change]]:
    """Conversations in which somebody looked or typed since then, a customer in a chat too, chats in which something was read,
    and those whose customer was judged to feel otherwise; with the time of each, by which it is known again."""
    since -= timedelta(seconds=1)
    reps = select(Presence.conversation_id, Presence.seen_at, literal("presence")).where(Presence.seen_at >= since)
    customers = select(ChatState.conversation_id, ChatState.presence_at, literal("presence")).where(
        ChatState.presence_at >= since
    )
    read = select(ChatState.conversation_id, ChatState.read_at, literal("read")).where(ChatState.read_at >= since)
    felt = select(Conversation.id, Conversation.feeling_changed_at, literal("feeling")).where(
        Conversation.feeling_changed_at >= since
    )
    rows: Sequence[Any] = connection.execute(union_all(reps, customers, read, felt)).all()
    return [(at, Change(conversation, kind)) for conversation, at, kind in rows]
