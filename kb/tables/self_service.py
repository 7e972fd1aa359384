"""Whether the help centre helps: what was read in a visit, and what a job counted of it for each day. No row tells who it was."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class ArticleRead(Base):
    """An article that was opened in a visit, once. visit: random for each browser session."""

    __tablename__ = "article_reads"
    __table_args__ = (UniqueConstraint("visit", "article_id"), Index("ix_article_reads_created_at", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visit: Mapped[str] = mapped_column(String(36))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(35))  # of the page
    from_search: Mapped[bool]  # it was a result of a search
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class HelpDay(Base):
    """A day of the help centre in a language, counted in visits that began on it, in the shop's time zone.

    Each visit is in one of the last six columns: see kb.insight.self_service.
    """

    __tablename__ = "help_days"
    __table_args__ = (UniqueConstraint("day", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    language: Mapped[str] = mapped_column(String(35))
    visits: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)
    searches: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    unanswered: Mapped[int] = mapped_column(default=0)
    reads_after_search: Mapped[int] = mapped_column(default=0)
    said_yes: Mapped[int] = mapped_column(default=0)
    said_no: Mapped[int] = mapped_column(default=0)
    contacts: Mapped[int] = mapped_column(default=0)
    contacts_after_reading: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    assumed: Mapped[int] = mapped_column(default=0)
    came_back: Mapped[int] = mapped_column(default=0)
    not_helped: Mapped[int] = mapped_column(default=0)
    to_a_person: Mapped[int] = mapped_column(default=0)
    left_without: Mapped[int] = mapped_column(default=0)


class ArticleDay(Base):
    """The same of one article, in the language that it is in."""

    __tablename__ = "article_days"
    __table_args__ = (UniqueConstraint("day", "article_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    views: Mapped[int] = mapped_column(default=0)
    from_search: Mapped[int] = mapped_column(default=0)
    said_yes: Mapped[int] = mapped_column(default=0)
    said_no: Mapped[int] = mapped_column(default=0)
    contacts: Mapped[int] = mapped_column(default=0)  # visits that read it and asked for a person after it
