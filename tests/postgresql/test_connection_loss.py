"""The database goes away while it is used, and comes back: nobody waits for long, and everything goes on by itself."""

import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from content_factory import add_article
from flask import Flask
from kb_process import KB, children, free_port, without_settings
from page_checks import check_page
from postgresql_server import PostgresqlServer
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.jobs import enqueue, get_job
from kb.jobs.kind import JobContext, Kind
from kb.jobs.worker import Worker
from webapp.app import create_app
from webapp.shared.live import Hub

# What the slowest machine may take until all is well again.
_SOON = 240.0
PAGES = ("/help/en/", "/help/hi/search?q=refund", "/api/v1/search?q=refund", "/nowhere")


@contextmanager
def halted(server: PostgresqlServer) -> Iterator[None]:
    server.halt()
    try:
        yield
    finally:
        server.go_on()


@contextmanager
def frozen(server: PostgresqlServer) -> Iterator[None]:
    with server.frozen():
        yield


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + _SOON
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def site(own_settings: Settings) -> Iterator[Flask]:
    """The application with an engine of its own, as `kb serve` has it."""
    app = create_app(own_settings)
    yield app
    app.extensions["kb_after_response"].wait()
    app.extensions["kb_database"][0].dispose()


@pytest.mark.parametrize("gone", [halted, frozen])
def test_requests_are_refused_soon_and_answered_again(
    site: Flask, own_server: PostgresqlServer, gone: Callable[[PostgresqlServer], object]
) -> None:
    client = site.test_client()
    for page in PAGES:
        assert client.get(page).status_code in {200, 404}
    site.extensions["kb_after_response"].wait()
    with gone(own_server):  # type: ignore[attr-defined]
        begun = time.monotonic()
        for page in PAGES * 5:
            answer = client.get(page)
            assert answer.status_code == 503, page
            assert int(answer.headers["Retry-After"]) > 0
        # One asks the connection that it has and one tries a new one, for three seconds each; others are told what these found,
        # and one in a second looks again.
        assert time.monotonic() - begun < 40
        check_page(client.get("/help/en/search?q=refund"), status=503)
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    until(lambda: client.get("/readyz").status_code == 200)
    for page in PAGES:
        assert client.get(page).status_code in {200, 404}


def test_a_statement_that_is_never_answered_ends(own_settings: Settings, own_server: PostgresqlServer) -> None:
    engine = create_database_engine(own_settings, longest_statement=0.5)
    try:
        with engine.connect() as connection:
            with pytest.raises(OperationalError, match="statement timeout"):  # the server ends it itself
                connection.exec_driver_sql("SELECT pg_sleep(20)")
            connection.rollback()
            connection.exec_driver_sql("SELECT 1")
            begun = time.monotonic()
            with own_server.frozen(), pytest.raises(OperationalError):
                connection.exec_driver_sql("SELECT 1")
            assert time.monotonic() - begun < 15
            assert connection.invalidated
    finally:
        engine.dispose()


def test_workers_and_streams_go_on_by_themselves(own_engine: Engine, own_server: PostgresqlServer) -> None:
    ran = threading.Event()

    def run(_context: JobContext) -> dict[str, object]:
        ran.set()
        return {}

    worker = Worker(own_engine, {"test": Kind("test", run)}, "a worker")
    working = threading.Thread(target=worker.run)
    working.start()
    hub = Hub(own_engine)
    events = hub.stream()
    assert "connected" in next(events)
    with Session(own_engine) as session:
        talk = make_talk(session)
        first = enqueue(session, "test")
        session.commit()
        until(ran.is_set)
        assert "change" in next(events)
        ran.clear()
        until(lambda: session.refresh(job := get_job(session, first)) or job.state == "done")
    with halted(own_server):
        time.sleep(3)
        assert working.is_alive()
    with Session(own_engine) as session:
        enqueue(session, "test")
        say(session, session.merge(talk), "customer: Is anybody there?")
        session.commit()
    until(ran.is_set)
    while "change" not in next(events):
        pass
    worker.stop.set()
    working.join(30)
    assert not working.is_alive()
    hub.is_stopping = lambda: True
    events.close()
    if thread := hub._thread:
        thread.join(10)


def ask(url: str) -> tuple[int, str, float]:
    """Status (0: no answer), Retry-After, seconds."""
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            status, after = answer.status, ""
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        status, after, text = error.code, error.headers.get("Retry-After", ""), ""
    except OSError:
        return 0, "", time.monotonic() - begun
    return (status, text if status == 200 else after, time.monotonic() - begun)


@pytest.mark.slow
def test_a_live_server_outlives_its_database(
    own_settings: Settings, own_server: PostgresqlServer, tmp_path: Path
) -> None:
    port = str(free_port())
    variables = without_settings()
    variables |= {"KB_HOME": str(tmp_path / "home"), "KB_MODEL": "hash", "KB_PORT": port, "KB_WORKERS": "2"}
    variables["KB_DATABASE"] = own_settings.database_url
    log = tmp_path / "log"
    with log.open("wb") as output:
        arguments = [*KB, "serve"]
        process = subprocess.Popen(arguments, env=variables, stdout=output, stderr=output)
    root = f"http://127.0.0.1:{port}"
    engine = create_database_engine(own_settings)

    def found(title: str, query: str) -> bool:
        return title in ask(f"{root}/api/v1/search?q={query}")[1]

    try:
        until(lambda: ask(f"{root}/readyz")[0] == 200)
        with Session(engine) as session:
            add_article(session, "Clean a lamp", "Use a soft cloth.")
        until(lambda: found("Clean a lamp", "clean+a+lamp"))
        before = children(process.pid)
        assert len(before) == 3  # two of the web, and the worker
        with halted(own_server):
            end = time.monotonic() + 5
            while time.monotonic() < end:
                status, after, seconds = ask(f"{root}/help/en/search?q=lamp")
                assert (status, after != "") == (503, True)
                assert seconds < 10
                assert ask(f"{root}/healthz")[0] == 200
                time.sleep(0.2)
        until(lambda: ask(f"{root}/readyz")[0] == 200)
        with Session(engine) as session:
            add_article(session, "Descale a kettle", "Boil vinegar in it.")
        # The worker takes the work up again, and each process of the web what it has done.
        until(lambda: found("Descale a kettle", "descale+a+kettle"))
        assert children(process.pid) == before
        process.terminate()
        assert process.wait(40) == 0
        assert "Traceback" not in log.read_text()
    finally:
        engine.dispose()
        if process.poll() is None:
            process.kill()
            process.wait()
