"""Practice of reps: cases, paths, exercises with their steps and comments, what is repeated when, and who is paired with whom.

Cases are redacted before they are stored. Nothing of an exercise is in the tables of searches, conversations or figures.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    exists,
    false,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.expression import SQLColumnExpression

from kb.tables.base import Base, utc_now
from kb.tables.people import User

# An announcement that is older is not counted as unread any more, unless it must be read.
FRESH = timedelta(days=30)


class CaseKind(StrEnum):
    REPLAY = "replay"  # a real conversation whose answer is hidden
    CALM = "calm"  # a frustrated customer, written for practice


class StepKind(StrEnum):
    """What a rep does in an exercise."""

    SEARCH = "search"
    OPEN = "open"
    ANSWER = "answer"
    GAVE_UP = "gave_up"


class TrainingCase(Base):
    """Something to practise on. It goes with the ticket or the conversation that it was made from."""

    __tablename__ = "training_cases"
    __table_args__ = (Index("ix_training_cases_listed", "kind", "excluded_at", "topic", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    key: Mapped[str | None] = mapped_column(String(60), unique=True)  # of a written case of the package
    topic: Mapped[str] = mapped_column(String(100), default="")  # as articles have it; "" where it is not known
    level: Mapped[int] = mapped_column(default=1)  # 1 easy to 3 hard
    language: Mapped[str] = mapped_column(String(35), default="")
    title: Mapped[str] = mapped_column(String(300))
    turns: Mapped[list[Any]] = mapped_column(JSON, default=list)  # {"role": customer|agent, "text"}, up to the answer
    reply: Mapped[str] = mapped_column(Text, default="")  # what was sent then; "" for a written case
    documents: Mapped[list[str]] = mapped_column(default=list)  # "article:12": what solved it, where that is known
    feeling: Mapped[int] = mapped_column(default=0)  # 0 calm, 1 annoyed, 2 angry
    feeling_reasons: Mapped[list[str]] = mapped_column(default=list)
    excluded_at: Mapped[datetime | None]
    excluded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    # When what nobody finds was told to the gaps.
    lost_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    @property
    def documents_to_hide(self) -> frozenset[str]:
        """What would show the answer by itself: the past ticket that the case was made from."""
        return frozenset() if self.ticket_id is None else frozenset({f"ticket:{self.ticket_id}"})


class TrainingPath(Base):
    """Cases in the order in which they are practised, for one topic and level."""

    __tablename__ = "training_paths"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(100), default="")
    level: Mapped[int] = mapped_column(default=1)
    hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # reps do not see it
    is_sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    steps: Mapped[list["TrainingPathCase"]] = relationship(
        back_populates="path",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="TrainingPathCase.position, TrainingPathCase.id",
    )


class TrainingPathCase(Base):
    __tablename__ = "training_path_cases"
    __table_args__ = (UniqueConstraint("path_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    path_id: Mapped[int] = mapped_column(ForeignKey("training_paths.id", ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(ForeignKey("training_cases.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]

    path: Mapped[TrainingPath] = relationship(back_populates="steps")
    case: Mapped[TrainingCase] = relationship()


class TrainingAttempt(Base):
    """One exercise of one rep: what it was scored by is filled in when it ends."""

    __tablename__ = "training_attempts"
    __table_args__ = (Index("ix_training_attempts_of_person", "user_id", "finished_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("training_cases.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    gave_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    reply: Mapped[str] = mapped_column(Text, default="")  # redacted; while it is written, what is typed so far
    # Until the article was opened or stood among the first three; None where it never did.
    seconds_to_article: Mapped[float | None]
    best_rank: Mapped[int | None]  # of the article in any of the searches, from 1
    likeness: Mapped[float | None]  # 0 to 1, see kb.insight.training.likeness; None where nothing was compared
    said: Mapped[list[Any]] = mapped_column(JSON, default=list)  # of each sentence of what was sent then: how like
    remarks: Mapped[list[Any]] = mapped_column(JSON, default=list)  # see kb.insight.training.tone
    rating: Mapped[int | None]  # 1 again, 2 hard, 3 good, 4 easy: what the repetition goes by
    is_sample: Mapped[bool] = mapped_column(default=False, server_default=false())

    case: Mapped[TrainingCase] = relationship()
    user: Mapped[User] = relationship()
    steps: Mapped[list["TrainingStep"]] = relationship(
        back_populates="attempt", cascade="all, delete-orphan", passive_deletes=True, order_by="TrainingStep.id"
    )

    @property
    def in_top_three(self) -> bool:
        return self.best_rank is not None and self.best_rank <= 3


class TrainingStep(Base):
    """details: of a search the query (redacted), its outcome and its results; of what was opened the document."""

    __tablename__ = "training_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("training_attempts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=utc_now)

    attempt: Mapped[TrainingAttempt] = relationship(back_populates="steps")


class TrainingComment(Base):
    """What a trainer says of an exercise, or its rep of that. step_id: of one step; seen_at: by the rep."""

    __tablename__ = "training_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("training_attempts.id", ondelete="CASCADE"), index=True)
    step_id: Mapped[int | None] = mapped_column(ForeignKey("training_steps.id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class TrainingCard(Base):
    """When a rep meets a case again that went wrong. state: as the scheduler keeps it."""

    __tablename__ = "training_cards"
    __table_args__ = (UniqueConstraint("user_id", "case_id"), Index("ix_training_cards_due", "user_id", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(ForeignKey("training_cases.id", ondelete="CASCADE"), index=True)
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_at: Mapped[datetime]
    lapses: Mapped[int] = mapped_column(default=0)  # how often it went wrong


class TrainingPair(Base):
    """The trainer who looks at a rep's exercises."""

    __tablename__ = "training_pairs"

    rep_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    trainer_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(default=utc_now)


