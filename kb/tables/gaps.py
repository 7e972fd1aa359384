"""Misses (searches that nothing answered), grouped by likeness into gaps."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.search import SearchEvent


class GapState(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class Gap(Base):
    """A group of misses that one article could answer."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(300))  # the member nearest to the middle of the group
    state: Mapped[str] = mapped_column(String(20), default=GapState.OPEN, index=True)
    reason: Mapped[str | None] = mapped_column(String(40))  # no_content | other_words | other_language | hidden
    evidence: Mapped[list[Any]] = mapped_column(
        JSON, default=list, server_default="[]"
    )  # see kb.insight.gaps.reasons.MissReason
    # Of which state of articles and misses the reason is; another one now means that it is found anew.
    explained: Mapped[str] = mapped_column(String(80), default="", server_default="")
    centroid: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little-endian, unit length
    fingerprint: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    misses: Mapped[list["Miss"]] = relationship(
        back_populates="gap", cascade="all, delete-orphan", passive_deletes=True
    )


class Miss(Base):
    """A search that nothing answered, and why it counts as one."""

    __tablename__ = "misses"
    # Counting by gap, language, cause and time reads this index and nothing else.
    __table_args__ = (Index("ix_misses_counted", "gap_id", "language", "cause", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("search_events.id", ondelete="CASCADE"), unique=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("gaps.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(20))  # no_answer | voted_down | asked_person
    language: Mapped[str] = mapped_column(String(35), default="", server_default="")  # of the search
    vector: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)  # when it was asked

    gap: Mapped[Gap] = relationship(back_populates="misses")
    event: Mapped[SearchEvent] = relationship()


class GapMark(Base):
    """How far the collection of misses has come: the last search ("events") and the last vote ("feedback") looked at. And how far
    votes have been looked at for wordings ("wordings")."""

    __tablename__ = "gap_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]
