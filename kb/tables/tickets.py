"""Past resolved tickets. Everything in here has been redacted before it was stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now


class Ticket(Base):
    """A past ticket: what the customer's problem was and what resolved it, kept apart."""

    __tablename__ = "tickets"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(50))  # zendesk | csv | jsonl | …
    external_id: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(
        String(30), default="other"
    )  # phone | email | chat | sms | social | web | other
    language: Mapped[str] = mapped_column(String(35), default="und")
    subject: Mapped[str] = mapped_column(String(500), default="")
    problem: Mapped[str] = mapped_column(Text)
    resolution: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(
        String(30), default="resolved"
    )  # resolved | open; only resolved ones are searched
    tags: Mapped[list[str]] = mapped_column(default=list)
    satisfaction: Mapped[str | None] = mapped_column(String(20))
    requester_ref: Mapped[str | None] = mapped_column(String(64), index=True)  # keyed hash, never the person's data
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    resolved_at: Mapped[datetime | None]
    imported_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)

    messages: Mapped[list["TicketMessage"]] = relationship(
        back_populates="ticket", cascade="all, delete-orphan", order_by="TicketMessage.position"
    )


class TicketMessage(Base):
    """One turn of a ticket, redacted. Private notes are kept apart by `public`."""

    __tablename__ = "ticket_messages"
    __table_args__ = (UniqueConstraint("ticket_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(20))  # customer | agent
    public: Mapped[bool] = mapped_column(default=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship(back_populates="messages")
