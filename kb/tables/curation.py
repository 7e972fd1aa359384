"""What trainers say of searches and pages: words that mean the same, pinned answers, featured articles, topics; with history.
Rules of escalation are kept by their history alone."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class CuratedKind(StrEnum):
    SYNONYM = "synonym"
    PIN = "pin"
    FEATURED = "featured"
    TOPIC = "topic"
    ESCALATION = "escalation"  # has no rows of its own: what the last change says holds


class Synonym(Base):
    """Words that mean the same in a language. With `means` it goes one way: whoever writes one of `words` means one of those."""

    __tablename__ = "synonyms"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(35), default="")  # primary tag; "" for searches of any language
    words: Mapped[list[str]]
    means: Mapped[list[str]] = mapped_column(default=list)


class PinnedAnswer(Base):
    """An article that stands first for some questions, word for word, until a day."""

    __tablename__ = "pinned_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    wordings: Mapped[list[str]]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    until: Mapped[date | None]  # the last day
    note: Mapped[str] = mapped_column(Text, default="")


class FeaturedArticle(Base):
    """An article, in all its languages, that the help centre's home shows."""

    __tablename__ = "featured_articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_key: Mapped[str] = mapped_column(String(200), unique=True)  # see Article.translation_key
    position: Mapped[int]


class CuratedTopic(Base):
    """A topic of articles as the help centre names and orders it."""

    __tablename__ = "curated_topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(100), unique=True)  # as in Article.topic
    names: Mapped[dict[str, Any]]  # language -> name
    position: Mapped[int]
    parent: Mapped[str] = mapped_column(String(100), default="")  # another topic, "" for none


class CuratedChange(Base):
    """Who changed which of these from what to what. Never changed itself: how many there are tells every process that something
    is different now."""

    __tablename__ = "curated_changes"
    __table_args__ = (Index("ix_curated_changes_subject", "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    undoes: Mapped[int | None]  # the number of the change that this one takes back
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    changed_by: Mapped[User | None] = relationship()
