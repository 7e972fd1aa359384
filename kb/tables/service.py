"""When customers are served and how that went: hours, what was told of waits, who is at the desk, surveys."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class ServiceHoursChange(Base):
    """Who changed the hours of service to what; the newest holds. text: see kb.service.hours; "" for those of the settings."""

    __tablename__ = "service_hours_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    changed_by: Mapped[User | None] = relationship()


class DeskPresence(Base):
    """Who has a page of the desk before them: such a person can take the next customer."""

    __tablename__ = "desk_presences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)


class ToldWait(Base):
    """What a customer in line was told, and what became true. Times in seconds; low, middle, high: None where only the place
    was told."""

    __tablename__ = "told_waits"
    __table_args__ = (Index("ix_told_waits_is_first", "is_first", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    told_at: Mapped[datetime] = mapped_column(default=utc_now)
    is_first: Mapped[bool]  # what they were told when they came
    position: Mapped[int]  # in line, from 1
    reps: Mapped[int]  # at the desk
    running: Mapped[int]  # chats that were served
    was_free: Mapped[bool]  # somebody could have taken them at once
    low: Mapped[float | None]
    middle: Mapped[float | None]
    high: Mapped[float | None]
    spread: Mapped[float | None]  # see kb.service.waiting
    waited: Mapped[float | None]  # from then to the first answer
    gave_up: Mapped[bool] = mapped_column(default=False)  # it ended without an answer


class SurveyKind(StrEnum):
    """Which of the two questions is asked; each is answered by 1 (worst) to 5 (best)."""

    SATISFACTION = "satisfaction"  # how satisfied they are
    EFFORT = "effort"  # how easy it was


class Survey(Base):
    """The one question after a contact, and its answer. Dashboards read this row: score is None until it is answered."""

    __tablename__ = "surveys"
    __table_args__ = (Index("ix_surveys_asked_at", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(35))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)  # who had it
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    score: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")  # redacted
    answered_at: Mapped[datetime | None]
