"""`kb jobs` and `kb worker`, and the worker that `kb serve` looks after."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from content_factory import add_article
from kb_process import KB, children, without_settings
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.jobs import enqueue
from kb.jobs.claiming import claim, close
from kb.tables import Job, JobState, Passage
from kb.tables.changed_documents import has_changed_documents

RunKb = Callable[..., tuple[int, str, str]]


@contextmanager
def running(settings: Settings, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    environment = without_settings()
    environment |= {"KB_HOME": settings.home_text, "KB_MODEL": "hash", "KB_DATABASE": settings.database_url} | more
    process = subprocess.Popen(
        [*KB, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=40)


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def workers_of(pid: int) -> list[int]:
    return [child for child, command in children(pid).items() if "worker" in command]


def ask_for_index(engine: Engine) -> int:
    with session_scope(engine) as session:
        return enqueue(session, "index")


def is_done(engine: Engine, job: int) -> bool:
    with Session(engine) as session:
        return session.get_one(Job, job).state == "done"


def test_list_tells_what_waits_and_what_failed_and_why(run_kb: RunKb, engine: Engine) -> None:
    assert "No jobs" in run_kb("jobs")[1]
    job = ask_for_index(engine)
    taken = claim(engine, "w", ["index"])
    assert taken
    close(engine, taken, JobState.FAILED, "The disk is full.")
    status, shown, _ = run_kb("jobs")
    assert status == 0
    assert "The disk is full." in shown
    status, shown, _ = run_kb("jobs", "retry", str(job))
    assert status == 0
    rows = json.loads(run_kb("jobs", "--json")[1])
    assert [(row["kind"], row["state"], row["error"]) for row in rows] == [
        ("index", "waiting", ""),
        ("index", "failed", "The disk is full."),
    ]
    assert run_kb("jobs", "cancel", str(rows[0]["id"]))[1].endswith("is cancelled.\n")
    status, _, error = run_kb("jobs", "cancel", str(rows[0]["id"]))
    assert (status, len(error.splitlines())) == (1, 1)
    assert "is over" in error
    assert run_kb("jobs", "retry", "99999")[0] == 1


@pytest.mark.slow
def test_worker_indexes_what_was_written_and_stops_when_it_is_told(settings: Settings, engine: Engine) -> None:
    with running(settings, "worker") as worker, Session(engine) as session:
        for title in ("Clean a lamp", "Repair a lamp"):
            add_article(session, title, "Use a soft cloth.")
            wait_until(lambda: not has_changed_documents(session))
        assert len(session.scalars(select(Passage.document_id).distinct()).all()) == 2
        worker.send_signal(signal.SIGTERM)
        output, _ = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert "Traceback" not in output


@pytest.mark.slow
def test_server_keeps_a_worker_alive_and_takes_it_along_when_it_stops(settings: Settings, engine: Engine) -> None:
    with running(settings, "serve", KB_PORT=str(20_000 + os.getpid() % 20_000), KB_WORKERS="1") as server:
        wait_until(lambda: workers_of(server.pid))
        (first,) = workers_of(server.pid)
        job = ask_for_index(engine)
        wait_until(lambda: is_done(engine, job))
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: workers_of(server.pid) not in ([], [first]))
        (second,) = workers_of(server.pid)
        job = ask_for_index(engine)
        wait_until(lambda: is_done(engine, job))
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=40)
    assert server.returncode == 0
    assert not Path(f"/proc/{second}").exists()
    assert "it is started again" in output
    assert "Traceback" not in output


@pytest.mark.slow
def test_worker_does_not_outlive_a_server_that_was_killed(settings: Settings, engine: Engine) -> None:
    with running(settings, "serve", KB_PORT=str(20_000 + os.getpid() % 20_000), KB_WORKERS="1") as server:
        wait_until(lambda: workers_of(server.pid))
        (worker,) = workers_of(server.pid)
        job = ask_for_index(engine)
        wait_until(lambda: is_done(engine, job))
        server.kill()
        wait_until(lambda: not Path(f"/proc/{worker}").exists())
