"""Running one job to its end, whatever that is, with a heartbeat that keeps its lease."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import ConflictError, InvalidInputError, KbError, NotFoundError
from kb.core.log_context import about_in_log
from kb.core.tracing import span
from kb.jobs.claiming import (
    LEASE,
    Claimed,
    claim,
    close,
    finish,
    finish_without_trace,
    heartbeat,
    is_cancel_requested,
    release,
    try_again,
)
from kb.jobs.kind import JobContext, JobStoppedError, Kind, RunEnded
from kb.jobs.queue import OPEN, enqueue
from kb.tables import Job, JobState

logger = logging.getLogger(__name__)

# Seconds: between two beats; between two looks whether another worker is done.
BEAT, _POLL = 1.0, 0.1
# What another attempt cannot mend.
_FINAL = (InvalidInputError, NotFoundError)


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
        if ended is not None:
            ended(claimed.kind, how, seconds)
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
            close(engine, claimed, JobState.CANCELLED, in_words(error), next_at=_next(kind))
            return "cancelled"
        if claimed.is_last_attempt or isinstance(error, _FINAL):
            close(engine, claimed, JobState.FAILED, in_words(error), next_at=_next(kind))
            return "failed"
        try_again(engine, claimed, in_words(error))
        return "retried"
    if result is None and kind.every is not None:
        finish_without_trace(engine, claimed, next_at=_next(kind))
        return "nothing"
    finish(engine, claimed, result or {}, *beat.at, next_at=_next(kind))
    return "done"


def run_now(engine: Engine, kinds: Mapping[str, Kind], name: str, worker: str) -> None:
    """Do the work of a kind in this process, for a command that needs it done; waits where a worker is at it.

    Raises ConflictError where it failed.
    """
    with session_scope(engine) as session:
        enqueue(session, name)
    patience = threading.Event()
    while _is_open(engine, name):
        if not run_next(engine, kinds, worker, [name]):
            patience.wait(_POLL)
    with Session(engine) as session:
        last = session.scalars(
            select(Job).where(Job.kind == name, Job.key == "").order_by(Job.id.desc()).limit(1)
        ).first()
    if last is not None and last.error:
        raise ConflictError(f"The job “{name}” failed: {last.error}", remedy="What runs, waits and failed: kb jobs")


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
        while not self._ended.wait(BEAT):
            now, at = utc_now(), self.at
            try:
                if at != told or now - renewed > LEASE / 4:
                    self.lost = not heartbeat(self._engine, self._claimed, *at, now=now)
                    told, renewed = at, now
                self.cancelled = self.cancelled or is_cancel_requested(self._engine, self._claimed)
            except SQLAlchemyError as error:  # a locked database: the lease outlasts many beats
                logger.warning("The lease of job %d could not be renewed: %s", self._claimed.id, in_words(error))


def _next(kind: Kind) -> Any:
    return None if kind.every is None else utc_now() + kind.every


def _is_open(engine: Engine, name: str) -> bool:
    with Session(engine) as session:
        states = [state.value for state in OPEN]
        due = Job.run_at <= utc_now()
        found = select(Job.id).where(Job.kind == name, Job.key == "", Job.state.in_(states), due)
        return session.execute(found.limit(1)).first() is not None


def in_words(error: Exception) -> str:
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
