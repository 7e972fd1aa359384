"""What is about to go to a customer is checked before it goes."""

from collections.abc import Callable
from typing import Any

import pytest
from content_factory import add_ticket
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.tables import Channel

Token = Callable[[str], dict[str, str]]
Check = Callable[..., dict[str, Any]]


@pytest.fixture
def check(client: FlaskClient, token: Token) -> Check:
    headers = token("rep")

    def send(text: str, conversation_id: int | None = None) -> dict[str, Any]:
        body = {"text": text, "conversation_id": conversation_id}
        response = client.post("/api/v1/desk/check", json=body, headers=headers)
        assert response.status_code == 200, response.get_data(as_text=True)
        answer: dict[str, Any] = response.get_json()
        return answer

    return send


def test_a_sentence_of_an_internal_article_is_shown_with_its_source(check: Check) -> None:
    secret = "The floor manager approves more, a rep may refund two thousand rupees alone."
    text = f"Hello Asha. {secret} Have a nice day."
    [leak] = check(text)["leaks"]
    assert leak["sentence"] == secret == text[leak["start"] : leak["end"]]
    assert leak["source"]["kind"] == "article"
    assert leak["source"]["title"] == "Refund limits and approvals"
    assert leak["source"]["sentence"].startswith("A rep may refund two thousand rupees alone")
    assert 0 < leak["score"] <= 1
    assert "Refund limits and approvals" in leak["why"]


def test_what_a_public_article_says_is_no_leak(check: Check) -> None:
    text = "Open the account page and choose a new password. The link in the message is valid for ten minutes."
    assert check(text) == {"leaks": [], "repeats": [], "complete": True}


def test_what_belongs_to_another_customer_is_shown_and_what_is_their_own_is_not(check: Check, session: Session) -> None:
    own = make_talk(session, ["customer: My order is JH-20417733, write to asha@example.com"])
    make_talk(
        session,
        ["customer: order JH-99887766 please, to 14 Lake Road, Kolkata 700029", "agent: yes"],
        name="Bimal Sen",
        email="bimal@example.com",
        phone="9830012345",
    )
    session.commit()
    text = (
        "Your order JH-20417733 is on its way. The one with JH-99887766 is late. We wrote to bimal@example.com. "
        "Call 098300 12345. It goes to 14 Lake Road. Bimal Sen has signed for it. Greetings to asha@example.com, Asha Rao."
    )
    leaks = check(text, own.id)["leaks"]
    assert [(leak["why"].partition(" of ")[0], leak["source"]["sentence"]) for leak in leaks] == [
        ("order number", "JH-99887766"),
        ("e-mail address", "bimal@example.com"),
        ("phone number", "098300 12345"),
        ("address", "14 Lake Road"),
        ("name", "Bimal Sen"),
    ]
    assert {leak["source"]["kind"] for leak in leaks} == {"customer"}
    assert leaks[0]["sentence"] == "The one with JH-99887766 is late."


def test_without_a_conversation_only_data_of_a_second_customer_are_shown(check: Check, session: Session) -> None:
    make_talk(session, ["customer: order JH-20417733"])
    make_talk(session, ["customer: order JH-99887766"], name="Bimal Sen", email="bimal@example.com")
    session.commit()
    assert check("Your order JH-20417733 has left.")["leaks"] == []
    [leak] = check("Your order JH-20417733 has left, and JH-99887766 too.")["leaks"]
    assert leak["source"]["sentence"] == "JH-99887766"


def test_an_order_number_of_a_past_ticket_is_shown(
    check: Check, session: Session, settings: Settings, engine: Engine
) -> None:
    add_ticket(session, "Late fan", "My order JH-55443322 is late", "It came on Monday")
    SearchRuntime.open(settings, engine).update()
    own = make_talk(session, ["customer: order JH-20417733"])
    session.commit()
    [leak] = check("Your order JH-55443322 is late, I see.", own.id)["leaks"]
    assert (leak["source"]["kind"], leak["source"]["title"]) == ("ticket", "Late fan")
    theirs = make_talk(session, ["customer: order JH-55443322 again"], name="Bimal Sen", email="bimal@example.com")
    session.commit()
    assert check("Your order JH-55443322 is late, I see.", theirs.id)["leaks"] == []


def test_what_the_sending_system_gave_with_a_conversation_is_the_customers_own(check: Check, session: Session) -> None:
    own = make_talk(session, ["customer: where is it?"], subject="Late order JH-55443322")
    own.details = {"order": "JH-99887766", "plan": "Plus", "number": 5}
    make_talk(session, ["customer: JH-99887766 and JH-55443322"], name="Bimal Sen", email="bimal@example.com")
    session.commit()
    assert check("Your orders JH-99887766 and JH-55443322 come on Friday.", own.id)["leaks"] == []


def test_a_question_that_was_answered_already_is_shown_with_the_answer(check: Check, session: Session) -> None:
    earlier = make_talk(session, ["customer: My order is JH-20417733"], channel=Channel.EMAIL, ago=600)
    now = make_talk(session, ["customer: it is still late, I restarted the app already"])
    session.commit()
    answer = check("I am sorry. Could you share your order number? And please restart the app.", now.id)
    order, tried = answer["repeats"]
    assert (order["kind"], order["value"], order["words"], order["channel"]) == (
        "order",
        "JH-20417733",
        "JH-20417733",
        "email",
    )
    assert order["conversation_id"] == earlier.id
    assert order["at"]
    assert order["sentence"] == "Could you share your order number?"
    assert (tried["kind"], tried["channel"]) == ("tried", "chat")
    assert check("Could you share your serial number?", now.id)["repeats"] == []


def test_odd_input_gets_a_clear_answer(client: FlaskClient, token: Token, check: Check) -> None:
    headers = token("rep")
    for body, status in (
        ({"text": "x", "conversation_id": 10**20}, 400),
        ({"text": "x", "conversation_id": "1"}, 400),
        ({"text": "x", "conversation_id": True}, 400),
        ({"text": "x", "conversation_id": 77}, 404),
        ({"text": 5}, 400),
        ({"text": "x" * 100_001}, 400),
        ([], 400),
    ):
        response = client.post("/api/v1/desk/check", json=body, headers=headers)
        assert response.status_code == status, body
        assert response.content_type == "application/problem+json"
    nothing = {"leaks": [], "repeats": [], "complete": True}
    for text in ("", " \n ", "🙂🙂", "a" * 900, "<b>hi</b>", "\u202e\u0000".replace("\u0000", "")):
        assert check(text) == nothing
    assert check("This is a sentence. " * 300)["complete"] is False
