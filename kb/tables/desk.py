"""What reps work with: what helped in which conversation, macros, and flows of steps."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class UsedState(StrEnum):
    INSERTED = "inserted"  # into a draft
    SENT = "sent"
    SOLVED = "solved"  # the conversation was closed after it
    REOPENED = "reopened"  # and opened again
    NO_HELP = "no_help"  # the rep said so


class UsedDocument(Base):
    """An article or ticket that a rep used in a conversation, and what came of it."""

    __tablename__ = "used_documents"
    __table_args__ = (
        UniqueConstraint("conversation_id", "document"),
        Index("ix_used_documents_document", "document", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    document: Mapped[str] = mapped_column(String(60))  # "article:12"
    state: Mapped[str] = mapped_column(String(20), default=UsedState.INSERTED.value)
    question: Mapped[str] = mapped_column(String(500), default="")  # that it was to answer, redacted
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    solved_at: Mapped[datetime | None]


class SolvedGroup(Base):
    """How often an article (with all its translations) or a past ticket solved a conversation: what ranking knows of use.

    Rows of a version are written and used together.
    """

    __tablename__ = "solved_groups"
    __table_args__ = (UniqueConstraint("version", "document_group"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    document_group: Mapped[int] = mapped_column(BigInteger)  # see Passage
    solved: Mapped[int]


class Macro(Base):
    """A text that is sent often, with variables in braces."""

    __tablename__ = "macros"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(35), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)  # None: shared
    uses: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]  # can be brought back for a while
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class MacroChange(Base):
    """Who changed a macro from what to what; goes with it. before: None where it was made or brought back; after: None where it
    was deleted; else its name, language, text, and whether it is shared."""

    __tablename__ = "macro_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    macro_id: Mapped[int] = mapped_column(ForeignKey("macros.id", ondelete="CASCADE"), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    changed_by: Mapped[User | None] = relationship()


class ConversationFlow(Base):
    """How far a flow of steps has come in a conversation."""

    __tablename__ = "conversation_flows"
    __table_args__ = (UniqueConstraint("conversation_id", "flow"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    flow: Mapped[str] = mapped_column(String(100))
    # By step the one that comes next, as the rep chose it; "" where they went back to it.
    decisions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_open: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