class Announcement(Base):
    """A document that is new or has changed, told to everybody at the desk, once for all its languages.

    versions: {"article", "language", "before", "after", "line"} of each that changed: the revisions that readers knew (0:
    none) and know now, and what changed in one line, see kb.insight.training.announcing.
    """

    __tablename__ = "announcements"
    __table_args__ = (Index("ix_announcements_counted", "withdrawn_at", "must_read", "told_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    translation_key: Mapped[str] = mapped_column(String(200), index=True)
    is_new: Mapped[bool] = mapped_column(default=False)
    versions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    must_read: Mapped[bool] = mapped_column(default=False, server_default=false())
    reminded_at: Mapped[datetime | None]
    told_at: Mapped[datetime] = mapped_column(default=utc_now)
    withdrawn_at: Mapped[datetime | None]  # a trainer says that nobody need read it
    is_sample: Mapped[bool] = mapped_column(default=False, server_default=false())


class AnnouncementRead(Base):
    """Who has said that they have read it, and when."""

    __tablename__ = "announcement_reads"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    read_at: Mapped[datetime] = mapped_column(default=utc_now)


class ReminderMail(Base):
    """A reminder by mail that is to go to one person."""

    __tablename__ = "reminder_mails"
    __table_args__ = (UniqueConstraint("announcement_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    send_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    tries: Mapped[int] = mapped_column(default=0)


class TrainingMark(Base):
    """How far each source has been looked at: "revisions" (ids), "tickets" and "conversations" (microseconds since 1970)."""

    __tablename__ = "training_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


def unread_condition(
    user_id: int | SQLColumnExpression[int], since: datetime | SQLColumnExpression[datetime]
) -> ColumnElement[bool]:
    """Announcements that this person has not read: those after `since`, and all that must be read."""
    read = exists().where(AnnouncementRead.announcement_id == Announcement.id, AnnouncementRead.user_id == user_id)
    return Announcement.withdrawn_at.is_(None) & or_(Announcement.must_read, Announcement.told_at > since) & ~read
