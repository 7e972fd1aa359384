"""`kb sample`, and the job that plays a customer."""

import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.insight.numbers import store_sample_history
from kb.jobs import cancel_job, enqueue
from kb.jobs.running import run_next
from kb.jobs.worker import Worker
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.sample import begin_script, read_conversations, read_scripts, store_sample
from kb.tables import Conversation, Customer, DailyCount, Job, JobState, Message
from webapp.shared.sample_shop import SAMPLE_CONVERSATIONS, SAMPLE_SCRIPTS
from webapp.worker.kinds import job_kinds
from webapp.worker.simulation import SIMULATION

RunKb = Callable[..., tuple[int, str, str]]
SCRIPT = read_scripts(SAMPLE_SCRIPTS)[0]


@pytest.fixture
def sample(engine: Engine) -> int:
    """How many conversations of the sample are in."""
    with session_scope(engine) as session:
        return store_sample(session, read_conversations(SAMPLE_CONVERSATIONS)[:6], {}, region="IN")


def count(engine: Engine, table: type[Conversation | Customer | DailyCount]) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def texts(engine: Engine) -> list[str]:
    with Session(engine) as session:
        played = Conversation.external_id.startswith("played-")
        found = select(Message.text).join(Message.conversation).where(played).order_by(Message.id)
        return list(session.scalars(found))


def test_remove_takes_out_the_sample_and_nothing_else(engine: Engine, sample: int, run_kb: RunKb) -> None:
    with session_scope(engine) as session:
        recognise_customer(session, GivenCustomer(name="Real"), region="IN")
    status, out, _ = run_kb("sample", "remove", "--yes")
    assert (status, out.split()[0]) == (0, "Removed:")
    assert f" {sample} conversations." in out
    assert (count(engine, Conversation), count(engine, Customer)) == (0, 1)


def test_remove_wants_to_hear_yes(engine: Engine, sample: int, run_kb: RunKb) -> None:
    status, _, err = run_kb("sample", "remove")
    assert status == 1
    assert "kb sample remove --yes" in err
    assert count(engine, Conversation) == sample


@pytest.mark.usefixtures("sample")
def test_simulate_plays_a_script_and_prints_it(engine: Engine, run_kb: RunKb) -> None:
    status, out, err = run_kb("sample", "simulate", SCRIPT.id, "--speed", "1000")
    assert (status, err) == (0, "")
    assert texts(engine) == [turn.text for turn in SCRIPT.turns]
    assert [line.partition(": ")[2] for line in out.splitlines()[1:]] == texts(engine)


@pytest.mark.usefixtures("engine")
def test_simulate_is_refused_without_the_sample_and_without_such_a_script(run_kb: RunKb) -> None:
    status, _, err = run_kb("sample", "simulate")
    assert status == 1
    assert "only beside the sample" in err
    status, _, err = run_kb("sample", "simulate", "no-such-script")
    assert status == 1
    assert SCRIPT.id in err


def begin(engine: Engine, speed: float) -> int:
    with session_scope(engine) as session:
        conversation = begin_script(session, SCRIPT, region="IN")
        payload = {"conversation_id": conversation.id, "script": SCRIPT.id, "speed": speed}
        return enqueue(session, SIMULATION, key=str(conversation.id), payload=payload)


def test_the_job_writes_what_the_script_says(engine: Engine, settings: Settings) -> None:
    number = begin(engine, 1000.0)
    assert run_next(engine, job_kinds(settings, engine), "test", [SIMULATION])
    assert texts(engine) == [turn.text for turn in SCRIPT.turns]
    with Session(engine) as session:
        job = session.get_one(Job, number)
        assert (job.state, job.result, job.done) == (JobState.DONE, {"messages": 8}, 8)


def test_a_worker_plays_and_whoever_stops_the_job_stops_the_customer(engine: Engine, settings: Settings) -> None:
    number = begin(engine, 8.0)
    worker = Worker(engine, {SIMULATION: job_kinds(settings, engine)[SIMULATION]}, "test")
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        wait_until(lambda: len(texts(engine)) >= 3)
        with session_scope(engine) as session:
            cancel_job(session, number)
        wait_until(lambda: state(engine, number) == JobState.CANCELLED)
        said = len(texts(engine))
        time.sleep(1.5)
        assert len(texts(engine)) == said < len(SCRIPT.turns)
    finally:
        worker.stop.set()
        thread.join(timeout=30)


def state(engine: Engine, job: int) -> str:
    with Session(engine) as session:
        return session.get_one(Job, job).state


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def test_remove_takes_out_the_invented_figures_too(engine: Engine, sample: int, run_kb: RunKb) -> None:
    with Session(engine) as session:
        store_sample_history(session, date(2026, 11, 30))
        session.commit()
    status, out, _ = run_kb("sample", "remove", "--yes")
    assert status == 0
    assert "invented figures" in out
    assert count(engine, DailyCount) == 0
