"""Over the network, with a login, through restarts: a real Milvus server, which keeps vectors and no words (2.3.5)."""

import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from content_factory import add_article, change_article
from milvus_server import PASSWORD, USER, MilvusServer
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.backends.milvus import connection as connection_module
from indexer.backends.milvus.connection import MilvusUnavailableError, connection_to
from indexer.backends.opening import open_backend
from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.errors import IndexUnavailableError
from kb.core.settings import Settings
from kb.search.types import Audience, CollectionName
from kb.tables import MilvusCollection

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the package milvus has a server for Linux on x86-64 alone",
)
HELP = CollectionName.HELP
Open = Callable[[], SearchRuntime]


@pytest.fixture(scope="module")
def server() -> Iterator[MilvusServer]:
    """One for all tests that need it; each has collections of its own."""
    server = MilvusServer()
    yield server
    server.stop()


@pytest.fixture
def on_server(settings: Settings, server: MilvusServer) -> Settings:
    """Settings of an installation whose collections are there."""
    return replace(
        settings,
        index_text="milvus",
        milvus_uri=server.uri,
        milvus_user=USER,
        milvus_password=PASSWORD,
        milvus_timeout_text="5000",
    )


@pytest.fixture
def open_on_server(on_server: Settings, engine: Engine) -> Open:
    """Each call is another process, as far as the database, files and views are concerned."""
    return lambda: SearchRuntime.open(on_server, engine)


def titles(runtime: SearchRuntime, session: Session, query: str) -> list[str]:
    session.rollback()  # a new transaction, as each request has
    return [r.title for r in runtime.searcher(Audience.CUSTOMER).search(session, query, reader_language="en").results]


def near(runtime: SearchRuntime, text: str) -> list[int]:
    view = runtime.view(HELP)
    ids = view.search_dense(HashEncoder().encode_queries([text])[0], 5)[0]
    return view.fetch(ids).facts.documents.tolist()


