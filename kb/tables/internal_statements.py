"""What internal articles say, sentence by sentence, for telling whether a text to a customer says it too."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base


class InternalStatements(Base):
    """The sentences, items and rows of one published internal article with their vectors, as of `content_hash`.

    A row whose content_hash is no longer the article's is of an older text, until the next update of the index.
    """

    __tablename__ = "internal_statements"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(200))  # of the encoder and of the way of cutting
    # {"text", "heading", "may_be_said"}: what is quoted there as words for customers may be said to them.
    statements: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    # float16, little-endian: of each statement two vectors, alone and with its headings.
    vectors: Mapped[bytes] = mapped_column(LargeBinary)
