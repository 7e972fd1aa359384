"""Articles with every revision, and what a synchronised folder looked like at the last meeting."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now


class Article(Base):
    """One article in one language; `translation_key` joins its languages. The row is the newest revision."""

    __tablename__ = "articles"
    __table_args__ = (
        UniqueConstraint("language", "slug"),
        Index("ix_articles_public", "audience", "status", "language"),
        # What was not followed yet is found without the articles themselves.
        Index("ix_articles_revision", "revision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(35))
    translation_key: Mapped[str] = mapped_column(String(200), index=True)
    topic: Mapped[str] = mapped_column(String(100), default="")
    audience: Mapped[str] = mapped_column(String(20), default="public")  # public | internal
    status: Mapped[str] = mapped_column(String(20), default="draft")  # draft | in_review | published | archived
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    also_asked: Mapped[list[str]] = mapped_column(default=list)
    owner: Mapped[str | None] = mapped_column(String(320))
    review_by: Mapped[date | None]
    reviewed_on: Mapped[date | None]  # when somebody last read it through and found it right; None: nobody said so
    reviewed_by: Mapped[str | None] = mapped_column(String(320))  # who said so; None where a file did
    revision: Mapped[int] = mapped_column(default=1)
    content_hash: Mapped[str] = mapped_column(String(64))  # of the canonical file text, see kb.articles
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    revisions: Mapped[list["ArticleRevision"]] = relationship(
        back_populates="article", cascade="all, delete-orphan", order_by="ArticleRevision.number"
    )


class ArticleRevision(Base):
    """What an article was at one time, whole: front matter fields and body."""

    __tablename__ = "article_revisions"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(320), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    article: Mapped[Article] = relationship(back_populates="revisions")


class ArticleDraft(Base):
    """What somebody has typed into the studio's editor and not saved: written while typing, one for each open page."""

    __tablename__ = "article_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # of the open page
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # None: an article that was never saved.
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int] = mapped_column(default=0)  # that the text began from
    fields: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(Text)
    for_review: Mapped[bool] = mapped_column(
        default=False
    )  # a change of a published article that a colleague is to read
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class ArticleFile(Base):
    """A file of a synchronised folder and the state in which file and article last agreed."""

    __tablename__ = "article_files"
    __table_args__ = (UniqueConstraint("folder", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(1000))
    path: Mapped[str] = mapped_column(String(1000))  # relative to the folder, with forward slashes
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    file_hash: Mapped[str] = mapped_column(String(64))  # of the file and of its site's rules for it at the last sync
    content_hash: Mapped[str] = mapped_column(String(64))  # of the article at the last sync
    synced_at: Mapped[datetime] = mapped_column(default=utc_now)
    # The day on which the file means something else than today: it begins or ends to be public.
    turns_on: Mapped[date | None]


class ArticleAddress(Base):
    """Another address of an article: one that it had, one that its front matter names, the place of its file.

    `address` is a path of slugs without language and ending (`guide/install`); links and redirects are looked up by it.
    """

    __tablename__ = "article_addresses"
    __table_args__ = (UniqueConstraint("language", "address", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(35))
    address: Mapped[str] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(10))  # former | alias | file
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)


class ArticleAsset(Base):
    """A picture as it is served: checked, re-encoded and named by its bytes."""

    __tablename__ = "article_assets"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the bytes
    media_type: Mapped[str] = mapped_column(String(50))
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ArticlePicture(Base):
    """A picture that an article shows, by its source as written; without an asset it is missing or was refused."""

    __tablename__ = "article_pictures"
    __table_args__ = (UniqueConstraint("article_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(1000))
    path: Mapped[str] = mapped_column(String(1000), default="")  # in the folder, "" where there is no file
    state: Mapped[str] = mapped_column(String(60), default="")  # size and time of the file when it was read
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("article_assets.id"), index=True)


class ContentReport(Base):
    """What a synchronisation or an import brought in and what it could not."""

    __tablename__ = "content_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # sync | import
    place: Mapped[str] = mapped_column(String(1000))  # the folder or file
    report: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
