"""The voice of the customer: what was said of the product and of the service, grouped into themes, and what was answered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class ThemeState(StrEnum):
    OPEN = "open"
    PLANNED = "planned"  # the product team has it
    DONE = "done"
    DISMISSED = "dismissed"


class VoiceSource(StrEnum):
    MESSAGE = "message"
    VOTE = "vote"
    SURVEY = "survey"
    TICKET = "ticket"


class AnsweredHow(StrEnum):
    """How a complaint came to be answered."""

    CONVERSATION = "conversation"  # a rep replied and the matter was closed
    THEME = "theme"  # by the answer to all who raised it
    HAND = "hand"  # a trainer says so


class VoiceTheme(Base):
    """Statements that are about the same. It keeps its number while statements come and go."""

    __tablename__ = "voice_themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    is_named: Mapped[bool] = mapped_column(default=False, server_default=false())  # by a person: the title stays
    state: Mapped[str] = mapped_column(String(20), default=ThemeState.OPEN.value, index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    # Of one that has no statements any more: where most of them went.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("voice_themes.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    owner: Mapped[User | None] = relationship()


class VoiceStatement(Base):
    """A piece of feedback or a complaint, in the customer's words, redacted."""

    __tablename__ = "voice_statements"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        # Counting by theme reads this index and nothing else.
        Index("ix_voice_statements_counted", "theme_id", "said_at", "kind", "due_on", "answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("voice_themes.id", ondelete="SET NULL"))  # None: not yet
    kind: Mapped[str] = mapped_column(String(20))  # feedback | complaint
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[int]
    # With it goes what was said in it; none for votes and imported tickets.
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35), default="")
    vector: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # float32, little-endian, centred, unit length
    fingerprint: Mapped[str] = mapped_column(String(100))
    said_at: Mapped[datetime]
    due_on: Mapped[date | None]  # until when a complaint is to be answered; None where nobody can be reached
    answered_at: Mapped[datetime | None]
    answered_how: Mapped[str] = mapped_column(String(20), default="")


class VoiceAnswer(Base):
    """What is told to those who raised a theme. texts: by primary language; sent_at: when all who can be reached had it."""

    __tablename__ = "voice_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("voice_themes.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    told: Mapped[list[Any]] = mapped_column(JSON, default=list)  # ids of the conversations that have had it
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)

    user: Mapped[User | None] = relationship()


class VoiceMark(Base):
    """How far each source has been read: an id, or microseconds since 1970 where rows change after they were made."""

    __tablename__ = "voice_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
