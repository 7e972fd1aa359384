"""Putting work into the queue, and looking at it. The caller commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, case, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import ConflictError, NotFoundError
from kb.tables import Job, JobState

JOBS = cast(Table, Job.__table__)
MAX_ATTEMPTS = 5
# States of work that is not over.
OPEN = (JobState.WAITING, JobState.RUNNING)


def enqueue(
    session: Session | Connection,
    kind: str,
    *,
    key: str = "",
    payload: dict[str, Any] | None = None,
    run_at: datetime | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> int:
    """Ask for work in the caller's transaction; returns the job's id.

    Where the same (kind and key) waits already, that job is returned, made to run no later than `run_at` (now, if none is
    given), with its own payload. Its row is held until the caller commits, so that it cannot be run before then, without
    seeing what the caller has changed.
    """
    connection = session.connection() if isinstance(session, Session) else session
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    now = utc_now()
    new = insert(JOBS).values(
        kind=kind,
        key=key,
        payload=payload or {},
        state=JobState.WAITING.value,
        run_at=run_at or now,
        attempts=0,
        max_attempts=max_attempts,
        worker="",
        cancel_requested=False,
        done=0,
        total=0,
        error="",
        created_at=now,
    )
    sooner = case((new.excluded.run_at < JOBS.c.run_at, new.excluded.run_at), else_=JOBS.c.run_at)
    upsert = new.on_conflict_do_update(
        index_elements=[JOBS.c.kind, JOBS.c.key],
        index_where=text("state = 'waiting'"),  # as in the index: PostgreSQL knows it by its text
        set_={"run_at": sooner},
    )
    return int(connection.execute(upsert.returning(JOBS.c.id)).scalar_one())


def get_job(session: Session, job_id: int) -> Job:
    """Raises NotFoundError."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFoundError(f"There is no job {job_id}.", remedy="The list is shown by: kb jobs")
    return job


def list_jobs(session: Session, *, finished: int = 20, kinds: Sequence[str] | None = None) -> list[Job]:
    """What runs, then what waits by its time, then what is over, the last first: at most `finished` of each end state.

    Two statements.
    """
    chosen = select(Job) if kinds is None else select(Job).where(Job.kind.in_(kinds))
    order = case((Job.state == JobState.RUNNING.value, 0), else_=1)
    going = session.scalars(
        chosen.where(Job.state.in_([state.value for state in OPEN])).order_by(order, Job.run_at, Job.id)
    )
    place = func.row_number().over(partition_by=Job.state, order_by=(Job.finished_at.desc(), Job.id.desc()))
    over = chosen.with_only_columns(Job.id, place.label("place")).where(Job.finished_at.is_not(None)).subquery()
    ended = session.scalars(
        select(Job)
        .join(over, over.c.id == Job.id)
        .where(over.c.place <= finished)
        .order_by(Job.finished_at.desc(), Job.id.desc())
    )
    return [*going, *ended]


def cancel_job(session: Session, job_id: int) -> Job:
    """Take a waiting job out of the queue; ask a running one to stop at its next step.

    Raises NotFoundError, and ConflictError for a job that is over.
    """
    job = get_job(session, job_id)
    now = utc_now()
    own = update(Job).where(Job.id == job_id).execution_options(synchronize_session=False)
    taken_out = session.connection().execute(
        own.where(Job.state == JobState.WAITING.value).values(state=JobState.CANCELLED.value, finished_at=now)
    )
    if not taken_out.rowcount:
        asked = session.connection().execute(
            own.where(Job.state == JobState.RUNNING.value).values(cancel_requested=True)
        )
        if not asked.rowcount:
            raise ConflictError(f"Job {job_id} is over: {job.state}.")
    session.refresh(job)
    return job


def retry_job(session: Session, job_id: int) -> Job:
    """Run a job that failed or was cancelled again, or a waiting one at once; returns the one that now waits.

    Raises NotFoundError, and ConflictError for a job that runs or is done.
    """
    job = get_job(session, job_id)
    if job.state in {JobState.RUNNING, JobState.DONE}:
        raise ConflictError(f"Job {job_id} cannot be run again: it is {job.state}.")
    again = enqueue(session, job.kind, key=job.key, payload=job.payload, max_attempts=job.max_attempts)
    return get_job(session, again)
