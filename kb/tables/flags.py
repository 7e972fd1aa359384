"""What speaks against an article, with the evidence, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.articles import Article
from kb.tables.base import Base, utc_now
from kb.tables.people import User


class FlagKind(StrEnum):
    VOTES = "votes"  # fewer of its readers say that it helped
    SUCCESS = "success"  # more of its readers ask for a person after it
    SOLVED = "solved"  # it solves fewer conversations
    LINKS = "links"  # links or pictures lead nowhere
    OUTSIDE = "outside"  # a link to somebody else's site leads nowhere
    CONTRADICTION = "contradiction"  # another article, or another language of it, says another number
    DUPLICATE = "duplicate"
    UNREAD = "unread"
    REP = "rep"  # a rep says that something is wrong


class FlagState(StrEnum):
    OPEN = "open"
    MENDED = "mended"
    RIGHT = "right"  # it is right as it is: never flagged again for the same evidence
    PAST = "past"  # what spoke against it is there no longer, without anybody's word


class ArticleFlag(Base):
    """One thing that speaks against an article. evidence_key: what it is about; the same is one flag, however often it is found.

    evidence: see kb.insight.flags. comment: what a rep said, redacted. answer: why it is right, or what was done; the rep reads
    it.
    """

    __tablename__ = "article_flags"
    __table_args__ = (
        UniqueConstraint("article_id", "kind", "evidence_key"),
        Index("ix_article_flags_state", "state", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    evidence_key: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20), default=FlagState.OPEN.value)
    comment: Mapped[str] = mapped_column(Text, default="")
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    came_back_at: Mapped[datetime | None]  # it was said to be mended, and the evidence is still there

    article: Mapped[Article] = relationship(foreign_keys=article_id)
    other: Mapped[Article | None] = relationship(foreign_keys=other_id)
    reported_by: Mapped[User | None] = relationship(foreign_keys=reported_by_id)
    settled_by: Mapped[User | None] = relationship(foreign_keys=settled_by_id)


class OutsideLink(Base):
    """A link of a published article to somebody else's site, and what came of calling it.

    key: of the address, which is called once however many articles have it.
    """

    __tablename__ = "outside_links"
    __table_args__ = (UniqueConstraint("article_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64), index=True)
    url: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)  # when it is called next
    checked_at: Mapped[datetime | None]
    # See kb.insight.flags.outside; "" where it leads somewhere. status: what its server answered last, None where nothing.
    problem: Mapped[str] = mapped_column(String(20), default="", server_default="")
    status: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")  # calls one after the other that failed
    failing_since: Mapped[datetime | None]


class FlagMark(Base):
    """How far was looked: what articles looked like when they were last compared ("texts") or read for links to other sites
    ("outside"), the last reply that was compared with what was inserted into it ("replies"); until when texts are not compared
    again, in UTC ("texts not before")."""

    __tablename__ = "flag_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seen: Mapped[str] = mapped_column(String(100))
