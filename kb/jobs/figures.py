"""How the queue of jobs stands, for those who watch it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Job, JobState

# What failed longer ago is no news.
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class KindFigures:
    """Jobs of one kind. waiting: due; scheduled: for later; failed: given up within LATELY. Times in seconds, 0 where there is
    none."""

    kind: str
    waiting: int
    scheduled: int
    running: int
    failed: int
    oldest_wait: float
    longest_run: float


@dataclass(frozen=True)
class Failing:
    """Work whose last run failed. error: in the words of the job, for whoever runs the place."""

    job_id: int
    kind: str
    error: str
    at: datetime


def job_figures(session: Session, *, now: datetime | None = None) -> list[KindFigures]:
    """By kind, of all kinds that have any. One statement."""
    now = now or utc_now()
    waits = Job.state == JobState.WAITING.value
    is_due, runs = and_(waits, Job.run_at <= now), Job.state == JobState.RUNNING.value
    failed = and_(Job.state == JobState.FAILED.value, Job.finished_at > now - LATELY)
    rows = session.execute(
        select(
            Job.kind,
            func.count().filter(is_due),
            func.count().filter(and_(waits, Job.run_at > now)),
            func.count().filter(runs),
            func.count().filter(failed),
            func.min(Job.run_at).filter(is_due),
            func.min(Job.started_at).filter(runs),
        )
        .where(or_(waits, runs, failed))
        .group_by(Job.kind)
        .order_by(Job.kind)
    )
    return [KindFigures(*row[:5], _since(row[5], now), _since(row[6], now)) for row in rows]


def failing_jobs(session: Session) -> list[Failing]:
    """The work (kind and key) whose last run that ended was a failure, the newest first. One statement."""
    ended = (JobState.DONE.value, JobState.FAILED.value)
    place = func.row_number().over(partition_by=(Job.kind, Job.key), order_by=(Job.finished_at.desc(), Job.id.desc()))
    last = select(Job.id, place.label("place")).where(Job.state.in_(ended)).subquery()
    rows = session.execute(
        select(Job.id, Job.kind, Job.error, Job.finished_at)
        .join(last, last.c.id == Job.id)
        .where(last.c.place == 1, Job.state == JobState.FAILED.value)
        .order_by(Job.finished_at.desc())
    )
    return [Failing(row.id, row.kind, row.error, row.finished_at) for row in rows if row.finished_at]


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
