"""Everything works through a pooler that hands out a few connections, another one for each transaction."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from content_factory import add_article
from pooler import PROGRAM, pooler
from postgresql_server import PostgresqlServer
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.updating import bring_up_to_date
from indexer.write_lock import write_lock
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.core.signals import Watch, jobs_of
from kb.jobs import enqueue
from kb.jobs.kind import JobContext, Kind
from kb.jobs.worker import Worker
from kb.tables.migrations import upgrade_database
from webapp.app import create_app

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no pgbouncer here: apt-get install pgbouncer")

_SOON = 240.0


@pytest.fixture
def pooled(own_settings: Settings, own_server: PostgresqlServer) -> Iterator[Settings]:
    database = make_url(own_settings.database_url).database or ""
    with pooler(own_server, database, connections=10) as url:
        yield replace(own_settings, database_url=url, direct_url=own_settings.database_url)


@pytest.fixture
def pooled_engine(pooled: Settings) -> Iterator[Engine]:
    engine = create_database_engine(pooled)
    yield engine
    engine.dispose()


def test_pages_jobs_and_signals_through_a_pooler(pooled: Settings, pooled_engine: Engine) -> None:
    assert upgrade_database(pooled_engine).is_current
    with Session(pooled_engine) as session:
        for number in range(5):
            add_article(session, f"Clean lamp {number}", "Use a soft cloth.")
    bring_up_to_date(pooled_engine, pooled.index_dir, HashEncoder())
    app = create_app(pooled)

    def ask(number: int) -> tuple[int, bool]:
        answer = app.test_client().get(f"/api/v1/search?q=clean+lamp+{number % 5}")
        return answer.status_code, "Clean lamp" in answer.get_data(as_text=True)

    # A request has up to three transactions open at once; with fewer connections three requests could wait for each other.
    with ThreadPoolExecutor(3) as pool:
        # More often than a statement is sent before the driver would have the server prepare it.
        assert set(pool.map(ask, range(100))) == {(200, True)}
    app.extensions["kb_after_response"].wait()
    app.extensions["kb_database"][0].dispose()

    ran = threading.Event()

    def run(_context: JobContext) -> dict[str, object]:
        ran.set()
        return {}

    worker = Worker(pooled_engine, {"test": Kind("test", run)}, "a worker")
    working = threading.Thread(target=worker.run)
    working.start()
    with Watch(pooled_engine, jobs_of("test")) as watch, Session(pooled_engine) as session:
        end = time.monotonic() + _SOON
        while not watch.hears:
            assert time.monotonic() < end
            time.sleep(0.05)
        watch.wait(0, 0.5)
        enqueue(session, "test")
        session.commit()
        begun = time.monotonic()
        watch.wait(0, _SOON)
        assert time.monotonic() - begun < _SOON
    assert ran.wait(_SOON)
    worker.stop.set()
    working.join(30)


def test_locks_of_long_work_are_kept_past_the_pooler(pooled: Settings, pooled_engine: Engine) -> None:
    with write_lock(pooled_engine, pooled.index_dir):
        # Many transactions of others, each on any of the connections.
        for _ in range(20):
            with pooled_engine.begin() as connection:
                assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 1
    with pooled_engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0


def test_limits_of_a_request_hold_for_its_transaction_and_stay_with_no_connection(
    pooled: Settings, pooled_engine: Engine
) -> None:
    impatient = create_database_engine(pooled, longest_wait=0.3, longest_statement=0.3)
    try:
        with impatient.connect() as connection, pytest.raises(DBAPIError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(20)"))
        for _ in range(4):
            with pooled_engine.begin() as connection:
                assert connection.scalar(text("SHOW statement_timeout")) == "0"
    finally:
        impatient.dispose()


def test_it_does_not_work_without_being_told_of_the_pooler(pooled: Settings) -> None:
    """So that the tests above show something: the same pooler refuses or mixes up what is sent without the setting."""
    engine = create_database_engine(replace(pooled, direct_url=""), longest_wait=0.3)
    try:
        with pytest.raises(DBAPIError, match="unsupported startup parameter"), engine.connect():
            pass
    finally:
        engine.dispose()
