"""How often somebody asked lately, where several machines count together."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base


class LimitCount(Base):
    """Not in PostgreSQL's log (UNLOGGED): lost when it crashes, which does no harm."""

    __tablename__ = "limit_counts"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # SHA-256 of who and what
    count: Mapped[int] = mapped_column(default=0)
    ends: Mapped[float] = mapped_column(index=True)  # seconds since 1970
