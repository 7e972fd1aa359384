"""Conversations with customers over every channel: what was said, by whom, and what became of it.

Unlike tickets they are not redacted, since they are to be answered; what unlocks or pays something is masked before it is stored.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.customers import Customer
from kb.tables.people import User


class Channel(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    SOCIAL = "social"
    WEB = "web"
    WALK_IN = "walk_in"
    OTHER = "other"


class ConversationState(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"  # open again at snoozed_until, or when the customer writes
    CLOSED = "closed"


class MessageRole(StrEnum):
    """Who said it. NOTE: our own side to itself, never sent; SYSTEM: the channel's program."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    SYSTEM = "system"


class Delivery(StrEnum):
    """What became of a message that a rep wrote."""

    NONE = ""  # nothing to deliver: from the customer, a note, or spoken
    PENDING = "pending"  # can be taken back until it goes out, not before send_at
    SENDING = "sending"  # on its way; at send_at nobody is at it any more
    SENT = "sent"
    FAILED = "failed"  # given up, see delivery_error
    WITHDRAWN = "withdrawn"


class Conversation(Base):
    """One matter with one customer over one channel."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("origin", "external_id"),
        Index("ix_conversations_queue", "state", "waiting_since"),
        Index("ix_conversations_assigned_to_id", "assigned_to_id", "state"),
        Index("ix_conversations_updated_at", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(50), default="api")  # api | email | help | desk | sample
    external_id: Mapped[str | None] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(30))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(500), default="")
    # In which the customer is answered: guessed from what they wrote until somebody sets it, then held.
    language: Mapped[str] = mapped_column(String(35), default="")
    language_is_set: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(20), default=ConversationState.OPEN.value)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    snoozed_until: Mapped[datetime | None]
    # Since when the customer waits for an answer: the first message after our last one. None where it is their turn.
    waiting_since: Mapped[datetime | None]
    first_response_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(default=utc_now)
    preview: Mapped[str] = mapped_column(String(200), default="")  # beginning of the last message that is no note
    message_count: Mapped[int] = mapped_column(default=0)
    frustration: Mapped[int] = mapped_column(default=0)  # 0 calm, 1 annoyed, 2 angry
    frustration_reasons: Mapped[list[str]] = mapped_column(default=list)
    # When a job judges it again: at once after a message, later where silence would tell something. None: nothing is expected.
    feeling_due_at: Mapped[datetime | None] = mapped_column(index=True)
    feeling_changed_at: Mapped[datetime | None] = mapped_column(index=True)
    escalated_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))  # saved as this ticket
    visit: Mapped[str | None] = mapped_column(String(36), index=True)  # of the help centre, leads to what they tried
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the sender's system says of it
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    customer: Mapped[Customer] = relationship()
    assigned_to: Mapped[User | None] = relationship()

    @property
    def is_own_chat(self) -> bool:
        """A chat of the help centre: the customer's page fetches what is said."""
        return self.origin == "help" and self.channel == Channel.CHAT.value


class Message(Base):
    """One message. Ordered by sent_at: a channel may deliver late, and out of order."""

    __tablename__ = "conversation_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "external_id"),
        Index("ix_conversation_messages_sent_at", "conversation_id", "sent_at"),
        Index("ix_conversation_messages_delivery", "delivery", "send_at"),
        # Whoever waits for new ones goes by their ids: none is given out twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    external_id: Mapped[str | None] = mapped_column(String(250), index=True)  # of a mail: its Message-ID in <>
    role: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35), default="")
    sent_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    delivery: Mapped[str] = mapped_column(String(20), default=Delivery.NONE.value)
    send_at: Mapped[datetime | None]  # not before; until then it can be taken back
    first_tried_at: Mapped[datetime | None]  # since when it is tried to bring it to the customer
    recipient: Mapped[str] = mapped_column(String(320), default="")
    delivery_error: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a mail: references, quoted earlier text

    conversation: Mapped[Conversation] = relationship()
    user: Mapped[User | None] = relationship()


class Attachment(Base):
    """A file of a message; one that is uploaded beside a draft has no message yet."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversation_messages.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))  # None: from the customer
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))  # by its content, not by what the sender says
    size: Mapped[int]  # bytes
    content: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Draft(Base):
    """What a rep has typed and not sent. recipient and last_message_id: what they saw when they began."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("conversation_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    is_note: Mapped[bool] = mapped_column(default=False)
    recipient: Mapped[str] = mapped_column(String(320), default="")
    last_message_id: Mapped[int | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class Presence(Base):
    """Who looks at a conversation, and who types in it."""

    __tablename__ = "presences"
    __table_args__ = (UniqueConstraint("conversation_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    typed_at: Mapped[datetime | None]


class EventKind(StrEnum):
    """What happened to a conversation beside what was said."""

    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    ESCALATED = "escalated"
    MERGED = "merged"
    LANGUAGE = "language"
    QUESTION_SETTLED = "question_settled"  # data: the message that stated it
    QUESTION_REOPENED = "question_reopened"
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    SAVED = "saved"  # as a ticket or a draft article
    CALL_BACK = "call_back"  # asked for; data: number, and from and until where a time was chosen
    STEPPED_AWAY = "stepped_away"  # the customer left the line for a while; their place is kept
    SURVEYED = "surveyed"  # data: kind, score from 1 to 5, comment


class ConversationEvent(Base):
    __tablename__ = "conversation_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    user: Mapped[User | None] = relationship()


class ConversationFact(Base):
    """Something that the customer told us, in a form that can be compared, and the message in which they did."""

    __tablename__ = "conversation_facts"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("conversation_messages.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))  # see kb.service.facts
    value: Mapped[str] = mapped_column(String(200), index=True)
    words: Mapped[str] = mapped_column(String(300))  # as they put it


class Promise(Base):
    """What a rep told a customer would happen."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("conversation_messages.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(500))
    due_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
