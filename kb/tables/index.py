"""Passages with their vectors, by build, and the monotonic list of changes that every process follows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class BuildState(StrEnum):
    """A build is filled beside the live one, takes its place in one step, and is then retired by the next."""

    BUILDING = "building"
    LIVE = "live"
    RETIRED = "retired"


class IndexBuild(Base):
    """One whole index: all its vectors were made in the same way. The one that is live is followed by all processes."""

    __tablename__ = "index_builds"
    __table_args__ = (
        Index(
            "ix_index_builds_live",
            "state",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(200))  # see indexer.fingerprint
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    switched_at: Mapped[datetime | None]  # when it became the live one


class Passage(Base):
    """A piece of a document as it is embedded. Its id is its vector id and is never given out twice."""

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_document", "build_id", "document_kind", "document_id"),
        Index("ix_passages_collection", "build_id", "collection", "id"),
        Index("ix_passages_group", "build_id", "document_group"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    build_id: Mapped[int]
    collection: Mapped[str] = mapped_column(String(20))  # help | internal | tickets
    document_kind: Mapped[str] = mapped_column(String(20))  # article | ticket
    document_id: Mapped[int]
    document_group: Mapped[int] = mapped_column(BigInteger)  # the same for all translations of an article
    position: Mapped[int]
    language: Mapped[str] = mapped_column(String(35))
    part: Mapped[str] = mapped_column(String(20))  # body | questions (also asked) | problem | resolution
    heading_path: Mapped[list[str]] = mapped_column(default=list)  # title first
    text: Mapped[str] = mapped_column(Text)  # as it is read
    marked: Mapped[str] = mapped_column(Text, default="")  # with marks (see kb.text.blocks); "" where there are none
    # In the rendered article, of the section that it begins in, then of each heading within it.
    anchors: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Start and end in `text` of the words of links to other articles: they are not its own.
    references: Mapped[list[list[int]]] = mapped_column("link_spans", JSON, default=list)
    text_hash: Mapped[str] = mapped_column(String(64))  # of everything that is embedded, context included
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little-endian, unit length
    # int8, the vectors of its different words one after the other; only index files are made from it
    word_vectors: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)


class IndexChange(Base):
    """One passage that was added or removed. Processes apply the rows of their build above the last id that they have seen."""

    __tablename__ = "index_changes"
    __table_args__ = (
        Index("ix_index_changes_collection", "build_id", "collection", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    build_id: Mapped[int]
    collection: Mapped[str] = mapped_column(String(20))
    passage_id: Mapped[int]
    operation: Mapped[str] = mapped_column(String(10))  # add | remove
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class IndexedDocument(Base):
    """What of a document is in a build, so that an unchanged one is not even chunked again."""

    __tablename__ = "indexed_documents"
    __table_args__ = (UniqueConstraint("build_id", "document_kind", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    build_id: Mapped[int]
    document_kind: Mapped[str] = mapped_column(String(20))
    document_id: Mapped[int]
    collection: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    indexed_at: Mapped[datetime] = mapped_column(default=utc_now)
