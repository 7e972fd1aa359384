"""Collections in Milvus: which are filled, which serve, which are to be dropped, and what is known of all their passages."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class MilvusState(StrEnum):
    FILLING = "filling"
    LIVE = "live"
    RETIRED = "retired"


class MilvusCollection(Base):
    """One collection of one build. The live ones are switched in one transaction: it is what readers follow."""

    __tablename__ = "milvus_collections"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    build_id: Mapped[int]
    collection: Mapped[str] = mapped_column(String(20))  # help | internal | tickets
    name: Mapped[str] = mapped_column(String(100), unique=True)  # in Milvus
    fingerprint: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=0)  # rises with everything that is written below
    change_id: Mapped[int] = mapped_column(BigInteger, default=0)  # the last row of `index_changes` that is in it
    passages: Mapped[int] = mapped_column(default=0)
    # [change_id, seconds since 1970]: what was in it when; see `indexer.backends.milvus.writer`
    recent: Mapped[list[list[float]]] = mapped_column(JSON, default=list)
    forgotten: Mapped[int] = mapped_column(BigInteger, default=0)  # rows of `index_changes` up to it are deleted
    statistics: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    retired_at: Mapped[datetime | None]
