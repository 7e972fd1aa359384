"""Limits that all machines count together, in the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.tables import LimitCount
from webapp.app import create_app
from webapp.shared import limit_table
from webapp.shared.limit_table import SharedTableStorage


@pytest.fixture
def store(engine: Engine) -> SharedTableStorage:
    return SharedTableStorage(engine=engine)


def test_machines_count_together(store: SharedTableStorage, settings: Settings) -> None:
    others = [create_database_engine(settings) for _ in range(2)]

    def count(engine: Engine) -> None:
        of_other = SharedTableStorage(engine=engine)
        for _ in range(20):
            of_other.incr("192.0.2.1", 3600)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(count, others))
    for other in others:
        other.dispose()
    assert store.get("192.0.2.1") == 40
    assert store.incr("192.0.2.1", 3600, amount=2) == 42
    assert store.check()


def test_a_count_that_is_over_begins_again_and_is_tidied_away(
    store: SharedTableStorage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.incr("a", 0) == 1
    assert store.incr("a", 3600) == 1
    assert store.incr("b", 0) == 1
    assert store.get("b") == 0
    assert store.get_expiry("a") > time.time() + 3000
    monkeypatch.setattr(limit_table, "_TIDIED_EVERY", 1)
    store.incr("a", 3600)
    assert [row.count for row in session.scalars(select(LimitCount))] == [2]
    store.clear("a")
    assert store.get("a") == 0


def test_nothing_of_whoever_asked_is_stored(store: SharedTableStorage, session: Session) -> None:
    store.incr("LIMITER/192.0.2.77/help.search", 60)
    (row,) = session.scalars(select(LimitCount))
    assert len(row.key) == 32
    assert b"192" not in row.key


@pytest.mark.sqlite_only(reason="a database that cannot be opened is the same on both")
def test_while_the_database_cannot_be_used_each_process_counts_for_itself(settings: Settings, engine: Engine) -> None:
    gone = create_database_engine(replace(settings, database_url="sqlite:////nowhere/kb.sqlite3"))
    store = SharedTableStorage(engine=gone)
    assert [store.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    assert not store.check()
    gone.dispose()


def test_the_application_counts_where_all_machines_do(app: Flask, settings: Settings, engine: Engine) -> None:
    """Two machines have one limit between them where they share a database."""
    if engine.dialect.name == "sqlite":
        assert not isinstance(app.extensions["kb_limiter"].storage, SharedTableStorage)
        return
    other = create_app(replace(settings, home_text=settings.home_text + "-2"), engine)
    for one in (app, other, app):
        assert one.test_client().get("/help/en/").status_code == 200
    with Session(engine) as session:
        assert max(row.count for row in session.scalars(select(LimitCount))) == 3