def wait_for(is_so: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fill(session: Session, count: int) -> list[int]:
    return [add_article(session, f"Lamp number {n}", f"How to clean lamp {n}").id for n in range(count)]


def settle(engine: Engine, settings: Settings) -> None:
    bring_up_to_date(engine, open_backend(settings), HashEncoder(), compare=True)


def test_a_published_article_is_found_within_a_second_and_an_archived_one_is_gone(
    session: Session, engine: Engine, on_server: Settings, open_on_server: Open
) -> None:
    fill(session, 30)
    settle(engine, on_server)
    publisher, reader = open_on_server(), open_on_server()
    article = add_article(session, "Brass kettle", "How to descale a brass kettle")
    publisher.update()
    published = time.monotonic()
    while "Brass kettle" not in titles(reader, session, "brass kettle"):
        assert time.monotonic() - published < 1.0
    settle(engine, on_server)  # it is given to Milvus, and shown by it in its own time
    change_article(session, article, status="archived")
    publisher.update()
    time.sleep(0.3)
    assert "Brass kettle" not in titles(reader, session, "brass kettle")
    assert article.id not in near(reader, "brass kettle")
    assert verify_index(engine, open_backend(on_server), index_fingerprint(HashEncoder())) == []


def test_what_was_given_to_milvus_is_found_by_it_alone_when_it_is_not_held_any_more(
    session: Session, engine: Engine, on_server: Settings, open_on_server: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "STALENESS", 1.0)
    ids = fill(session, 30)
    settle(engine, on_server)
    reader = open_on_server()
    wait_for(lambda: not reader.view(HELP).held.rows)  # type: ignore[attr-defined]
    wait_for(lambda: near(reader, "Lamp number 7 How to clean lamp 7")[:1] == [ids[7]])
    new = add_article(session, "Brass kettle", "How to descale a brass kettle")
    settle(engine, on_server)
    assert near(reader, "Brass kettle How to descale a brass kettle")[:1] == [new.id]
    wait_for(lambda: not reader.view(HELP).held.rows)  # type: ignore[attr-defined]
    wait_for(lambda: near(reader, "Brass kettle How to descale a brass kettle")[:1] == [new.id])


def test_who_may_not_log_in_is_told_what_to_set(session: Session, engine: Engine, on_server: Settings) -> None:
    fill(session, 1)
    with pytest.raises(IndexUnavailableError, match="KB_MILVUS_USER") as refused:
        settle(engine, replace(on_server, milvus_password="not-it"))
    assert "not-it" not in str(refused.value)
    settle(engine, on_server)  # what was stored by then is gone on with


def test_a_rebuild_is_made_beside_and_switched_to_once(
    session: Session, engine: Engine, on_server: Settings, open_on_server: Open
) -> None:
    fill(session, 25)
    settle(engine, on_server)
    reader = open_on_server()
    before = reader.view(HELP).base.name  # type: ignore[attr-defined]
    bring_up_to_date(engine, open_backend(on_server), HashEncoder(), rebuild=True)
    wait_for(lambda: reader.view(HELP).base.name != before)  # type: ignore[attr-defined]
    assert titles(reader, session, "lamp number 3")[0] == "Lamp number 3"
    assert reader.index_problem is None
    backend = open_backend(on_server)
    backend.remove_unused(engine, older_than=0.0)
    address = on_server.milvus
    assert address is not None
    names = connection_to(address).names()
    session.rollback()
    assert before not in names
    assert set(session.scalars(select(MilvusCollection.name))) <= names


def test_a_server_that_dies_leaves_words_and_comes_back(
    session: Session, engine: Engine, on_server: Settings, open_on_server: Open, server: MilvusServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(connection_module, "STALENESS", 0.5)
    ids = fill(session, 40)
    settle(engine, on_server)
    reader = open_on_server()
    reader.follow()
    question = "Lamp number 7 How to clean lamp 7"
    wait_for(lambda: not reader.view(HELP).held.rows)  # type: ignore[attr-defined]
    wait_for(lambda: near(reader, question)[:1] == [ids[7]])
    server.kill()
    try:
        assert (
            titles(reader, session, "lamp number 7")[0] == "Lamp number 7"
        )  # by words, and the vectors in the database
        wait_for(lambda: reader.index_problem is not None)
        assert "cannot be used" in str(reader.index_problem)
        new = add_article(session, "Brass kettle", "How to descale a brass kettle")
        bring_up_to_date(engine, open_backend(on_server), HashEncoder())  # nothing is lost, and nobody waits for Milvus
        wait_for(lambda: "Brass kettle" in titles(reader, session, "brass kettle"), 10)
        with pytest.raises(MilvusUnavailableError):
            settle(engine, on_server)
        started = time.monotonic()
        for number in range(20):
            assert titles(reader, session, f"lamp number {number}")
        assert time.monotonic() - started < 20 * 2  # not each of them waits for what is gone
    finally:
        server.start()
    wait_for(lambda: reader.index_problem is None)
    wait_for(lambda: near(reader, question)[:1] == [ids[7]])
    wait_for(lambda: _settles(engine, on_server))
    assert near(reader, "Brass kettle How to descale a brass kettle")[:1] == [new.id]
    assert verify_index(engine, open_backend(on_server), index_fingerprint(HashEncoder())) == []
    reader.close()


def _settles(engine: Engine, settings: Settings) -> bool:
    try:
        settle(engine, settings)
    except MilvusUnavailableError:
        return False
    return True


def test_a_server_that_hangs_costs_a_search_its_limit_of_time_once(
    session: Session, engine: Engine, on_server: Settings, server: MilvusServer
) -> None:
    fill(session, 25)
    settle(engine, on_server)
    reader = SearchRuntime.open(replace(on_server, milvus_timeout_text="400"), engine)
    wait_for(lambda: titles(reader, session, "lamp number 3"))
    server.pause()
    try:
        started = time.monotonic()
        assert titles(reader, session, "lamp number 4")[0] == "Lamp number 4"
        assert time.monotonic() - started < 30
        assert reader.index_problem is not None
        started = time.monotonic()
        reader.view(HELP).search_dense(np.zeros(HashEncoder().dimensions, np.float32), 3)
        assert time.monotonic() - started < 0.3
    finally:
        server.go_on()
    wait_for(lambda: _is_well_again(reader))


def _is_well_again(reader: SearchRuntime) -> bool:
    reader.view(HELP)
    return reader.index_problem is None


def test_a_collection_that_milvus_lost_is_filled_anew(
    session: Session, engine: Engine, on_server: Settings, open_on_server: Open
) -> None:
    ids = fill(session, 25)
    settle(engine, on_server)
    reader = open_on_server()
    address = on_server.milvus
    assert address is not None
    connection_to(address).drop(reader.view(HELP).base.name)  # type: ignore[attr-defined]
    assert any(
        "not in Milvus" in one
        for one in verify_index(engine, open_backend(on_server), index_fingerprint(HashEncoder()))
    )
    settle(engine, on_server)
    wait_for(lambda: near(reader, "Lamp number 7 How to clean lamp 7")[:1] == [ids[7]])
    assert verify_index(engine, open_backend(on_server), index_fingerprint(HashEncoder())) == []
