"""The guard of logs sees what it is there for; and a write that fails tells nothing of what was to be written."""

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from log_guard import LogGuard, is_telling, planted_in
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from talks import make_talk

Csrf = Callable[[FlaskClient], dict[str, str]]
TYPED = {"name": "Kamal Haldar", "contact": "kamal.haldar@x.example", "message": "The lamp of my mother is broken"}


@pytest.fixture
def aside() -> Iterator[logging.Logger]:
    """A logger whose lines the guard of this test itself does not see."""
    logger = logging.getLogger("aside")
    logger.propagate = False
    yield logger
    logger.propagate = True


@pytest.mark.parametrize("leak", [*TYPED.values(), "+919830012345"])
def test_whatever_was_stored_of_a_customer_is_found(session: Session, aside: logging.Logger, leak: str) -> None:
    with LogGuard().watching(aside) as guard:
        said = f"customer: {TYPED['message']}"
        make_talk(session, [said], name=TYPED["name"], email=TYPED["contact"], phone="+919830012345")
        aside.warning("could not send %s", leak)
        aside.warning("message 12 of conversation 3 could not be sent")
    assert [line for line in guard.leaks() if repr(leak) in line]
    assert len({line.partition(" in ")[2] for line in guard.leaks()}) == 1
    assert leak in planted_in(session.get_bind().engine) | guard.planted


def test_what_stands_in_the_trace_of_an_error_is_found_too(session: Session, aside: logging.Logger) -> None:
    with LogGuard().watching(aside) as guard:
        make_talk(session, name=TYPED["name"])
        try:
            raise ValueError(TYPED["name"])
        except ValueError:
            aside.exception("failed")
    assert guard.leaks()


@pytest.mark.sqlite_only(reason="forms are the same")
def test_what_was_typed_and_never_stored_is_found_too(client: FlaskClient, csrf: Csrf, aside: logging.Logger) -> None:
    with LogGuard().watching(aside) as guard:
        client.post("/help/en/contact", data={**TYPED, "contact": "nothing of use"}, headers=csrf(client))
        aside.warning("refused: %s", TYPED["name"])
    assert guard.leaks()


@pytest.mark.parametrize("value", ["2026-11-30 10:00:00.000001", "conversation", "help", "", "en", "Asha", "a b"])
def test_what_is_nobodys_is_not_looked_for(value: str) -> None:
    assert not is_telling(value)


def test_a_write_that_fails_is_logged_without_what_was_to_be_written(
    app: Flask, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """The guard of this test looks at the log; here is seen that there is one."""
    client = app.test_client()
    client.get("/help/en/")
    with engine.begin() as connection:
        connection.execute(text("CREATE UNIQUE INDEX one_alone ON search_events (audience)"))
    for _ in range(2):
        client.get("/help/en/search", query_string={"q": TYPED["message"]})
    errors = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert any("search_events" in error for error in errors)
