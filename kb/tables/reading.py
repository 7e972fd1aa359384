"""What reps read at the desk, what they keep there, and which translations they missed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class PinnedDocument(Base):
    """An article or ticket that a person keeps at hand. "article:12"."""

    __tablename__ = "pinned_documents"
    __table_args__ = (UniqueConstraint("user_id", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    document: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class OpenedDocument(Base):
    """An article or ticket that a person opened, and when they did so last."""

    __tablename__ = "opened_documents"
    __table_args__ = (
        UniqueConstraint("user_id", "document"),
        Index("ix_opened_documents_user", "user_id", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    document: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime] = mapped_column(default=utc_now)


class TranslationWant(Base):
    """A language in which an article was missed; counted when it was handed over or opened in another."""

    __tablename__ = "translation_wants"
    __table_args__ = (UniqueConstraint("translation_key", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    translation_key: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(35))
    # What was handed over instead, for a title to show.
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    count: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime] = mapped_column(default=utc_now)
