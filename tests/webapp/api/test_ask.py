"""Asking the machine over the API, as the widget does."""

from pathlib import Path

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.tables import AskedTalk, SearchEvent
from webapp.api.openapi import openapi_document


@pytest.fixture(autouse=True)
def articles(session: Session, engine: Engine, settings: Settings) -> None:
    add_article(session, "Refund times", "Money comes back in five days.", slug="refund-times")
    add_article(session, "Refund limits", "A rep may refund two thousand.", slug="limits", audience="internal")
    session.commit()
    SearchRuntime.open(settings, engine).update()


def test_a_conversation_goes_on_by_its_name_without_a_cookie(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    first = client.post("/api/v1/ask", json={"text": "refund times", "lang": "en"})
    assert first.status_code == 200, first.text
    assert "Set-Cookie" not in first.headers
    asked = first.json
    schemas = openapi_document(settings)["components"]["schemas"]
    assert set(asked) == set(schemas["Asked"]["properties"])
    assert set(asked["reply"]) == set(schemas["AskReply"]["properties"])
    shown = [*asked["reply"]["passages"], *asked["reply"]["near"]]
    assert [one["title"] for one in shown] == ["Refund times"], "an internal article would be none for customers"
    assert set(shown[0]) == set(schemas["QuotedPassage"]["properties"])
    assert (asked["machine"], asked["tries_left"], asked["person_url"]) == (True, 1, "/help/en/person")
    assert "A machine answers" in asked["notice"]
    again = client.post("/api/v1/ask", json={"talk": asked["talk"], "text": "no, I mean limits", "lang": "hi"}).json
    assert (again["talk"], again["tries_left"]) == (asked["talk"], 0)
    assert "मशीन" in again["notice"]
    person = client.post("/api/v1/ask", json={"talk": asked["talk"], "text": "human"}).json["reply"]
    assert (person["kind"], person["reason"]) == ("person", "asked")
    talk = session.scalars(select(AskedTalk)).one()
    assert {event.visit for event in session.scalars(select(SearchEvent))} == {talk.visit}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": ""}, 400),
        ({"text": 3}, 400),
        ({"text": "x" * 4_001}, 400),
        ({"helped": "yes"}, 400),
        ({"back": 1}, 400),
        ({"text": "refund", "lang": "tlh"}, 400),
        ({"text": "refund", "talk": "unknown"}, 404),
        ({"text": "refund", "talk": "x" * 100}, 404),
        ({"text": "refund", "talk": "ä"}, 404),
        ({"choice": "nowhere", "step": "none"}, 200),
        ({"helped": True}, 200),
        ({"back": True}, 200),
        ({"flow": "none"}, 200),
    ],
)
def test_what_cannot_be_used_is_told(client: FlaskClient, body: dict[str, object], status: int) -> None:
    answer = client.post("/api/v1/ask", json=body)
    assert answer.status_code == status, answer.text
    assert answer.content_type == ("application/json" if status == 200 else "application/problem+json")


def test_a_flow_is_gone_through_by_its_values(client: FlaskClient, settings: Settings) -> None:
    settings.flows_dir.mkdir(parents=True)
    Path(settings.flows_dir / "refund.yaml").write_text(
        "title: Refund times\nsteps:\n  city:\n    ask: Which city?\n    quote: {article: refund-times}\n    choices:\n"
        "      - {label: Kolkata, next: near}\n      - {label: Pune, next: far}\n"
        "  near: {answer: Two days.}\n  far: {answer: Four days.}\n",
        encoding="utf-8",
    )
    begun = client.post("/api/v1/ask", json={"flow": "refund"}).json
    assert begun["reply"]["options"] == [{"label": "Kolkata", "value": "near"}, {"label": "Pune", "value": "far"}]
    sent = {"talk": begun["talk"], "step": begun["reply"]["step"], "choice": "far"}
    assert client.post("/api/v1/ask", json=sent).json["reply"]["words"] == "Four days."
    assert (
        client.post("/api/v1/ask", json={"talk": begun["talk"], "text": "kolkata"}).json["reply"]["words"]
        == "Two days."
    )
