"""Running jobs: lanes that claim and run one after the other, with a heartbeat while one is running.

What must not wait behind long work has a lane of its own, so that an article is found at once also while an import is running.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import ConflictError, InvalidInputError, KbError, NotFoundError
from kb.core.log_context import about_in_log
from kb.core.signals import JOBS as ANY_JOBS
from kb.core.signals import Watch, jobs_of
from kb.core.tracing import span
from kb.jobs.claiming import (
    LEASE,
    Claimed,
    claim,
    close,
    finish,
    finish_without_trace,
    give_up_lost,
    heartbeat,
    is_cancel_requested,
    is_due,
    release,
    try_again,
)
from kb.jobs.queue import JOBS, MAX_ATTEMPTS, OPEN, enqueue
from kb.tables import Job, JobState

logger = logging.getLogger(__name__)

# Seconds between two looks for work.
POLL = 0.1
# Between two looks at the clock where no change is heard of; between two beats; between two rounds of housekeeping.
_CLOCK, _BEAT, _HOUSEKEEPING = 1.0, 1.0, 30.0
# Before work that failed for good is taken up again because it is still wanted.
_PAUSE_AFTER_FAILURE = timedelta(minutes=1)
# What another attempt cannot mend.
_FINAL = (InvalidInputError, NotFoundError)


class JobStoppedError(Exception):
    """Raised by `JobContext.progress` where the job must stop: cancelled, lost, or its worker is stopping."""


@dataclass
class JobContext:
    """What a handler works with: the database, what was asked for, and `progress`, which it calls between steps."""

    engine: Engine
    payload: Mapping[str, Any]
    progress: Callable[[int, int], None]


# Returns figures about what was done, or None where there was nothing to do: a recurring job then leaves no row.
# Run again it goes on where it was stopped.
Handler = Callable[[JobContext], dict[str, Any] | None]
# Told of each run: kind, how it ended (done, nothing, failed, retried, cancelled, given_back, lost), seconds.
RunEnded = Callable[[str, str, float], None]


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    every: how often it runs by itself. is_wanted: tells, by reading as little as can be, that there is work for it, so that
    nobody need ask for it. lane: kinds of one lane wait for each other in a worker, those of others do not. is_ready: False
    while this worker leaves the whole lane to others, for want of something on its machine.
    """

    name: str
    handler: Handler
    every: timedelta | None = None
    is_wanted: Callable[[Session], bool] | None = None
    lane: str = "other"
    max_attempts: int = MAX_ATTEMPTS
    is_ready: Callable[[], bool] | None = None


