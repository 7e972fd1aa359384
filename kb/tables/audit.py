"""Who did what, when, from where: rows that are only ever added, each with the hash of the one before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base


class AuditEvent(Base):
    """The database itself refuses to change or delete one (triggers of the migration). No foreign keys: people go, this stays."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3 … without a gap
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(320))  # their address then; "" for nobody
    address: Mapped[str] = mapped_column(String(45))
    about: Mapped[str] = mapped_column(String(320))  # whom or what it was done to
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The end of the chain (one row, number 1), and where it begins after what is old was deleted."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")
    pruned_through: Mapped[int] = mapped_column(default=0)
    pruned_hash: Mapped[str] = mapped_column(String(64), default="")
