from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from kb.core.database import session_scope
from kb.core.log_context import log_about
from kb.jobs import enqueue
from kb.jobs.kind import JobContext, Kind
from kb.jobs.running import run_next
from webapp.shared.meters import observe_job


@pytest.fixture
def run_job(engine: Engine) -> Callable[..., object]:
    """Runs one job of the kind `work`; returns what the lines of its log are about."""

    def run(*, fails: bool = False) -> object:
        seen: list[object] = []

        def handler(_context: JobContext) -> None:
            seen.append(dict(log_about()))
            if fails:
                raise ValueError("asha@example.com is none")

        with session_scope(engine) as session:
            enqueue(session, "work", max_attempts=1)
        assert run_next(engine, {"work": Kind("work", handler)}, "w", ["work"], ended=observe_job)
        return seen[0]

    return run
