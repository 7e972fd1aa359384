"""What a kind of job is, and what its handler works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kb.jobs.queue import MAX_ATTEMPTS


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
