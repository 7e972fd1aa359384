"""The clock is set back or forward under running work: nothing waits for the old time to come again, nothing runs twice."""

from datetime import timedelta

from sqlalchemy import Engine, update

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.jobs.claiming import claim, finish, heartbeat
from kb.jobs.queue import JOBS, enqueue

HOUR = timedelta(hours=1)


def test_work_from_before_the_clock_was_set_back_is_due_at_once(engine: Engine) -> None:
    with session_scope(engine) as session:
        at_once, later = enqueue(session, "index"), enqueue(session, "report", run_at=utc_now() + HOUR)
    an_hour_ago = utc_now() - HOUR
    first = claim(engine, "worker", ["index", "report"], now=an_hour_ago)
    assert first is not None
    assert first.id == at_once
    assert finish(engine, first, {}, 0, 0)
    second = claim(engine, "worker", ["index", "report"], now=an_hour_ago)
    assert second is not None
    assert second.id == later


def test_work_for_later_stays_for_later_while_clocks_differ_by_seconds(engine: Engine) -> None:
    with session_scope(engine) as session:
        enqueue(session, "report", run_at=utc_now() + HOUR)
    assert claim(engine, "worker", ["report"], now=utc_now() - timedelta(seconds=30)) is None
    assert claim(engine, "worker", ["report"], now=utc_now() + timedelta(minutes=59)) is None


def test_what_failed_before_the_clock_was_set_back_is_tried_again_at_once(engine: Engine) -> None:
    with session_scope(engine) as session:
        number = enqueue(session, "index")
    ahead = utc_now() + HOUR
    with engine.begin() as connection:  # begun and put back by the other clock
        connection.execute(
            update(JOBS)
            .where(JOBS.c.id == number)
            .values(created_at=utc_now() - HOUR, started_at=ahead, run_at=ahead + timedelta(seconds=8), attempts=1)
        )
    again = claim(engine, "worker", ["index"])
    assert again is not None
    assert again.attempt == 2


def test_a_worker_keeps_its_work_when_the_clock_is_set_back_and_loses_it_at_most_when_forward(engine: Engine) -> None:
    with session_scope(engine) as session:
        enqueue(session, "index")
    mine = claim(engine, "first", ["index"])
    assert mine is not None
    back = utc_now() - HOUR
    assert claim(engine, "second", ["index"], now=back) is None
    assert heartbeat(engine, mine, 1, 2, now=back)
    # By the new time its lease is over where it is not seen again.
    theirs = claim(engine, "second", ["index"], now=back + timedelta(seconds=61))
    assert theirs is not None
    assert not heartbeat(engine, mine, 2, 2, now=back + timedelta(seconds=62))
    assert not finish(engine, mine, {}, 2, 2)
    assert finish(engine, theirs, {}, 2, 2)
