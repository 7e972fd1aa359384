"""How a worker sees that there is work: one look for all lanes."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.jobs import enqueue
from kb.jobs.kind import JobContext, Kind
from kb.jobs.worker import Worker

LANES = 8


@contextmanager
def working(engine: Engine, kinds: list[Kind]) -> Iterator[None]:
    worker = Worker(engine, {kind.name: kind for kind in kinds}, "w")
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop.set()
        thread.join(20)
        assert not thread.is_alive()


def nothing(_context: JobContext) -> dict[str, Any] | None:
    return None


def test_each_kind_is_asked_once_a_look_and_a_look_takes_one_statement_for_all_queues(engine: Engine) -> None:
    asked: list[float] = []
    statements: list[str] = []

    def is_wanted(_session: Session) -> bool:
        asked.append(time.monotonic())
        return False

    kinds = [Kind(f"kind{number}", nothing, is_wanted=is_wanted, lane=f"lane{number}") for number in range(LANES)]
    with working(engine, kinds):
        time.sleep(1)  # all lanes have looked for themselves
        asked.clear()
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        begun = time.monotonic()
        while time.monotonic() - begun < 2:
            with engine.begin() as connection:
                connection.execute(text("UPDATE users SET name = name"))
            time.sleep(0.01)
        seconds = time.monotonic() - begun
    looks = len(asked) / LANES
    # Ten a second at most, however often somebody writes.
    assert 1 <= looks <= 12 * seconds
    queues = [statement for statement in statements if "FROM jobs" in statement]
    assert len(queues) <= looks + 5  # housekeeping too


def test_a_kind_that_cannot_tell_holds_up_no_other(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    ran = threading.Event()

    def fails(_session: Session) -> bool:
        raise OperationalError("SELECT", None, Exception("no such table"))

    def breaks(_session: Session) -> bool:
        raise OSError("the folder is gone")

    def run(_context: JobContext) -> dict[str, Any]:
        ran.set()
        return {}

    kinds = [
        Kind("fails", nothing, is_wanted=fails, lane="fails"),
        Kind("breaks", nothing, is_wanted=breaks, lane="breaks"),
        Kind("work", run, lane="work"),
    ]
    with working(engine, kinds):
        time.sleep(1.5)
        with session_scope(engine) as session:
            enqueue(session, "work")
        assert ran.wait(3)
    assert "the folder is gone" in caplog.text


def test_what_is_asked_for_while_a_lane_ends_its_work_is_not_overlooked(engine: Engine) -> None:
    """Each comes at some moment between the end of the job before and the lane's being free: none waits for long."""
    done: list[int] = []

    def run(context: JobContext) -> dict[str, Any]:
        done.append(context.payload["number"])
        return {}

    with working(engine, [Kind("work", run)]):
        for number in range(20):
            with session_scope(engine) as session:
                enqueue(session, "work", key=str(number), payload={"number": number})
            end = time.monotonic() + 5
            while len(done) <= number:
                assert time.monotonic() < end, "it was overlooked"
                time.sleep(0.005)
    assert done == list(range(20))
