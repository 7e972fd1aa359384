"""What a worker does with its jobs, with real threads and the real clock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import ConflictError, InvalidInputError
from kb.jobs import cancel_job, enqueue
from kb.jobs.kind import JobContext, Kind
from kb.jobs.running import run_next, run_now
from kb.jobs.schedule import schedule
from kb.jobs.worker import Worker
from kb.tables import Job


def kinds_of(handler: Callable[[JobContext], dict[str, Any] | None], **fields: Any) -> dict[str, Kind]:
    return {"work": Kind("work", handler, **fields)}


def ask(engine: Engine, kind: str = "work", **fields: Any) -> int:
    with session_scope(engine) as session:
        return enqueue(session, kind, **fields)


def jobs(engine: Engine) -> list[Job]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


@contextmanager
def working(engine: Engine, kinds: dict[str, Kind], name: str = "w") -> Iterator[Worker]:
    worker = Worker(engine, kinds, name)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.set()
        thread.join(20)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_what_waits_is_taken_at_once_and_its_result_is_kept(engine: Engine) -> None:
    begun: list[float] = []

    def handler(context: JobContext) -> dict[str, Any]:
        begun.append(time.perf_counter())
        context.progress(2, 2)
        return {"sum": context.payload["a"] + 1}

    with working(engine, kinds_of(handler)):
        time.sleep(0.5)
        delays = []
        for number in range(5):
            ask(engine, key=str(number), payload={"a": number})
            asked = time.perf_counter()
            wait_for(lambda number=number: len(begun) > number)  # type: ignore[misc]
            delays.append(begun[number] - asked)
        wait_for(lambda: {job.state for job in jobs(engine)} == {"done"})
    # Looked at every tenth of a second; a busy machine wakes late.
    assert min(delays) <= 0.5, delays
    last = jobs(engine)[-1]
    assert (last.result, last.done, last.total, last.error) == ({"sum": 5}, 2, 2, "")


def test_a_failure_is_tried_again_and_then_kept_in_words(engine: Engine) -> None:
    seen = []

    def handler(context: JobContext) -> dict[str, Any]:
        seen.append(1)
        with context.engine.connect() as connection:
            connection.execute(text("SELECT things FROM nowhere WHERE name = :secret"), {"secret": "asha@x.example"})
        return {}

    ask(engine, max_attempts=2)
    kinds = kinds_of(handler)
    assert run_next(engine, kinds, "w", ["work"])
    (job,) = jobs(engine)
    assert (job.state, job.attempts) == ("waiting", 1)
    assert not run_next(engine, kinds, "w", ["work"])  # not before its time
    with engine.begin() as connection:
        connection.execute(update(Job).values(run_at=utc_now()))
    assert run_next(engine, kinds, "w", ["work"])
    (job,) = jobs(engine)
    assert (job.state, len(seen)) == ("failed", 2)
    assert "nowhere" in job.error
    assert "asha" not in job.error


def test_what_another_try_cannot_mend_is_not_tried_again(engine: Engine) -> None:
    def handler(context: JobContext) -> None:
        raise InvalidInputError("This is no export.", remedy="Choose another file.")

    ask(engine)
    run_next(engine, kinds_of(handler), "w", ["work"])
    (job,) = jobs(engine)
    assert (job.state, job.error) == ("failed", "This is no export. Choose another file.")


def endless(context: JobContext) -> dict[str, Any]:
    step = 0
    while True:
        step += 1
        context.progress(step, 1_000_000)
        time.sleep(0.01)


def test_a_running_job_tells_where_it_is_and_stops_when_it_is_cancelled(engine: Engine) -> None:
    job_id = ask(engine)
    with working(engine, kinds_of(endless)):
        wait_for(lambda: jobs(engine)[0].done > 0)
        with session_scope(engine) as session:
            cancel_job(session, job_id)
        wait_for(lambda: jobs(engine)[0].state == "cancelled")


def test_a_worker_that_stops_gives_back_what_it_runs(engine: Engine) -> None:
    ask(engine)
    with working(engine, kinds_of(endless)):
        wait_for(lambda: jobs(engine)[0].state == "running")
    (job,) = jobs(engine)
    assert (job.state, job.attempts) == ("waiting", 0)


def test_work_of_a_lane_does_not_wait_behind_long_work_of_another(engine: Engine) -> None:
    quick = threading.Event()

    def handler(context: JobContext) -> dict[str, Any]:
        quick.set()
        return {}

    kinds = {"import": Kind("import", endless), "index": Kind("index", handler, lane="index")}
    ask(engine, "import")
    with working(engine, kinds):
        wait_for(lambda: jobs(engine)[0].state == "running")
        ask(engine, "index")
        assert quick.wait(2)


def test_progress_inside_a_writing_transaction_does_not_stop_itself(engine: Engine) -> None:
    def handler(context: JobContext) -> dict[str, Any]:
        with session_scope(context.engine) as session:
            session.execute(text("UPDATE users SET name = name"))
            for step in range(25):  # longer than two beats, holding SQLite's write lock
                context.progress(step, 25)
                time.sleep(0.1)
        return {}

    ask(engine)
    begun = time.monotonic()
    run_next(engine, kinds_of(handler), "w", ["work"])
    assert time.monotonic() - begun < 6
    assert [job.state for job in jobs(engine)] == ["done"]


def test_recurring_work_is_asked_for_again_and_leaves_no_trace_of_having_found_nothing(engine: Engine) -> None:
    found: list[dict[str, Any] | None] = [None, {"new": 3}]
    kinds = kinds_of(lambda context: found.pop(0), every=timedelta(minutes=1))
    schedule(engine, kinds)
    schedule(engine, kinds)
    assert [job.state for job in jobs(engine)] == ["waiting"]
    for expected in (["waiting"], ["done", "waiting"]):
        with engine.begin() as connection:
            connection.execute(update(Job).where(Job.state == "waiting").values(run_at=utc_now()))
        before = utc_now()
        assert run_next(engine, kinds, "w", ["work"])
        assert [job.state for job in jobs(engine)] == expected
        assert jobs(engine)[-1].run_at >= before + timedelta(minutes=1)


def test_recurring_work_goes_on_after_it_failed_for_good_or_was_cancelled(engine: Engine) -> None:
    def handler(context: JobContext) -> None:
        raise InvalidInputError("No.")

    kinds = kinds_of(handler, every=timedelta(hours=1))
    schedule(engine, kinds)
    run_next(engine, kinds, "w", ["work"])
    assert [job.state for job in jobs(engine)] == ["failed", "waiting"]
    with session_scope(engine) as session:
        cancel_job(session, jobs(engine)[1].id)
    schedule(engine, kinds)
    assert [job.state for job in jobs(engine)] == ["failed", "cancelled", "waiting"]
    assert jobs(engine)[-1].run_at > utc_now() + timedelta(minutes=59)


def test_a_command_does_the_work_itself_and_waits_where_somebody_is_at_it(engine: Engine) -> None:
    running, most = [], []

    def handler(context: JobContext) -> dict[str, Any]:
        running.append(1)
        most.append(len(running))
        time.sleep(0.3)
        running.pop()
        return {}

    kinds = kinds_of(handler, every=timedelta(minutes=1))
    threads = [threading.Thread(target=run_now, args=(engine, kinds, "work", f"c{n}")) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert set(most) == {1}
    assert {job.state for job in jobs(engine)} == {"done", "waiting"}


def test_a_command_is_told_that_its_work_failed(engine: Engine) -> None:
    def handler(context: JobContext) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(ConflictError, match="the disk is full"):
        run_now(engine, kinds_of(handler), "work", "c")


def test_work_that_is_there_is_done_without_being_asked_for(engine: Engine) -> None:
    done: list[int] = []

    def is_wanted(session: Session) -> bool:
        return session.scalar(text("SELECT count(*) FROM users WHERE name = 'changed'")) != 0

    def handler(context: JobContext) -> dict[str, Any]:
        with context.engine.begin() as connection:
            done.append(connection.execute(text("UPDATE users SET name = 'seen' WHERE name = 'changed'")).rowcount)
        return {}

    with working(engine, kinds_of(handler, is_wanted=is_wanted, lane="index")):
        time.sleep(0.5)
        assert jobs(engine) == []
        for times in (1, 2):
            with engine.begin() as connection:
                connection.execute(text("UPDATE users SET name = 'changed'"))
            begun = time.monotonic()
            wait_for(lambda times=times: len(done) == times)  # type: ignore[misc]
            assert time.monotonic() - begun < 2
    assert done == [3, 3]
    assert [job.state for job in jobs(engine)] == ["done", "done"]


def test_wanted_work_that_fails_is_not_asked_for_on_and_on(engine: Engine) -> None:
    def handler(context: JobContext) -> None:
        raise InvalidInputError("It cannot be done.")

    with working(engine, kinds_of(handler, is_wanted=lambda session: True, lane="index")):
        time.sleep(1.5)
    assert [job.state for job in jobs(engine)] == ["failed"]
