"""A step before the wall of the limits: messages that come often come with a proof, or wait."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from altcha import Challenge, Payload, solve_challenge
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kb.core.settings import Settings
from kb.tables import Conversation
from webapp.app import create_app
from webapp.shared import proof

pytestmark = pytest.mark.sqlite_only(reason="what is counted stands in a file of its own")

Send = Callable[..., TestResponse]
FORM = {"name": "Asha", "contact": "asha@example.com"}
FLOOD, OTHER = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "_FEWEST_TRIES", 15)
    monkeypatch.setattr(proof, "_MOST_TRIES", 30)


@pytest.fixture
def app(settings: Settings, engine: Engine) -> Flask:
    return create_app(replace(settings, free_messages_text="3", free_messages_in_all_text="8"), engine)


@pytest.fixture
def send(app: Flask) -> Send:
    """A new browser sends a message, from an address."""

    def send(parcel: int, address: str = FLOOD, path: str = "contact", **more: str) -> TestResponse:
        client: FlaskClient = app.test_client()
        environ = {"REMOTE_ADDR": address}
        page = client.get(f"/help/en/{path}", environ_base=environ).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        fields = {
            **FORM,
            "message": f"Where is parcel {parcel}?",
            "csrf_token": token[1],
            "key": f"form-{parcel:09}",
            **more,
        }
        return client.post(f"/help/en/{path}", data=fields, environ_base=environ)

    return send


def stored(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count(Conversation.id))) or 0


def asked_in(page: TestResponse) -> tuple[Challenge, str]:
    """The challenge and the ticket of a page."""
    challenge = re.search(r'data-proof="([^"]+)"', page.text)
    ticket = re.search(r'name="proof" value="(waited:[^"]+)"', page.text)
    assert challenge
    assert ticket
    return Challenge.from_dict(json.loads(unescape(challenge[1]))), unescape(ticket[1])


def solved(challenge: Challenge) -> str:
    solution = solve_challenge(challenge)
    assert solution
    return Payload(challenge, solution).to_base64()


def test_twenty_messages_a_minute_from_one_address_reach_nobody_and_hide_nobody(send: Send, session: Session) -> None:
    statuses = [send(number).status_code for number in range(20)]
    assert statuses == [303] * 3 + [429] * 17
    assert stored(session) == 3
    assert send(100, OTHER).status_code == 303, "somebody else notices nothing"
    challenge, _ = asked_in(send(101))
    assert send(101, proof=solved(challenge)).status_code == 303, "and who shares the address gets through"
    assert stored(session) == 5


def test_a_page_that_comes_back_keeps_what_was_typed(send: Send) -> None:
    for number in range(3):
        send(number)
    page = send(7, message="My grandmother's parcel <b> never came")
    assert page.status_code == 429
    assert "My grandmother&#39;s parcel &lt;b&gt; never came" in page.text
    assert "asha@example.com" in page.text
    assert "data-send" in page.text
    assert "please send yours in 30 seconds" in page.text


def test_a_page_asks_before_it_is_written_and_only_where_it_must(app: Flask, send: Send) -> None:
    client = app.test_client()
    assert "data-proof" not in client.get("/help/en/contact", environ_base={"REMOTE_ADDR": FLOOD}).text
    for number in range(3):
        send(number)
    page = client.get("/help/en/contact", environ_base={"REMOTE_ADDR": FLOOD}).text
    assert "data-proof" in page
    assert "data-send" not in page
    assert "data-proof" not in client.get("/help/en/contact", environ_base={"REMOTE_ADDR": OTHER}).text


@pytest.mark.parametrize("path", ["contact", "chat", "call-back"])
def test_form_chat_and_call_back_share_one_budget(send: Send, path: str) -> None:
    for number in range(3):
        send(number)
    page = send(9, path=path, number="98300 12345")
    assert page.status_code == 429
    challenge, _ = asked_in(page)
    assert send(9, path=path, number="98300 12345", proof=solved(challenge)).status_code == 303


def test_many_addresses_together_have_a_budget_too(send: Send, session: Session) -> None:
    statuses = [send(number, f"192.0.2.{number}").status_code for number in range(12)]
    assert statuses == [303] * 8 + [429] * 4
    challenge, _ = asked_in(send(50, OTHER))
    assert send(50, OTHER, proof=solved(challenge)).status_code == 303
    assert stored(session) == 9


def test_a_proof_is_good_once_however_it_is_written(send: Send) -> None:
    for number in range(3):
        send(number)
    challenge, _ = asked_in(send(4))
    answer = solved(challenge)
    assert send(4, proof=answer).status_code == 303
    assert send(5, proof=answer).status_code == 429
    again = Payload.from_base64(answer)
    again.solution.time = 17.0
    assert send(6, proof=again.to_base64()).status_code == 429


def test_proofs_that_are_none_are_refused(send: Send) -> None:
    for number in range(3):
        send(number)
    challenge, ticket = asked_in(send(4))
    easier = Payload.from_base64(solved(challenge))
    easier.challenge.parameters.key_prefix = ""
    other = create_app_key_challenge()
    deep = "eyJj" + "W1tb" * 900
    tries = [
        easier.to_base64(),
        solved(other),
        deep,
        "e30=",
        "x" * 100_000,
        "waited:",
        f"{ticket}x",
        "waited:" + "A" * 50,
        ticket,
    ]
    for number, one in enumerate(tries, 10):
        assert send(number, proof=one).status_code == 429, one[:40]


def create_app_key_challenge() -> Challenge:
    """As a stranger makes one, with a key of their own."""
    from altcha import create_challenge

    return create_challenge("PBKDF2/SHA-256", 1, counter=1, hmac_secret="mine", hmac_key_secret="mine")


def test_without_a_script_it_is_taken_after_a_wait(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        send(number)
    _, ticket = asked_in(send(4))
    early = send(4, proof=ticket)
    assert early.status_code == 429
    assert asked_in(early)[1] == ticket, "the wait goes on, it does not begin again"
    now = proof.time.time
    monkeypatch.setattr(proof.time, "time", lambda: now() + 31)
    assert send(4, proof=ticket).status_code == 303
    assert send(5, proof=ticket).status_code == 429, "one wait, one message"


def test_waiting_with_many_pages_at_once_is_no_way_around(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        send(number)
    tickets = [asked_in(send(number))[1] for number in range(4, 12)]
    now = proof.time.time
    monkeypatch.setattr(proof.time, "time", lambda: now() + 31)
    statuses = [send(number, proof=ticket).status_code for number, ticket in enumerate(tickets, 4)]
    assert sorted(statuses) == [303] * 4 + [429] * 4


def test_who_fills_in_what_nobody_sees_is_asked_at_once_and_not_turned_away(send: Send) -> None:
    page = send(1, website="https://cheap.example")
    assert page.status_code == 429
    challenge, _ = asked_in(page)
    assert send(1, website="https://cheap.example", proof=solved(challenge)).status_code == 303


def test_a_slip_costs_no_proof(send: Send) -> None:
    for number in range(3):
        send(number)
    challenge, _ = asked_in(send(4))
    answer = solved(challenge)
    assert send(4, contact="no address", proof=answer).status_code == 422
    assert send(4, proof=answer).status_code == 303


def test_whoever_goes_on_works_more(app: Flask, send: Send) -> None:
    for number in range(3):
        send(number)
    with app.test_request_context(environ_base={"REMOTE_ADDR": FLOOD}):
        first = solve_challenge(Challenge.from_dict(json.loads(proof.ask_for_proof().challenge)))
        for _ in range(10):
            assert proof.is_let_through(solved(Challenge.from_dict(json.loads(proof.ask_for_proof().challenge))))
        later = solve_challenge(Challenge.from_dict(json.loads(proof.ask_for_proof().challenge)))
    assert first
    assert later
    assert later.counter > first.counter


def test_a_store_that_is_lost_closes_nothing(app: Flask, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> int:
        raise OSError("connection lost")

    storage = app.extensions["kb_limiter"].storage
    for name in ("incr", "get"):
        monkeypatch.setattr(storage, name, lost)
    assert [send(number).status_code for number in range(5)] == [303] * 3 + [429] * 2, (
        "each process counts for itself meanwhile"
    )


def test_the_widget_is_asked_in_json(app: Flask, session: Session) -> None:
    client = app.test_client()

    def write(number: int, **more: str) -> TestResponse:
        body = {**FORM, "message": f"Where is parcel {number}?", "form": f"form-of-a-widget-{number:04}", **more}
        return client.post("/api/v1/widget/contact", json=body, environ_base={"REMOTE_ADDR": FLOOD})

    assert [write(number).status_code for number in range(3)] == [201] * 3
    asked = write(3)
    assert (asked.status_code, asked.content_type) == (429, "application/problem+json")
    assert asked.json
    answer = solved(Challenge.from_dict(asked.json["proof"]["challenge"]))
    assert write(3, proof=answer).status_code == 201
    assert write(4, proof=answer).status_code == 429
    assert write(4, proof=asked.json["proof"]["ticket"]).status_code == 429
    assert stored(session) == 4
