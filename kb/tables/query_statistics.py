"""What the questions of each language have in common, learned from settled searches by a job."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class QueryMean(Base):
    """The mean of the short or long questions of one language, as one encoder reads them.

    Rows of a version are written and used together.
    """

    __tablename__ = "query_statistics"
    __table_args__ = (UniqueConstraint("fingerprint", "version", "language", "length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(100))  # of the encoder
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(35))
    length: Mapped[str] = mapped_column(String(10))  # short | long
    count: Mapped[int]  # questions that the mean is of
    mean: Mapped[bytes] = mapped_column(LargeBinary)  # float32, little-endian
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)
