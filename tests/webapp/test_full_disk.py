"""A disk without room, or a database that may only be read: what reads goes on, pages say what does not, nothing is lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_content import add_page_content
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.updating import bring_up_to_date
from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.tables import Message
from webapp.app import create_app
from webapp.worker.held import HELD
from webapp.worker.kinds import job_kinds

Csrf = Callable[[FlaskClient], dict[str, str]]
BANNERS = {"en": "Nothing can be stored", "hi": "अभी कुछ भी सहेजा नहीं जा सकता", "bn": "এই মুহূর্তে কিছুই সংরক্ষণ করা যাচ্ছে না"}
# Longer than a page of the database, so that it needs a new one.
SENT = {"name": "Asha", "contact": "98300 12345", "message": "My refund is late. " * 255}
WAIT = 120.0


class ReadingClient(FlaskClient):
    """Reads each answer to its end, as a browser does, and waits for nothing else."""

    def open(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        return super().open(*args, **{"buffered": True, **kwargs})


@pytest.fixture
def live(settings: Settings, engine: Engine) -> Iterator[Flask]:
    """The application as `kb serve` has it: what is written down after an answer keeps nobody waiting."""
    app = create_app(settings, engine)
    app.test_client_class = ReadingClient
    yield app
    app.extensions["kb_after_response"].wait()


@contextmanager
def each_connection(engine: Engine, begins_with: Callable[[object, object], None]) -> Iterator[None]:
    """Connections are new ones, and begin with this."""
    event.listen(engine, "connect", begins_with)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", begins_with)
        engine.dispose()


@contextmanager
def no_room(engine: Engine) -> Iterator[None]:
    """The database may not grow by a page."""
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")  # pages that are free within it would be room
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: object, _record: object, most: int = pages) -> None:
        connection.execute(f"PRAGMA max_page_count={most}")  # type: ignore[attr-defined]

    with each_connection(engine, limit):
        yield


@contextmanager
def only_read(engine: Engine) -> Iterator[None]:
    """Nobody may write: a disk that was mounted for reading, or a standby of PostgreSQL."""
    if engine.dialect.name == "sqlite":
        with each_connection(engine, _query_only):
            yield
        return
    name = engine.url.database
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    engine.dispose()
    try:
        yield
    finally:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.execute(text(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'))
        engine.dispose()


def _query_only(connection: object, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]


def stored(session: Session) -> list[str]:
    session.rollback()
    return [one.strip() for one in session.scalars(select(Message.text)).all()]


@pytest.mark.parametrize("fault", [no_room, only_read])
def test_what_reads_goes_on_and_what_was_sent_arrives_when_there_is_room_again(
    live: Flask, settings: Settings, engine: Engine, session: Session, csrf: Csrf, fault: Callable[[Engine], object]
) -> None:
    if fault is no_room and engine.dialect.name != "sqlite":
        pytest.skip("what a full disk of PostgreSQL's server says is an error of the same class")
    add_page_content(session)
    session.commit()
    bring_up_to_date(engine, settings.index_dir, HashEncoder())
    client = live.test_client()
    expected = client.get("/api/v1/search?q=refund").json["results"]  # type: ignore[index]
    assert expected
    session.close()
    with fault(engine):  # type: ignore[attr-defined]
        assert client.get("/help/en/").status_code == 200
        answer = client.post("/help/en/contact", data=SENT, headers=csrf(client))
        assert answer.status_code == 503
        assert client.get("/api/v1/search?q=refund").json["results"] == expected  # type: ignore[index]
        for language, banner in BANNERS.items():
            page = client.get(f"/help/{language}/search?q=refund")
            assert page.status_code == 200
            assert banner in page.text
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json["checks"]["storing"] is False  # type: ignore[index]
    with Session(engine) as separate:
        kinds = job_kinds(settings, engine)
        assert kinds[HELD].is_wanted is not None
        assert kinds[HELD].is_wanted(separate)
    run_now(engine, kinds, HELD, "test")
    assert stored(session) == [SENT["message"].strip()]
    if fault is only_read:  # it is over as the other one is, which takes half a minute
        return
    end = time.monotonic() + WAIT
    while client.get("/readyz").json["checks"]["storing"] is not True:  # type: ignore[index]
        assert time.monotonic() < end
        time.sleep(0.5)
    assert BANNERS["en"] not in client.get("/help/en/").text
