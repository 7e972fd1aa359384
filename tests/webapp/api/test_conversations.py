"""Any system feeds conversations in, as often and as badly as it likes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.tables import Customer, Message

URL = "/api/v1/desk/conversations"
Token = Callable[[str], dict[str, str]]
Post = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def post(client: FlaskClient, token: Token) -> Post:
    headers = token("rep")

    def send(body: object, path: str = "") -> tuple[int, dict[str, Any]]:
        answer = client.post(URL + path, json=body, headers=headers)
        return answer.status_code, answer.get_json()

    return send


def test_a_conversation_and_its_messages_are_stored_once(post: Post, session: Session) -> None:
    body = {"external_id": "z-1", "channel": "chat", "customer": {"name": "Asha", "email": "asha@example.com"}}
    status, opened = post(body)
    assert (status, opened["warnings"]) == (201, [])
    assert post(body)[0] == 200
    path = f"/{opened['id']}/messages"
    message = {
        "external_id": "m-1",
        "role": "customer",
        "text": "Where is my refund?",
        "sent_at": "2026-01-02T10:00:00Z",
    }
    assert post(message, path)[1]["status"] == "created"
    assert post(message, path) == (200, post(message, path)[1])
    assert session.scalar(select(func.count(Message.id))) == 1
    assert session.scalar(select(func.count(Customer.id))) == 1


def test_a_conversation_is_shown_with_what_was_said(post: Post, client: FlaskClient, token: Token) -> None:
    opened = post({"channel": "email", "subject": "Refund", "metadata": {"plan": "Plus", "deep": {"no": 1}}})[1]
    assert opened["warnings"] == ["of metadata only texts and numbers are kept, 50 at most"]
    batch = [
        {"role": "customer", "text": "<script>alert(1)</script>", "external_id": "a"},
        {"role": "wizard", "text": "x"},
        {"role": "agent", "text": "Hello", "sent_at": "yesterday"},
        "no message",
    ]
    status, answer = post({"messages": batch}, f"/{opened['id']}/messages")
    assert status == 200
    assert [one["status"] for one in answer["messages"]] == ["created", "rejected", "created", "rejected"]
    assert answer["messages"][2]["warnings"]
    shown = client.get(opened["url"], headers=token("rep")).get_json()
    assert [entry["text"] for entry in shown["timeline"]] == ["<script>alert(1)</script>", "Hello"]
    assert (shown["subject"], shown["metadata"], shown["channel"]) == ("Refund", {"plan": "Plus"}, "email")


@pytest.mark.parametrize(("name", "channel"), [("whatsapp", "social"), ("Live Chat", "chat"), ("pigeon", "other")])
def test_an_unknown_channel_costs_the_channel(
    post: Post, client: FlaskClient, token: Token, name: str, channel: str
) -> None:
    status, opened = post({"channel": name})
    assert status == 201
    assert bool(opened["warnings"]) is (channel == "other")
    assert client.get(opened["url"], headers=token("rep")).get_json()["channel"] == channel


def test_customer_fields_of_the_wrong_kind_cost_the_field(post: Post) -> None:
    customer = {"name": ["A"], "phone": 919812345678, "email": "x", "language": None}
    status, opened = post({"channel": "sms", "customer": customer})
    assert status == 201
    assert len(opened["warnings"]) == 2
    assert opened["customer"]["phone"] == "+919812345678"


@pytest.mark.parametrize(
    ("body", "path", "status"),
    [
        ({}, "", 400),
        ({"channel": "chat", "customer": "Asha"}, "", 400),
        ({"channel": 3}, "", 400),
        ({"channel": "chat", "metadata": {"a": float("nan")}}, "", 400),
        ({"channel": "chat", "metadata": {"a": [float("inf")]}}, "", 400),
        ({"role": "customer", "text": "x"}, "/99/messages", 404),
        ({"role": "customer", "text": "x"}, "/99999999999999999999/messages", 404),
        ({"messages": []}, "/{id}/messages", 400),
        ({"role": "customer", "text": ""}, "/{id}/messages", 400),
        ({"role": "customer", "text": "x" * 1_000_001}, "/{id}/messages", 400),
        ({"role": "customer", "text": "a\0b"}, "/{id}/messages", 400),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(post: Post, body: dict[str, Any], path: str, status: int) -> None:
    conversation = post({"channel": "chat"})[1]["id"]
    found, problem = post(body, path.replace("{id}", str(conversation)))
    assert found == status
    assert problem["status"] == status


def test_a_message_of_a_megabyte_is_kept_whole(post: Post, session: Session) -> None:
    conversation = post({"channel": "email"})[1]["id"]
    text = "word " * 199_999 + "end."
    assert post({"role": "customer", "text": text}, f"/{conversation}/messages")[0] == 201
    assert session.scalars(select(func.length(Message.text))).one() == len(text)
