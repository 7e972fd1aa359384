"""Files that were sent and that a job has still to read."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class UploadPart(Base):
    """A block of a file. Not redacted yet, so compressed and sealed with the server's key."""

    __tablename__ = "upload_parts"
    __table_args__ = (UniqueConstraint("upload", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    upload: Mapped[str] = mapped_column(String(32))  # random
    number: Mapped[int]  # from 0
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
