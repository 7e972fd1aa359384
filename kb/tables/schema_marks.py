"""What the database says of itself to programs that are older than it."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base


class SchemaMark(Base):
    """One row, number 1, written by whoever brings the database up to date."""

    __tablename__ = "schema_marks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    works_from: Mapped[str] = mapped_column(
        String(32)
    )  # programs that know this migration work with it, see docs/operations.md
