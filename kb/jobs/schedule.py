"""What comes into the queue by itself: recurring kinds by the clock, others since the database has work for them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.jobs.kind import Kind
from kb.jobs.queue import JOBS, OPEN, enqueue
from kb.tables import JobState

# Before work that failed for good is taken up again because it is still wanted.
_PAUSE_AFTER_FAILURE = timedelta(minutes=1)


def schedule(engine: Engine, kinds: Mapping[str, Kind]) -> None:
    """Put recurring kinds that neither wait nor run into the queue, for when they are due."""
    recurring = {name: kind for name, kind in kinds.items() if kind.every is not None}
    with engine.connect() as connection:
        open_states = [state.value for state in OPEN]
        there = set(connection.scalars(select(JOBS.c.kind).where(JOBS.c.state.in_(open_states), JOBS.c.key == "")))
        ended = (
            select(JOBS.c.kind, func.max(JOBS.c.finished_at)).where(JOBS.c.kind.in_(recurring)).group_by(JOBS.c.kind)
        )
        last = {name: at for name, at in connection.execute(ended)}  # noqa: C416  # rows are no pairs for mypy
    for name in sorted(recurring.keys() - there):
        kind = recurring[name]
        assert kind.every is not None
        run_at = last[name] + kind.every if last.get(name) else utc_now()
        with engine.begin() as connection:
            enqueue(connection, name, run_at=run_at, max_attempts=kind.max_attempts)


def ask_where_wanted(engine: Engine, kind: Kind, *, now: datetime | None = None) -> None:
    """Put a kind into the queue that has work, unless it waits or runs already, or has failed for good a moment ago."""
    now = now or utc_now()
    with Session(engine) as session:
        if kind.is_wanted is None or not kind.is_wanted(session):
            return
        states = [state.value for state in OPEN]
        just_failed = (JOBS.c.state == JobState.FAILED.value) & (JOBS.c.finished_at > now - _PAUSE_AFTER_FAILURE)
        same = select(JOBS.c.id).where(JOBS.c.kind == kind.name, JOBS.c.key == "")
        if session.execute(same.where(JOBS.c.state.in_(states) | just_failed).limit(1)).first() is None:
            enqueue(session, kind.name, max_attempts=kind.max_attempts)
            session.commit()
