"""How workers take jobs and say what became of them. Each function is a short transaction of its own.

A job belongs to the worker that claimed it for as long as its lease lasts; whoever lost it changes nothing any more, since
every later statement names the worker and the attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Update,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from kb.core.clock import utc_now
from kb.jobs.queue import JOBS, enqueue
from kb.tables import JobState

LEASE = timedelta(seconds=60)
# What was made or begun so much later than now was so by a clock that has been set back. Clocks of machines differ by less.
_AHEAD = timedelta(seconds=60)
_LONGEST_BACK_OFF = timedelta(minutes=10)
# Tries of a transaction that another worker's insert can collide with.
_TRIES = 3
_WAITING, _RUNNING = JobState.WAITING.value, JobState.RUNNING.value


def _condition() -> ColumnElement[bool]:
    same = JOBS.alias("same")
    runs_already = exists().where(same.c.kind == _JOB.c.kind, same.c.key == _JOB.c.key, same.c.state == _RUNNING)
    now, ahead = bindparam("due_now", type_=JOBS.c.run_at.type), bindparam("due_ahead", type_=JOBS.c.run_at.type)
    # Its time is that of the other clock, which may come again only in hours.
    is_of_other_clock = or_(_JOB.c.created_at > ahead, _JOB.c.started_at > ahead)
    due = or_(
        and_(_JOB.c.state == _WAITING, or_(_JOB.c.run_at <= now, is_of_other_clock), ~runs_already),
        and_(_JOB.c.state == _RUNNING, _JOB.c.lease_until <= now, _JOB.c.attempts < _JOB.c.max_attempts),
    )
    return and_(_JOB.c.kind.in_(bindparam("due_kinds", expanding=True)), due)


def _of(kinds: Sequence[str], now: datetime | None) -> dict[str, Any]:
    """The parameters of `_DUE` and `_DUE_KINDS`."""
    now = now or utc_now()
    return {"due_kinds": list(kinds), "due_now": now, "due_ahead": now + _AHEAD}


# Made once: putting such a statement together costs more than asking it, ten times a second.
_JOB = JOBS.alias("due")
# The id of the job to take next; the kinds of all that could be taken.
_DUE = select(_JOB.c.id).where(_condition()).order_by(_JOB.c.run_at, _JOB.c.id).limit(1)
_DUE_KINDS = select(_JOB.c.kind).where(_condition()).distinct()


@dataclass(frozen=True)
class Claimed:
    """A job that this worker may run. attempt: 1 for the first."""

    id: int
    kind: str
    key: str
    attempt: int
    max_attempts: int
    worker: str
    payload: dict[str, Any] = field(repr=False)  # may hold what people wrote

    @property
    def is_last_attempt(self) -> bool:
        return self.attempt >= self.max_attempts


def back_off(attempt: int) -> timedelta:
    """How long to wait after this attempt (1 is the first) has failed: 2, 8, 32 … seconds, ten minutes at most."""
    return min(timedelta(seconds=2 * 4 ** min(attempt - 1, 10)), _LONGEST_BACK_OFF)


def claim(engine: Engine, worker: str, kinds: Sequence[str], *, now: datetime | None = None) -> Claimed | None:
    """Take the job that has waited longest, or one whose worker let its lease run out; None where there is none.

    One statement, so that no two workers can take the same: SQLite lets one writer in at a time, PostgreSQL skips the rows
    that others are taking. Nothing is taken while the same work (kind and key) is running.
    """
    now = now or utc_now()
    first = _DUE.params(_of(kinds, now)).with_for_update(skip_locked=True).scalar_subquery()
    take = (
        update(JOBS)
        .where(JOBS.c.id == first)
        .values(
            state=_RUNNING,
            worker=worker,
            lease_until=now + LEASE,
            attempts=JOBS.c.attempts + 1,
            started_at=now,
            done=0,
            total=0,
        )
        .returning(JOBS)
    )
    for _ in range(_TRIES):
        try:
            with engine.begin() as connection:
                row = connection.execute(take).mappings().one_or_none()
        except IntegrityError:  # another worker has begun the same work in this moment (PostgreSQL)
            continue
        return None if row is None else _claimed(row)
    return None


def is_due(connection: Connection, kinds: Sequence[str], *, now: datetime | None = None) -> bool:
    """Whether there is anything to claim. Only reads: on SQLite even a claim that finds nothing takes the write lock."""
    return connection.execute(_DUE, _of(kinds, now)).first() is not None


def find_due_kinds(connection: Connection, kinds: Sequence[str], *, now: datetime | None = None) -> set[str]:
    """Those of which there is something to claim."""
    return set(connection.scalars(_DUE_KINDS, _of(kinds, now)))


def give_up_lost(engine: Engine, *, now: datetime | None = None) -> int:
    """Close jobs whose last attempt let its lease run out: their worker died. Returns how many."""
    now = now or utc_now()
    over = and_(JOBS.c.state == _RUNNING, JOBS.c.lease_until <= now, JOBS.c.attempts >= JOBS.c.max_attempts)
    with engine.connect() as connection:
        if connection.execute(select(JOBS.c.id).where(over).limit(1)).first() is None:
            return 0
    values = {"state": JobState.FAILED.value, "finished_at": now, "error": "The worker that ran it died."}
    with engine.begin() as connection:
        return connection.execute(update(JOBS).where(over).values(values)).rowcount


def heartbeat(engine: Engine, claimed: Claimed, done: int, total: int, *, now: datetime | None = None) -> bool:
    """Keep the job and tell where it is. False where it is not this worker's any more."""
    now = now or utc_now()
    with engine.begin() as connection:
        kept = connection.execute(_own(claimed).values(lease_until=now + LEASE, done=done, total=total))
    return bool(kept.rowcount)


