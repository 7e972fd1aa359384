"""Small conversations with the machine of the help centre, and the flows of steps that trainers wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class AskedTalk(Base):
    """What a customer asked the machine and what it said. What was typed is redacted before it gets here."""

    __tablename__ = "asked_talks"
    __table_args__ = (Index("ix_asked_talks_updated_at", "updated_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)  # random: whoever knows it may go on with it
    visit: Mapped[str] = mapped_column(String(36))  # of its searches, see SearchEvent
    language: Mapped[str] = mapped_column(String(35))  # of the page
    turns: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"turns": […]}, see kb.assist.asking_turns
    said: Mapped[int] = mapped_column(
        default=0
    )  # turns so far, also those that are forgotten: who has seen fewer is late
    # The flow that asks back, "" for none; by step the one that comes next; values by kind of fact.
    flow: Mapped[str] = mapped_column(String(100), default="")
    decisions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class FlowRevision(Base):
    """A flow of steps as a trainer left it; the newest one of a name holds. Never changed itself."""

    __tablename__ = "flow_revisions"
    __table_args__ = (Index("ix_flow_revisions_name", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)  # YAML, see kb.articles.flows
    is_deleted: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    changed_by: Mapped[User | None] = relationship()
