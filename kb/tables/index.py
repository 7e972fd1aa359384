"""Passages with their vectors, and the monotonic list of changes that every process follows."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class Passage(Base):
    """A piece of a document as it is embedded. Its id is its vector id and is never given out twice."""

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_document", "document_kind", "document_id"),
        Index("ix_passages_collection", "collection"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(20))  # help | internal | tickets
    document_kind: Mapped[str] = mapped_column(String(20))  # article | ticket
    document_id: Mapped[int]
    document_group: Mapped[int] = mapped_column(BigInteger)  # the same for all translations of an article
    position: Mapped[int]
    language: Mapped[str] = mapped_column(String(35))
    part: Mapped[str] = mapped_column(String(20))  # body | questions (also asked) | problem | resolution
    heading_path: Mapped[list[str]] = mapped_column(default=list)  # title first
    text: Mapped[str] = mapped_column(Text)  # with its markup
    text_hash: Mapped[str] = mapped_column(String(64))  # of everything that is embedded, context included
    fingerprint: Mapped[str] = mapped_column(String(100))  # model and chunker that made the vector
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little-endian, unit length
    # int8, the vectors of its different words one after the other; only index files are made from it
    word_vectors: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)


class IndexChange(Base):
    """One passage that was added or removed. Processes apply the rows above the last id that they have seen."""

    __tablename__ = "index_changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(20))
    passage_id: Mapped[int]
    operation: Mapped[str] = mapped_column(String(10))  # add | remove
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class IndexedDocument(Base):
    """What of a document is in the index, so that an unchanged one is not even chunked again."""

    __tablename__ = "indexed_documents"
    __table_args__ = (UniqueConstraint("document_kind", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_kind: Mapped[str] = mapped_column(String(20))
    document_id: Mapped[int]
    collection: Mapped[str] = mapped_column(String(20))
    content_hash: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(100))
    indexed_at: Mapped[datetime] = mapped_column(default=utc_now)
