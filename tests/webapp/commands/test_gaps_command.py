"""`kb gaps`: what the job would sort in is sorted in first, and the list has the keys that other programs read."""

import json
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.tables import Gap, GapState, Job, SearchEvent, utc_now

RunKb = Callable[..., tuple[int, str, str]]


def add_misses(engine: Engine, *queries: str) -> None:
    with session_scope(engine) as session:
        for query in queries:
            event = SearchEvent(
                public_id=query, place="help", audience="customer", query=query, language="en", outcome="none",
                confidence=0.1, created_at=utc_now() - timedelta(minutes=10),
            )  # fmt: skip
            session.add(event)


def test_gaps_are_gathered_and_printed_as_json(run_kb: RunKb, engine: Engine) -> None:
    assert run_kb("gaps")[1] == "No gaps: every search so far had an answer.\n"
    add_misses(engine, "delivery to nepal", "nepal delivery", "student discount please")
    status, printed, error = run_kb("gaps", "--json")
    assert (status, error) == (0, "")
    gaps = json.loads(printed)
    assert [gap["count"] for gap in gaps] == [2, 1]
    assert {"id", "label", "state", "count", "languages", "reason", "examples"} <= gaps[0].keys()
    assert (gaps[0]["languages"], gaps[0]["reason"], gaps[0]["state"]) == ({"en": 2}, "no_content", "open")
    assert len(gaps[0]["examples"]) == 1
    assert json.loads(run_kb("gaps", "--json")[1]) == gaps
    assert "student discount please" in run_kb("gaps")[1]


def test_job_of_the_command_leaves_the_next_one_waiting(run_kb: RunKb, engine: Engine) -> None:
    add_misses(engine, "delivery to nepal")
    run_kb("gaps")
    run_kb("gaps")
    with Session(engine) as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
        assert [job.state for job in jobs] == ["done", "waiting"]
        assert jobs[-1].run_at > utc_now()


def test_dismissed_gaps_are_listed_with_all(run_kb: RunKb, engine: Engine) -> None:
    add_misses(engine, "delivery to nepal")
    run_kb("gaps")
    with session_scope(engine) as session:
        session.scalars(select(Gap)).one().state = GapState.DISMISSED.value
    assert json.loads(run_kb("gaps", "--json")[1]) == []
    assert [gap["state"] for gap in json.loads(run_kb("gaps", "--json", "--all")[1])] == ["dismissed"]


def test_unknown_gap_cannot_be_replayed(run_kb: RunKb) -> None:
    status, _, error = run_kb("gaps", "replay", "999")
    assert (status, len(error.splitlines())) == (1, 1)
    assert "There is no gap 999" in error
