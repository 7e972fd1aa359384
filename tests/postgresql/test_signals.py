"""Processes are woken by what others commit."""

import time

import pytest
from content_factory import add_article
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from kb.core.signals import INDEX, JOBS, LIVE, Watch, jobs_of
from kb.jobs import enqueue
from kb.tables import IndexChange

_SOON, _MOMENT = 30.0, 1.0


@pytest.fixture
def change(session: Session) -> IndexChange:
    return IndexChange(build_id=1, collection="help", passage_id=1, operation="add")


def listening(watch: Watch) -> None:
    end = time.monotonic() + _SOON
    while not watch.hears:
        assert time.monotonic() < end
        time.sleep(0.02)
    watch.wait(0, 0.5)  # what is said when it begins


def is_woken(watch: Watch, seconds: float = _SOON) -> bool:
    begun = time.monotonic()
    watch.wait(0, seconds)
    return time.monotonic() - begun < seconds


def test_what_is_committed_wakes_who_waits_for_it_and_nobody_else(
    engine: Engine, session: Session, change: IndexChange
) -> None:
    with Watch(engine, INDEX) as index, Watch(engine, JOBS, jobs_of("index")) as jobs, Watch(engine, LIVE) as live:
        listening(index), listening(jobs), listening(live)
        session.add(change)
        session.flush()
        assert not is_woken(index, _MOMENT)
        session.commit()
        assert is_woken(index)
        assert not is_woken(jobs, _MOMENT)
        enqueue(session, "index")
        session.rollback()
        assert not is_woken(jobs, _MOMENT)
        enqueue(session, "gaps")
        session.commit()
        assert not is_woken(jobs, _MOMENT)
        add_article(session, "Clean a lamp", "Use a cloth.")
        assert is_woken(jobs)  # by the mark that a trigger makes
        assert not is_woken(live, _MOMENT)


def test_what_a_worker_notes_about_its_work_wakes_nobody(engine: Engine, session: Session) -> None:
    number = enqueue(session, "index")
    session.commit()
    with Watch(engine, jobs_of("index")) as jobs:
        listening(jobs)
        session.execute(text("UPDATE jobs SET done = 5, total = 10 WHERE id = :id"), {"id": number})
        session.commit()
        assert not is_woken(jobs, _MOMENT)


def test_a_connection_that_is_lost_is_made_again(engine: Engine, session: Session, change: IndexChange) -> None:
    others = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    with Watch(engine, INDEX) as index:
        listening(index)
        assert session.scalar(text(f"SELECT count(pg_terminate_backend(pid)) {others}")) == 1
        session.commit()
        assert is_woken(index)  # nobody heard anything for a moment: it looks
        listening(index)
        session.add(change)
        session.commit()
        assert is_woken(index)
    end = time.monotonic() + _SOON
    while session.scalar(text(f"SELECT count(*) {others}")):
        session.rollback()
        assert time.monotonic() < end, "nobody watches any more"
        time.sleep(0.1)


def test_without_signals_it_looks_as_often_as_it_must(engine: Engine) -> None:
    watch = Watch(engine, INDEX)  # not entered: it does not listen
    begun = time.monotonic()
    watch.wait(0.1, 600)
    assert time.monotonic() - begun < 60
