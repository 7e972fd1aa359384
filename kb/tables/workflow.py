"""How articles come to be published: who is asked to read them, what is said of a paragraph, what waits for its day, acts on
many at once, and reminders of reviews."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class ReviewState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"  # without a word of the reviewer


class ArticleReview(Base):
    """Somebody asks for an article, or for a change of a published one, to be read before customers read it."""

    __tablename__ = "article_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    # Of the draft with the change of a published article; "" where the newest revision is to be read.
    draft_key: Mapped[str] = mapped_column(String(40), default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    word: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    state: Mapped[str] = mapped_column(String(20), default=ReviewState.WAITING.value, index=True)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(
        String(64), default=""
    )  # of the text that was approved, see kb.articles.reviews


class ReviewReader(Base):
    """Somebody who is asked to read a text, by name, or who has approved it without being asked."""

    __tablename__ = "review_readers"
    __table_args__ = (UniqueConstraint("review_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("article_reviews.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    is_asked: Mapped[bool] = mapped_column(default=True)
    digest: Mapped[str] = mapped_column(String(64), default="")  # of the text that they have approved
    approved_at: Mapped[datetime | None]
    word: Mapped[str] = mapped_column(Text, default="")


class ArticleComment(Base):
    """A word about a paragraph, or an answer to one. The paragraph is known by its text, as readers see it."""

    __tablename__ = "article_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("article_comments.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text, default="")  # the paragraph as it was
    place: Mapped[int] = mapped_column(default=0)  # of the paragraph in its text, from 0
    # Short digests of the other paragraphs there were: what stood there already is not what became of this one.
    beside: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)


class ScheduleState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ArticleSchedule(Base):
    """An article is to be published, or archived, by itself at a time."""

    __tablename__ = "article_schedules"
    __table_args__ = (Index("ix_article_schedules_state", "state", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(String(10))  # publish | archive
    at: Mapped[datetime]
    draft_key: Mapped[str] = mapped_column(String(40), default="")  # of the change that is to be published
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    state: Mapped[str] = mapped_column(String(20), default=ScheduleState.WAITING.value)
    finished_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(500), default="")  # it failed: a word of kb.articles.acts


class BulkAct(Base):
    """One act on many articles, with all that is needed to undo it. details: see kb.articles.bulk."""

    __tablename__ = "bulk_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]]
    done_at: Mapped[datetime] = mapped_column(default=utc_now)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)


class ReviewReminder(Base):
    """An article is due to be reviewed: told of once for each day that it was to be reviewed by."""

    __tablename__ = "review_reminders"
    __table_args__ = (UniqueConstraint("article_id", "review_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    review_by: Mapped[date]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)  # the owner
    noted_at: Mapped[datetime] = mapped_column(default=utc_now)
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)  # None: no mail, or it is sent or given up
    first_tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")
