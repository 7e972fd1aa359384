"""Whoever watches is told at once what has changed in a conversation, by stream or by asking."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import get_user
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.service.conversations import take
from kb.service.drafts import note_presence
from kb.tables import Conversation, Role
from webapp.shared import live
from webapp.shared.live import Hub, TooManyStreamsError

Login = Callable[[Role | str], FlaskClient]


@pytest.fixture
def talk(session: Session) -> Conversation:
    conversation = make_talk(session)
    session.commit()
    return conversation


@pytest.fixture
def hub(engine: Engine) -> Iterator[Hub]:
    hub = Hub(engine)
    yield hub
    hub.is_stopping = lambda: True
    hub._listeners.clear()
    if thread := hub._thread:
        thread.join(5)


def next_change(events: Iterator[str]) -> dict[str, object]:
    for event in events:
        if event.startswith("event: change"):
            found: dict[str, object] = json.loads(event.partition("data: ")[2])
            return found
    raise AssertionError("the stream ended")


def connected(hub: Hub) -> Iterator[str]:
    events = hub.stream()
    assert "event: connected" in next(events)
    time.sleep(0.3)  # its thread looks where the tables end
    return events


def test_a_message_and_what_happens_are_told_within_a_moment(hub: Hub, session: Session, talk: Conversation) -> None:
    events = connected(hub)
    said_at = time.monotonic()
    say(session, talk, "customer: hello?")
    session.commit()
    assert next_change(events) == {"conversation": talk.id, "kind": "message"}
    assert time.monotonic() - said_at < 1.0
    take(session, talk, get_user(session, "rep@test.example").id)
    session.commit()
    assert next_change(events) == {"conversation": talk.id, "kind": "assigned"}


def test_who_looks_is_told_too(hub: Hub, session: Session, talk: Conversation) -> None:
    events = connected(hub)
    note_presence(session, talk.id, get_user(session, "rep@test.example").id, typing=True)
    session.commit()
    assert next_change(events) == {"conversation": talk.id, "kind": "presence"}


def test_all_streams_are_told_and_nothing_old_is(hub: Hub, session: Session, talk: Conversation) -> None:
    streams = [connected(hub) for _ in range(3)]
    say(session, talk, "customer: one")
    session.commit()
    for events in streams:
        assert next_change(events)["kind"] == "message"


def test_streams_end_when_the_server_stops_and_the_watching_ends_with_the_last(hub: Hub) -> None:
    events = connected(hub)
    hub.is_stopping = lambda: True
    assert list(events) == []
    deadline = time.monotonic() + 5
    while hub._thread is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert hub._thread is None


def test_more_streams_than_places_are_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_STREAMS", 1)
    held = connected(hub)
    with pytest.raises(TooManyStreamsError):
        hub.stream()
    del held


def test_who_cannot_hold_a_stream_asks_what_has_changed(login: Login, session: Session, talk: Conversation) -> None:
    rep = login(Role.REP)
    start = rep.get("/desk/live/changes").get_json()
    assert start["changes"] == []
    say(session, talk, "customer: one")
    say(session, talk, "customer: two")
    session.commit()
    told = rep.get(f"/desk/live/changes?after={start['cursor']}").get_json()
    assert told["changes"] == [{"conversation": talk.id, "kind": "message"}]
    assert rep.get(f"/desk/live/changes?after={told['cursor']}").get_json()["changes"] == []
    assert rep.get("/desk/live/changes?after=yesterday").status_code == 400


def test_stream_is_neither_stored_nor_gathered_on_its_way(login: Login) -> None:
    answer = login(Role.REP).get("/desk/live")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "event: connected" in answer.get_data(as_text=True)


def test_watching_ends_with_the_last_listener_also_where_the_database_is_gone(tmp_path: Path) -> None:
    hub = Hub(create_database_engine(Settings(home_text=str(tmp_path))))  # without a table
    stream = hub.stream()
    watching = hub._thread
    assert watching
    stream.close()
    watching.join(10)
    assert hub._thread is None