def is_cancel_requested(engine: Engine, claimed: Claimed) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(select(JOBS.c.cancel_requested).where(JOBS.c.id == claimed.id)))


def finish(
    engine: Engine, claimed: Claimed, result: dict[str, Any], done: int, total: int, *, next_at: datetime | None = None
) -> bool:
    """The job is done; with `next_at` the same work is put into the queue for then. False where it was lost."""
    values = {"state": JobState.DONE.value, "result": result, "error": "", "done": done, "total": total}
    return _end(engine, claimed, values, next_at)


def finish_without_trace(engine: Engine, claimed: Claimed, *, next_at: datetime | None = None) -> bool:
    """As `finish`, for work that found nothing to do: no row stays, or every minute would leave one."""
    with engine.begin() as connection:
        gone = connection.execute(JOBS.delete().where(*_is_own(claimed))).rowcount
        if gone and next_at is not None:
            _ask_again(connection, claimed, next_at)
    return bool(gone)


def close(engine: Engine, claimed: Claimed, state: JobState, error: str, *, next_at: datetime | None = None) -> bool:
    """The job has failed for good, or was cancelled. False where it was lost."""
    return _end(engine, claimed, {"state": state.value, "error": error}, next_at)


def try_again(engine: Engine, claimed: Claimed, error: str, *, now: datetime | None = None) -> None:
    """Let a job that failed wait for its next attempt.

    Where the same work waits already, that job stands for this one: it takes over the attempts and the delay.
    """
    now = now or utc_now()
    retry_at = now + back_off(claimed.attempt)
    sibling = and_(JOBS.c.kind == claimed.kind, JOBS.c.key == claimed.key, JOBS.c.state == _WAITING)
    later = case((JOBS.c.run_at < retry_at, retry_at), else_=JOBS.c.run_at)
    attempts = case((JOBS.c.attempts < claimed.attempt, claimed.attempt), else_=JOBS.c.attempts)
    for _ in range(_TRIES):
        try:
            with engine.begin() as connection:
                stands_in = connection.execute(update(JOBS).where(sibling).values(run_at=later, attempts=attempts))
                over = {"state": JobState.FAILED.value, "finished_at": now}
                waits = {"state": _WAITING, "run_at": retry_at}
                after = over if stands_in.rowcount else waits
                connection.execute(_own(claimed).values(error=error, worker="", lease_until=None, **after))
        except IntegrityError:  # the same was asked for in this moment: it stands for this one
            continue
        return


def release(engine: Engine, claimed: Claimed) -> None:
    """Give a job back as it was, for another worker to go on: this one is stopping. It does not count as an attempt."""
    with engine.begin() as connection:
        waits = exists().where(
            (same := JOBS.alias("same")).c.kind == JOBS.c.kind, same.c.key == JOBS.c.key, same.c.state == _WAITING
        )
        # Where the same waits already, only the lease is ended: the next claim takes this row over.
        connection.execute(_own(claimed).where(waits).values(lease_until=utc_now(), attempts=JOBS.c.attempts - 1))
        connection.execute(
            _own(claimed)
            .where(~waits)
            .values(state=_WAITING, worker="", lease_until=None, attempts=claimed.attempt - 1, run_at=utc_now())
        )


def _end(engine: Engine, claimed: Claimed, values: dict[str, Any], next_at: datetime | None) -> bool:
    with engine.begin() as connection:
        ended = connection.execute(_own(claimed).values(finished_at=utc_now(), lease_until=None, **values)).rowcount
        if ended and next_at is not None:
            _ask_again(connection, claimed, next_at)
    return bool(ended)


def _ask_again(connection: Connection, claimed: Claimed, next_at: datetime) -> None:
    enqueue(
        connection,
        claimed.kind,
        key=claimed.key,
        payload=claimed.payload,
        run_at=next_at,
        max_attempts=claimed.max_attempts,
    )


def _is_own(claimed: Claimed) -> tuple[Any, ...]:
    return (
        JOBS.c.id == claimed.id,
        JOBS.c.state == _RUNNING,
        JOBS.c.worker == claimed.worker,
        JOBS.c.attempts == claimed.attempt,
    )


def _own(claimed: Claimed) -> Update:
    return update(JOBS).where(*_is_own(claimed))


def _claimed(row: RowMapping) -> Claimed:
    return Claimed(
        row["id"], row["kind"], row["key"], row["attempts"], row["max_attempts"], row["worker"], row["payload"]
    )
