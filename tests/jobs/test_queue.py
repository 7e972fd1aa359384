"""Asking for work, taking it, and what becomes of it when things go wrong."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import ConflictError, NotFoundError
from kb.jobs import cancel_job, enqueue, list_jobs, retry_job
from kb.jobs.claiming import LEASE, back_off, claim, close, finish, give_up_lost, heartbeat, is_due, release, try_again
from kb.tables import Job, JobState


def ask(engine: Engine, kind: str = "index", **fields: object) -> int:
    with session_scope(engine) as session:
        return enqueue(session, kind, **fields)  # type: ignore[arg-type]


def states(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(job.kind, job.state) for job in session.scalars(select(Job).order_by(Job.id))]


def test_what_is_asked_for_twice_waits_once_and_once_more_while_it_runs(engine: Engine) -> None:
    assert ask(engine) == ask(engine)
    assert ask(engine, key="other") != ask(engine)
    taken = claim(engine, "a", ["index"])
    assert taken
    # Asked for while it runs: what changed after it began needs another run, after this one and not beside it.
    again = ask(engine)
    assert again not in {taken.id, ask(engine, key="other")}
    assert claim(engine, "b", ["index"]).key == "other"  # type: ignore[union-attr]
    assert claim(engine, "b", ["index"]) is None
    assert finish(engine, taken, {}, 1, 1)
    assert claim(engine, "b", ["index"]).id == again  # type: ignore[union-attr]


def test_what_is_asked_for_is_not_there_before_the_commit_and_not_after_a_rollback(engine: Engine) -> None:
    with Session(engine) as session:
        enqueue(session, "index")
        with engine.connect() as other:
            assert not is_due(other, ["index"])
        session.rollback()
    assert states(engine) == []


def test_a_job_asked_for_later_is_made_to_run_at_once_by_asking_now(engine: Engine) -> None:
    job = ask(engine, run_at=utc_now() + timedelta(hours=1))
    assert claim(engine, "a", ["index"]) is None
    assert ask(engine) == job
    assert ask(engine, run_at=utc_now() + timedelta(hours=2)) == job
    assert claim(engine, "a", ["index"]).id == job  # type: ignore[union-attr]


def test_many_workers_take_each_job_exactly_once(engine: Engine) -> None:
    with session_scope(engine) as session:
        for number in range(120):
            enqueue(session, "import", key=str(number))
    taken: Counter[str] = Counter()

    def work(name: str) -> None:
        while (job := claim(engine, name, ["import"])) is not None:
            taken[job.key] += 1
            finish(engine, job, {}, 0, 0)

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert taken == Counter(str(number) for number in range(120))
    assert set(states(engine)) == {("import", "done")}


def test_job_of_a_dead_worker_is_taken_when_its_lease_is_over_and_the_dead_one_changes_nothing(engine: Engine) -> None:
    ask(engine)
    now = utc_now()
    dead = claim(engine, "dead", ["index"], now=now)
    assert dead
    assert claim(engine, "next", ["index"], now=now + LEASE / 2) is None
    after = claim(engine, "next", ["index"], now=now + LEASE * 1.1)
    assert after
    assert (after.id, after.attempt) == (dead.id, 2)
    assert not heartbeat(engine, dead, 1, 2)
    assert not finish(engine, dead, {"by": "dead"}, 2, 2)
    assert heartbeat(engine, after, 1, 2)
    assert finish(engine, after, {"by": "next"}, 2, 2)
    with Session(engine) as session:
        assert session.get_one(Job, dead.id).result == {"by": "next"}


def test_a_heartbeat_keeps_the_job(engine: Engine) -> None:
    ask(engine)
    now = utc_now()
    mine = claim(engine, "mine", ["index"], now=now)
    assert mine
    assert heartbeat(engine, mine, 3, 9, now=now + LEASE * 0.9)
    assert claim(engine, "other", ["index"], now=now + LEASE * 1.5) is None
    with Session(engine) as session:
        job = session.get_one(Job, mine.id)
        assert (job.done, job.total) == (3, 9)


def test_a_job_that_kills_its_workers_is_given_up(engine: Engine) -> None:
    ask(engine, max_attempts=2)
    now = utc_now()
    for attempt in (1, 2):
        assert claim(engine, "w", ["index"], now=now).attempt == attempt  # type: ignore[union-attr]
        assert give_up_lost(engine, now=now) == 0
        now += LEASE * 1.1
    assert claim(engine, "w", ["index"], now=now) is None
    assert give_up_lost(engine, now=now) == 1
    assert states(engine) == [("index", "failed")]


def test_failed_attempts_wait_longer_each_time(engine: Engine) -> None:
    ask(engine)
    now = utc_now()
    for attempt in (1, 2, 3):
        job = claim(engine, "w", ["index"], now=now)
        assert job
        assert job.attempt == attempt
        try_again(engine, job, "no luck", now=now)
        assert claim(engine, "w", ["index"], now=now + back_off(attempt) * 0.9) is None
        now += back_off(attempt)
    assert [back_off(n).total_seconds() for n in (1, 2, 3, 99)] == [2, 8, 32, 600]


def test_a_failed_job_is_stood_for_by_the_same_that_waits(engine: Engine) -> None:
    ask(engine)
    now = utc_now()
    job = claim(engine, "w", ["index"], now=now)
    assert job
    waiting = ask(engine)
    try_again(engine, job, "no luck", now=now)
    assert states(engine) == [("index", "failed"), ("index", "waiting")]
    assert claim(engine, "w", ["index"], now=now + timedelta(seconds=1)) is None
    later = claim(engine, "w", ["index"], now=now + timedelta(seconds=3))
    assert later
    assert (later.id, later.attempt) == (waiting, 2)


@pytest.mark.parametrize("asked_meanwhile", [False, True])
def test_a_worker_that_stops_gives_its_job_back_without_an_attempt(engine: Engine, asked_meanwhile: bool) -> None:
    ask(engine)
    job = claim(engine, "w", ["index"])
    assert job
    if asked_meanwhile:
        ask(engine)
    release(engine, job)
    taken = claim(engine, "v", ["index"])
    assert taken
    assert (taken.id, taken.attempt) == (job.id, 1)
    assert sorted(state for _, state in states(engine)) == ["running", "waiting"][: 1 + asked_meanwhile]


def test_cancelling_and_running_again(engine: Engine, session: Session) -> None:
    waiting = ask(engine)
    assert cancel_job(session, waiting).state == JobState.CANCELLED
    session.commit()
    assert claim(engine, "w", ["index"]) is None
    again = retry_job(session, waiting)
    session.commit()
    assert again.id != waiting
    taken = claim(engine, "w", ["index"])
    assert taken
    session.expire_all()
    assert cancel_job(session, taken.id).cancel_requested
    session.commit()
    close(engine, taken, JobState.CANCELLED, "")
    session.expire_all()
    with pytest.raises(ConflictError, match="is over: cancelled"):
        cancel_job(session, taken.id)
    with pytest.raises(NotFoundError, match="kb jobs"):
        retry_job(session, 999)


def test_what_is_done_or_running_is_not_run_again(engine: Engine, session: Session) -> None:
    ask(engine)
    job = claim(engine, "w", ["index"])
    assert job
    with pytest.raises(ConflictError, match="running"):
        retry_job(session, job.id)
    finish(engine, job, {}, 0, 0)
    session.expire_all()
    with pytest.raises(ConflictError, match="done"):
        retry_job(session, job.id)


def test_list_has_what_runs_then_what_waits_then_the_last_of_what_is_over(engine: Engine, session: Session) -> None:
    for number in range(5):
        ask(engine, key=str(number))
        job = claim(engine, "w", ["index"])
        assert job
        finish(engine, job, {}, 0, 0)
    ask(engine, "later", run_at=utc_now() + timedelta(hours=1))
    ask(engine, "gaps")
    claim(engine, "w", ["gaps"])
    found = [(job.kind, job.state, job.key) for job in list_jobs(session, finished=2)]
    assert found == [
        ("gaps", "running", ""),
        ("later", "waiting", ""),
        ("index", "done", "4"),
        ("index", "done", "3"),
    ]
    assert session.scalar(select(func.count(Job.id))) == 7
