"""What people searched for (redacted), what they did with the results, and who asked for a person."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now

# The place of what nobody finds in training: a gap like others, in no statistics of use.
TRAINING = "training"
# The place of what visitors of the sample shop are said to have looked for in vain: gaps like others, in no statistics of use.
SAMPLE = "sample"
NOT_OF_USE = (TRAINING, SAMPLE)


class SearchEvent(Base):
    """One search, written after its answer is out. The query is redacted before it gets here."""

    __tablename__ = "search_events"
    __table_args__ = (Index("ix_search_events_created", "created_at"), Index("ix_search_events_visit", "visit"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(36), unique=True)  # the name by which pages refer to it
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    place: Mapped[str] = mapped_column(
        String(20)
    )  # help | ask | desk | conversation | studio | api | cli | article | training | sample
    audience: Mapped[str] = mapped_column(String(20))  # customer | rep
    visit: Mapped[str | None] = mapped_column(String(36))  # random per browser session, tells nothing about the person
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    query: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))  # guessed from the query
    reader_language: Mapped[str] = mapped_column(String(35), default="")
    outcome: Mapped[str] = mapped_column(String(20))  # answered | unsure | none
    confidence: Mapped[float]
    # Whether the query has an error code, version or part number that nothing found has.
    lacks_identifier: Mapped[bool] = mapped_column(default=False, server_default=false())
    results: Mapped[list[str]] = mapped_column(default=list)  # "article:12", best first
    timings: Mapped[dict[str, Any]] = mapped_column(default=dict)

    feedback: Mapped[list["Feedback"]] = relationship(back_populates="event", cascade="all, delete-orphan")


class FeedbackKind(StrEnum):
    CLICK = "click"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    COPIED = "copied"
    ASKED_PERSON = "asked_person"


# Of these a person has one at a time: a vote that is changed takes the place of the one before.
VOTES = (FeedbackKind.ANSWERED, FeedbackKind.NOT_ANSWERED)


def feedback_key(*, event_id: int | None, visit: str | None, kind: str, document: str) -> str:
    """What counts once: each thing that is done with a document in one search, or without a search in one visit."""
    act = "vote" if kind in VOTES else kind
    of_visit = f"visit:{visit}" if visit else f"nobody:{uuid.uuid4()}"
    return f"{of_visit if event_id is None else f'search:{event_id}'}/{act}/{document}"


def _default_key(context: DefaultExecutionContext) -> str:
    row = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return feedback_key(
        event_id=row.get("event_id"), visit=row.get("visit"), kind=row["kind"], document=row.get("document") or ""
    )


class Feedback(Base):
    """What a person did with a search (or, without one, with an article that they had opened directly)."""

    __tablename__ = "feedback"
    # Whoever looks at new rows goes by their ids: that of a vote that was replaced is never given out again.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(140), unique=True, default=_default_key)  # see feedback_key
    event_id: Mapped[int | None] = mapped_column(ForeignKey("search_events.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    document: Mapped[str] = mapped_column(String(60), default="")  # "article:12", or "" for the search as a whole
    visit: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    event: Mapped[SearchEvent | None] = relationship(back_populates="feedback")


class VoteReason(Base):
    """Why an article did not help, as a reader said it. The text is redacted before it gets here.

    One for each reader and article: `key` is that of the vote, see `feedback_key`; what is said later takes its place.
    """

    __tablename__ = "vote_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(140), unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(35))  # of the page on which it was written
    choice: Mapped[str] = mapped_column(String(20))  # missing | unclear | outdated | failed | "" for none of them
    text: Mapped[str] = mapped_column(Text, default="")
    # The search that led to the article, or the one that was made of the text, so that it is counted as a miss.
    event_id: Mapped[int | None] = mapped_column(ForeignKey("search_events.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
