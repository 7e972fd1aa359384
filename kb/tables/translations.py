"""From which text of the source each section of a translation was made, and how far that has been followed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class TranslatedSection(Base):
    """A section of a translation and the section of the source that it says, as the source said it then.

    place, source_place: in the revisions of translation and source that were followed, None where there is none. source_text:
    None of a section that is in the translation alone.
    """

    __tablename__ = "translated_sections"
    __table_args__ = (Index("ix_translated_sections_article_id", "article_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    place: Mapped[int | None]
    source_place: Mapped[int | None]
    source_text: Mapped[str | None] = mapped_column(Text)
    is_confirmed: Mapped[bool] = mapped_column(default=False)  # somebody said that it is up to date
    translated_at: Mapped[datetime] = mapped_column(default=utc_now)
    translated_by: Mapped[str] = mapped_column(String(320), default="")
    # What the last of these said before, to take it back; {} where there is nothing to take back.
    previous: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class FollowedArticle(Base):
    """The revision of an article up to which its changes were followed, and what that gave.

    source_id: the version that this one is a translation of, None of the source itself. behind: sections whose source has
    changed; missing: sections of the source that it does not have; extra: sections whose source is gone.
    """

    __tablename__ = "followed_articles"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"), index=True)
    behind: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    extra: Mapped[int] = mapped_column(default=0)
