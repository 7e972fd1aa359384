"""Killed, locked out or out of space: nothing acknowledged is lost, and searches go on."""

import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import pytest
from content_factory import add_article, change_article
from kb_process import KB, without_settings
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.settings import Settings
from kb.search.types import Audience
from kb.tables import Article

KILLS = 6


def kb(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    environment = without_settings()
    environment |= {"KB_HOME": settings.home_text, "KB_MODEL": "hash", "KB_DATABASE": settings.database_url}
    command = [*KB, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def first_title(runtime: SearchRuntime, session: Session, query: str) -> str:
    session.rollback()
    return runtime.searcher(Audience.CUSTOMER).search(session, query, reader_language="en").results[0].title


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("index",), ("index", "--rebuild")])
def test_a_run_that_is_killed_at_any_moment_loses_nothing_and_searches_go_on(
    session: Session, engine: Engine, settings: Settings, arguments: tuple[str, ...]
) -> None:
    for i in range(300):
        add_article(session, f"Lamp number {i}", f"How to clean lamp number {i} of brass")
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    reader = SearchRuntime.open(settings, engine, HashEncoder())
    reader.follow()
    articles = session.scalars(select(Article)).all()
    moments = random.Random(7)
    bodies = {article.id: article.body for article in articles}
    for number in range(KILLS):
        for article in articles:
            # Of one length: what is changed already and what is not yet must be as near to the query.
            change_article(session, article, body=f"{bodies[article.id]} and again {number}")
        process = kb(settings, *arguments)
        # A process takes about half a second to start; some are killed before they write, some in the middle, some at the end.
        end = time.monotonic() + moments.uniform(0.4, 3.0)
        while time.monotonic() < end and process.poll() is None:
            assert first_title(reader, session, "lamp number 17") == "Lamp number 17"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert first_title(reader, session, "lamp number 17") == "Lamp number 17"
        assert first_title(SearchRuntime.open(settings, engine, HashEncoder()), session, "lamp 5") != ""
    finished = kb(settings, "index")
    assert finished.wait(120) == 0, finished.communicate()
    finished.communicate()
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []
    reader.close()


def test_searches_go_on_and_the_index_waits_while_somebody_locks_the_database(
    session: Session, engine: Engine, settings: Settings, run_kb: Callable[..., tuple[int, str, str]]
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite has one lock for all who write")
    add_article(session, "Brass lamp", "How to clean a brass lamp")
    assert run_kb("index")[0] == 0
    reader = SearchRuntime.open(settings, engine, HashEncoder())
    add_article(session, "Copper kettle", "How to clean a copper kettle")
    session.rollback()
    with engine.connect() as holder:
        holder.execute(text("BEGIN IMMEDIATE"))
        process = kb(settings, "index")
        until = time.monotonic() + 4
        while time.monotonic() < until:
            started = time.monotonic()
            assert first_title(reader, session, "brass lamp") == "Brass lamp"
            assert time.monotonic() - started < 1
            time.sleep(0.1)
        assert process.poll() is None
        holder.rollback()
    assert process.wait(60) == 0, process.communicate()
    process.communicate()
    time.sleep(0.3)
    assert first_title(reader, session, "copper kettle") == "Copper kettle"


def test_two_updates_at_once_do_each_document_once(session: Session, engine: Engine, settings: Settings) -> None:
    for i in range(100):
        add_article(session, f"Lamp number {i}", f"How to clean lamp number {i} of brass")
    reports = []

    def update() -> None:
        reports.append(bring_up_to_date(engine, settings.index_dir, HashEncoder()))

    threads = [threading.Thread(target=update) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.documents for report in reports) == 100
    assert verify_index(engine, settings.index_dir, index_fingerprint(HashEncoder())) == []
