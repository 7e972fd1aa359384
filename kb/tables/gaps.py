"""Misses (searches that nothing answered), grouped by likeness into gaps."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User
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
    # What a trainer has joined, parted or named keeps its members and its name.
    is_held: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_named: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Of one that has no members any more: where most of them went.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("gaps.id", ondelete="SET NULL"), index=True)
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    due_on: Mapped[date | None]
    dismissed_because: Mapped[str] = mapped_column(String(40), default="", server_default="")
    closed_at: Mapped[datetime | None]
    closed_by_article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"))
    # What it costs, counted by a job (kb.insight.gaps.costs): people who asked; who asked again; who turned to a person after it;
    # of these who were frustrated; misses of the last week and of the one before.
    askers: Mapped[int] = mapped_column(default=0, server_default="0")
    repeats: Mapped[int] = mapped_column(default=0, server_default="0")
    contacts: Mapped[int] = mapped_column(default=0, server_default="0")
    frustrated: Mapped[int] = mapped_column(default=0, server_default="0")
    last_week: Mapped[int] = mapped_column(default=0, server_default="0")
    week_before: Mapped[int] = mapped_column(default=0, server_default="0")
    cost: Mapped[float] = mapped_column(default=0.0, server_default="0", index=True)

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
    cause: Mapped[str] = mapped_column(String(20))  # no_answer | voted_down | asked_person | training | sample
    language: Mapped[str] = mapped_column(String(35), default="", server_default="")  # of the search
    vector: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)  # when it was asked

    gap: Mapped[Gap] = relationship(back_populates="misses")
    event: Mapped[SearchEvent] = relationship()


class GapChange(Base):
    """What somebody did with a gap, so that it can be read and undone; also what they said about it (`comment`)."""

    __tablename__ = "gap_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    gap_id: Mapped[int] = mapped_column(ForeignKey("gaps.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(20))  # see kb.insight.gaps.editing.ChangeKind
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what it takes to undo it, and to say what it was
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    undone_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class GapMark(Base):
    """How far the collection of misses has come: the last search ("events") and the last vote ("feedback") looked at. How far
    votes have been looked at for wordings ("wordings"), and up to which miss all were grouped anew ("regrouped")."""

    __tablename__ = "gap_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]