class Worker:
    """Takes jobs of `kinds` until `stop` is set. name: of this process, and of no other."""

    def __init__(
        self,
        engine: Engine,
        kinds: Mapping[str, Kind],
        name: str,
        ended: RunEnded | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._engine, self._kinds, self._name = engine, kinds, name
        self._ended = ended or _nobody_asks
        self.stop = stop or threading.Event()

    def run(self) -> None:
        """Returns when `stop` is set and the running jobs have ended or have been given back."""
        names: dict[str, list[str]] = {}
        for kind in self._kinds.values():
            names.setdefault(kind.lane, []).append(kind.name)
        lanes = [
            threading.Thread(target=self._run_lane, args=(lane, some), name=f"jobs-{lane}")
            for lane, some in names.items()
        ]
        for lane in lanes:
            lane.start()
        while not self.stop.is_set():
            try:
                schedule(self._engine, self._kinds)
                give_up_lost(self._engine)
            except SQLAlchemyError as error:
                logger.warning("The schedule of jobs could not be looked after: %s", _in_words(error))
            self.stop.wait(_HOUSEKEEPING)
        for lane in lanes:
            lane.join()

    def _run_lane(self, lane: str, names: list[str]) -> None:
        look = _Look(self._engine, [self._kinds[name] for name in names])
        own = f"{self._name}/{lane}"
        with Watch(self._engine, ANY_JOBS, *map(jobs_of, names)) as watch:
            while not self.stop.is_set():
                try:
                    if look.is_due() and run_next(self._engine, self._kinds, own, names, self.stop, self._ended):
                        continue
                except SQLAlchemyError as error:
                    logger.warning("No job could be taken: %s", _in_words(error))
                    look.close()
                    self.stop.wait(_BEAT)
                watch.wait(POLL, _CLOCK)
        look.close()


def run_next(
    engine: Engine,
    kinds: Mapping[str, Kind],
    worker: str,
    names: list[str],
    stop: threading.Event | None = None,
    ended: RunEnded | None = None,
) -> bool:
    """Claim one job and run it to its end, whatever that is; False where there was none to claim."""
    claimed = claim(engine, worker, names)
    if claimed is None:
        return False
    started = time.perf_counter()
    about: dict[str, str | int] = {"job_id": claimed.id, "job_kind": claimed.kind, "attempt": claimed.attempt}
    with (
        about_in_log(about),
        span(f"job {claimed.kind}", **{f"kb.{key}": value for key, value in about.items()}) as trace,
    ):
        how = _run(engine, kinds[claimed.kind], claimed, stop or threading.Event())
        trace.set_attribute("kb.job_ended", how)
        seconds = time.perf_counter() - started
        (ended or _nobody_asks)(claimed.kind, how, seconds)
        logger.info("Job %d (%s): %s in %.2f s", claimed.id, claimed.kind, how, seconds)
    return True


def _run(engine: Engine, kind: Kind, claimed: Claimed, stop: threading.Event) -> str:
    """How it ended, in one word; see RunEnded."""
    beat = _Heartbeat(engine, claimed, stop)
    try:
        with beat:
            beat.progress(0, 0)
            result = kind.handler(JobContext(engine, claimed.payload, beat.progress))
    except JobStoppedError:
        if beat.cancelled:
            close(engine, claimed, JobState.CANCELLED, "", next_at=_next(kind))
            return "cancelled"
        if beat.lost:
            return "lost"
        release(engine, claimed)
        return "given_back"
    except Exception as error:  # noqa: BLE001  # a handler may fail in any way; the worker goes on
        logger.warning("Job %d (%s), attempt %d: %s", claimed.id, claimed.kind, claimed.attempt, _for_log(error))
        if beat.cancelled:
            close(engine, claimed, JobState.CANCELLED, _in_words(error), next_at=_next(kind))
            return "cancelled"
        if claimed.is_last_attempt or isinstance(error, _FINAL):
            close(engine, claimed, JobState.FAILED, _in_words(error), next_at=_next(kind))
            return "failed"
        try_again(engine, claimed, _in_words(error))
        return "retried"
    if result is None and kind.every is not None:
        finish_without_trace(engine, claimed, next_at=_next(kind))
        return "nothing"
    finish(engine, claimed, result or {}, *beat.at, next_at=_next(kind))
    return "done"


def _nobody_asks(_kind: str, _how: str, _seconds: float) -> None:
    return None


def run_now(engine: Engine, kinds: Mapping[str, Kind], name: str, worker: str) -> None:
    """Do the work of a kind in this process, for a command that needs it done; waits where a worker is at it.

    Raises ConflictError where it failed.
    """
    with session_scope(engine) as session:
        enqueue(session, name)
    patience = threading.Event()
    while _is_open(engine, name):
        if not run_next(engine, kinds, worker, [name]):
            patience.wait(POLL)
    with Session(engine) as session:
        last = session.scalars(
            select(Job).where(Job.kind == name, Job.key == "").order_by(Job.id.desc()).limit(1)
        ).first()
    if last is not None and last.error:
        raise ConflictError(f"The job “{name}” failed: {last.error}", remedy="What runs, waits and failed: kb jobs")


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


class _Look:
    """Tells whether there may be work, for next to nothing: on SQLite a number says whether anybody has written at all."""

    def __init__(self, engine: Engine, kinds: Sequence[Kind]) -> None:
        self._engine, self._names = engine, [kind.name for kind in kinds]
        self._wanted = [kind for kind in kinds if kind.is_wanted is not None]
        self._ready = [kind.is_ready for kind in kinds if kind.is_ready is not None]
        self._connection: Connection | None = None
        self._version: int | None = None
        self._looked_at = utc_now() - timedelta(days=1)

    def is_due(self) -> bool:
        if not all(is_ready() for is_ready in self._ready):
            return False
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        now = utc_now()
        if self._engine.dialect.name == "sqlite":
            version = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
            if version == self._version and now - self._looked_at < timedelta(seconds=_CLOCK):
                return False
            self._version = version
        self._looked_at = now
        for kind in self._wanted:
            ask_where_wanted(self._engine, kind, now=now)
        due = is_due(self._connection, self._names, now=now)
        if due:
            self._version = None  # there may be more behind it
        return due

    def close(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


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


class _Heartbeat:
    """Keeps a job's lease while its handler works, from a thread of its own.

    The handler's `progress` writes nothing itself: it may stand inside a transaction that holds SQLite's write lock.
    """

    def __init__(self, engine: Engine, claimed: Claimed, stop: threading.Event) -> None:
        self._engine, self._claimed, self._stop = engine, claimed, stop
        self.at = (0, 0)
        self.cancelled = self.lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"job-{claimed.id}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, done: int, total: int) -> None:
        self.at = (done, total)
        if self.cancelled or self.lost or self._stop.is_set():
            raise JobStoppedError

    def _beat(self) -> None:
        told, renewed = self.at, utc_now()
        while not self._ended.wait(_BEAT):
            now, at = utc_now(), self.at
            try:
                if at != told or now - renewed > LEASE / 4:
                    self.lost = not heartbeat(self._engine, self._claimed, *at, now=now)
                    told, renewed = at, now
                self.cancelled = self.cancelled or is_cancel_requested(self._engine, self._claimed)
            except SQLAlchemyError as error:  # a locked database: the lease outlasts many beats
                logger.warning("The lease of job %d could not be renewed: %s", self._claimed.id, _in_words(error))


def _next(kind: Kind) -> Any:
    return None if kind.every is None else utc_now() + kind.every


def _is_open(engine: Engine, name: str) -> bool:
    with Session(engine) as session:
        states = [state.value for state in OPEN]
        due = Job.run_at <= utc_now()
        found = select(Job.id).where(Job.kind == name, Job.key == "", Job.state.in_(states), due)
        return session.execute(found.limit(1)).first() is not None


def _in_words(error: Exception) -> str:
    """One line for the person who looks after the server; of a database's error only its first, which holds no data."""
    if isinstance(error, KbError):
        return str(error)
    shown = getattr(error, "orig", None) or error
    lines = str(shown).splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


def _for_log(error: Exception) -> str:
    """Of an error that is not ours only its kind, and the state that a database gives it: its words may quote what was sent."""
    if isinstance(error, KbError):
        return str(error)
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"{type(error).__name__}{f' {state}' if state else ''} (what it says: kb jobs)"
