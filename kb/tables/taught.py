"""What reps change in what they insert, and what was proposed and decided because of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.articles import Article
from kb.tables.base import Base, utc_now
from kb.tables.people import User


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"  # the change waits in the editor, or is published
    DISMISSED = "dismissed"  # not proposed again
    PAST = "past"  # the article does not say it any more


class PassageEdit(Base):
    """A sentence of an article as a rep sent it: changed, or left out (`new` is empty), redacted.

    old_key, new_key: of the sentences as they are compared. question: what the customer had asked, redacted.
    """

    __tablename__ = "passage_edits"
    __table_args__ = (
        UniqueConstraint("message_id", "article_id", "old_key"),
        Index("ix_passage_edits_article_id", "article_id", "old_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(ForeignKey("conversation_messages.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("edit_proposals.id", ondelete="SET NULL"), index=True)
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    old_key: Mapped[str] = mapped_column(String(64))
    new_key: Mapped[str] = mapped_column(String(64))
    question: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    user: Mapped[User | None] = relationship()


class EditProposal(Base):
    """What several reps make of one sentence. times, reps: how often, and by how many; replay: what trying it out gave."""

    __tablename__ = "edit_proposals"
    __table_args__ = (
        UniqueConstraint("article_id", "old_key", "new_key"),
        Index("ix_edit_proposals_state", "state", "times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    old_key: Mapped[str] = mapped_column(String(64))
    new_key: Mapped[str] = mapped_column(String(64))
    times: Mapped[int] = mapped_column(default=0)
    reps: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20), default=ProposalState.OPEN.value)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was dismissed
    replay: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)

    article: Mapped[Article] = relationship()
    decided_by: Mapped[User | None] = relationship()
