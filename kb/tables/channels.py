"""The ways in and out of conversations: mailboxes that are read, and other systems that are told of replies and states."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now


class Webhook(Base):
    """Another system that is told of replies and of what becomes of a conversation; requests to it are signed."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(100))
    channels: Mapped[list[str]] = mapped_column(default=list)  # [] for all
    active: Mapped[bool] = mapped_column(default=True)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    last_sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class CallState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # given up


class WebhookCall(Base):
    """One request to a webhook, written in the transaction of what it tells. body: JSON, the same at every try."""

    __tablename__ = "webhook_calls"
    __table_args__ = (Index("ix_webhook_calls_state", "state", "send_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    # None where it tells of no conversation.
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    # The reply that this request itself brings to the customer; none where it only tells.
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversation_messages.id", ondelete="CASCADE"), index=True
    )
    public_id: Mapped[str] = mapped_column(String(36), unique=True)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default=CallState.WAITING.value)
    send_at: Mapped[datetime] = mapped_column(default=utc_now)  # not before
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]

    webhook: Mapped[Webhook] = relationship()


class Mailbox(Base):
    """How far a mailbox has been read. name: user, host and folder; uid_validity: changes when the server counts anew."""

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(500), unique=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    first_uid: Mapped[int] = mapped_column(BigInteger)  # what is before it was there at the first look
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    read_at: Mapped[datetime] = mapped_column(default=utc_now)
    error: Mapped[str] = mapped_column(String(500), default="")
