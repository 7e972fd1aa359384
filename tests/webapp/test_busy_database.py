"""Somebody else is writing, for long: searching goes on, and what cannot be stored can be sent again soon."""

import io
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_checks import check_page
from PIL import Image
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.jobs.running import run_now
from kb.tables import Attachment, Conversation, Message, SearchEvent, User
from webapp.app import create_app
from webapp.help.own_conversations import token_of
from webapp.worker.held import HELD
from webapp.worker.kinds import job_kinds

Csrf = Callable[[FlaskClient], dict[str, str]]
MESSAGE = {
    "name": "Asha <Rao>",
    "contact": "98300 12345",
    "message": 'My refund is "late"\nand नहीं आया on 4111 1111 1111 1111',
}


class ReadingClient(FlaskClient):
    """Reads each answer to its end, as a browser does, and waits for nothing else."""

    def open(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        return super().open(*args, **{"buffered": True, **kwargs})


@pytest.fixture
def live(settings: Settings, engine: Engine) -> Iterator[Flask]:
    """The application with an engine of its own, as `kb serve` has it."""
    app = create_app(settings)
    app.test_client_class = ReadingClient
    yield app
    app.extensions["kb_after_response"].wait()
    app.extensions["kb_database"][0].dispose()


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another process writes and does not commit."""
    other = create_database_engine(settings)
    try:
        with other.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                tables = "conversations, customers, search_events, feedback, users, api_tokens"
                connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
            yield
            connection.rollback()
    finally:
        other.dispose()


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_searching_goes_on_and_what_was_searched_is_written_down_later(
    live: Flask, settings: Settings, session: Session
) -> None:
    client = live.test_client()
    client.get("/api/v1/search?q=warm+up")
    with locked(settings):
        begun = time.monotonic()
        for number in range(20):
            assert client.get(f"/api/v1/search?q=refund+{number}").status_code == 200
            assert client.get(f"/help/en/search?q=refund+{number}").status_code == 200
        assert time.monotonic() - begun < 10  # forty, of which none waits for the writer
        assert client.get("/readyz").status_code == 200
        assert count(session, SearchEvent) == 1
    live.extensions["kb_after_response"].wait()
    assert count(session, SearchEvent) > 20


def picture() -> tuple[io.BytesIO, str]:
    stored = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(stored, "JPEG")
    return io.BytesIO(stored.getvalue()), "lamp.jpg"


def store_what_was_held(settings: Settings, engine: Engine) -> None:
    """As the worker does, which finds by itself that there is something."""
    kinds = job_kinds(settings, engine)
    assert kinds[HELD].is_wanted is not None
    with Session(engine) as separate:
        if kinds[HELD].is_wanted(separate):
            run_now(engine, kinds, HELD, "test")


@pytest.mark.parametrize("sent_again", [True, False])
def test_request_is_held_on_disk_its_form_comes_back_and_it_arrives_once(
    live: Flask, settings: Settings, engine: Engine, session: Session, csrf: Csrf, sent_again: bool
) -> None:
    client = live.test_client()
    with locked(settings):
        begun = time.monotonic()
        typed = {**MESSAGE, "order_number": "JH-20417733", "pictures": picture()}
        answer = client.post("/help/hi/contact", data=typed, headers=csrf(client))
        assert time.monotonic() - begun < 6
        page = check_page(answer, status=503)
        assert int(answer.headers["Retry-After"]) > 0
        for kept in ("Asha &lt;Rao&gt;", "98300 12345", "[card]", "JH-20417733"):
            assert (kept in page) is (kept != "[card]")
        assert "4111 1111 1111 1111</textarea>" in page  # theirs, on their own screen
        number = re.search(r"\d{3}-\d{3}-\d{3}", page)
        assert number
        assert client.get("/help/hi/contact").status_code == 200
    assert count(session, Conversation) == 0
    (file,) = (settings.home / "held").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "4111" not in file.read_text("utf-8")
    assert "[card]" in file.read_text("utf-8")
    if sent_again:
        typed["pictures"] = picture()
        assert client.post("/help/hi/contact", data=typed, headers=csrf(client)).status_code == 303
        assert count(session, Conversation) == 1
    content = file.read_bytes()
    store_what_was_held(settings, engine)
    assert list(file.parent.iterdir()) == []
    file.write_bytes(content)  # whoever stored it died before the file was gone
    store_what_was_held(settings, engine)
    conversation = session.scalars(select(Conversation)).one()
    assert conversation.details["reference"] == number[0]
    assert session.scalars(select(Message.text)).all() == ['My refund is "late"\nand नहीं आया on [card]']
    assert session.scalars(select(Attachment.name)).all() == ["lamp.jpg"]
    assert number[0] in client.get("/help/hi/contact/sent").text


def test_answer_on_the_page_of_a_request_is_held_too(
    live: Flask, settings: Settings, engine: Engine, session: Session, csrf: Csrf
) -> None:
    client = live.test_client()
    client.post("/help/en/contact", data=MESSAGE, headers=csrf(client))
    conversation = session.scalars(select(Conversation)).one()
    own = f"/help/en/requests/{token_of(conversation, key=live.config['SECRET_KEY'])}"
    with locked(settings):
        assert client.get(own).status_code == 200
        page = check_page(client.post(own, data={"message": "And <now>?"}, headers=csrf(client)), status=503)
    assert "And &lt;now&gt;?</textarea>" in page
    assert count(session, Message) == 1
    store_what_was_held(settings, engine)
    assert "And &lt;now&gt;?</div>" in client.get(own).text


def test_where_nothing_can_be_held_either_the_form_says_that_it_was_not_sent(
    live: Flask, settings: Settings, session: Session, csrf: Csrf
) -> None:
    client = live.test_client()
    (settings.home / "held").write_text("no folder", "utf-8")
    with locked(settings):
        page = check_page(client.post("/help/en/contact", data=MESSAGE, headers=csrf(client)), status=503)
    assert "This has not been sent yet" in page
    assert "on 4111 1111 1111 1111</textarea>" in page
    assert count(session, Conversation) == 0
    assert client.post("/help/en/contact", data=MESSAGE, headers=csrf(client)).status_code == 303
    assert count(session, Conversation) == 1


def test_any_other_form_can_be_sent_again_by_a_button(
    live: Flask, settings: Settings, session: Session, login: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    user = session.scalars(select(User).where(User.email == "rep@test.example")).one()
    with login("admin").session_transaction() as cookie:
        kept = dict(cookie)
    client = live.test_client()
    with client.session_transaction() as cookie:
        cookie.update(kept)
    form = {"action": "role", "role": "trainer", "name": 'a "quoted" <b>'}
    with locked(settings):
        begun = time.monotonic()
        answer = client.post(f"/admin/people/{user.id}", data=form, headers=csrf(client))
        assert time.monotonic() - begun < 3
    page = check_page(answer, status=503)
    assert answer.headers["Retry-After"]
    assert f'action="/admin/people/{user.id}"' in page
    assert '<input type="hidden" name="role" value="trainer">' in page
    assert 'value="a &#34;quoted&#34; &lt;b&gt;"' in page


def test_programs_are_told_when_to_come_again(
    live: Flask, settings: Settings, session: Session, login: Callable[[str], FlaskClient], csrf: Csrf
) -> None:
    with login("rep").session_transaction() as cookie:
        kept = dict(cookie)
    client = live.test_client()
    with client.session_transaction() as cookie:
        cookie.update(kept)
    client.get("/api/v1/desk/search?q=refund")
    live.extensions["kb_after_response"].wait()
    public_id = session.scalars(select(SearchEvent.public_id)).one()
    with locked(settings):
        answer = client.post(
            "/api/v1/desk/feedback", json={"search_id": public_id, "kind": "click"}, headers=csrf(client)
        )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.content_type == "application/problem+json"


def test_password_is_not_repeated(live: Flask, settings: Settings, csrf: Csrf) -> None:
    client = live.test_client()
    form = {"email": "rep@test.example", "password": "a password for tests"}
    with locked(settings):
        answer = client.post("/login", data=form, headers=csrf(client))
    assert answer.status_code in {302, 303, 503}
    assert "a password for tests" not in answer.text
