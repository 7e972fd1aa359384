"""Work that is done beside the requests: one row a piece of work, claimed by workers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """A piece of work. Of each (kind, key) at most one waits and at most one runs: the database itself sees to it."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "uq_jobs_waiting",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "uq_jobs_running",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_jobs_state_run_at", "state", "run_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200), default="")  # what of this kind: two with one key are the same work
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(20), default=JobState.WAITING)
    run_at: Mapped[datetime] = mapped_column(default=utc_now)  # not before
    attempts: Mapped[int] = mapped_column(default=0)  # begun so far, the running one included
    max_attempts: Mapped[int] = mapped_column(default=5)
    worker: Mapped[str] = mapped_column(String(200), default="")
    lease_until: Mapped[datetime | None]  # a running job whose lease is over is taken by the next worker
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(default=0)  # steps of `total`; 0 of 0 where nobody knows
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
