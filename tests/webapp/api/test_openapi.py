"""The OpenAPI document says what the API does."""

import json
import re
from collections.abc import Callable

from api_client import get_json
from flask import Flask
from flask.testing import FlaskClient
from gap_job import run_gap_job
from openapi_spec_validator import validate
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.core.settings import Settings
from kb.service.channels.webhooks import add_webhook, tell_sent
from kb.service.conversations import close
from kb.tables import Message, WebhookCall
from webapp.api.openapi import openapi_document
from webapp.shared.access import required_role


def _described(rule: str) -> str:
    """A rule as the document writes it: `<int:id>` is `{id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def test_openapi_document_is_valid_and_describes_every_route(app: Flask, client: FlaskClient) -> None:
    document = get_json(client, "/api/v1/openapi.json")
    validate(document)
    described = {(path, method.upper()) for path, operations in document["paths"].items() for method in operations}
    routes = {
        (_described(rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert described == routes


def test_openapi_document_marks_exactly_the_routes_that_need_a_role(app: Flask, settings: Settings) -> None:
    document = openapi_document(settings)
    secured = {
        path for path, operations in document["paths"].items() if all(o["security"] for o in operations.values())
    }
    guarded = {
        _described(rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and required_role(rule.endpoint, rule.endpoint.rpartition(".")[0]) is not None
    }
    assert secured == guarded


def test_answers_have_the_described_keys(
    client: FlaskClient, settings: Settings, token: Callable[[str], dict[str, str]]
) -> None:
    schemas = openapi_document(settings)["components"]["schemas"]
    answer = get_json(client, "/api/v1/desk/search?q=refund+password", headers=token("rep"))
    assert set(answer) == set(schemas["SearchAnswer"]["properties"])
    assert answer["results"]
    for result in answer["results"]:
        assert set(result) == set(schemas["Result"]["properties"])


def test_gaps_are_listed_with_the_described_keys(
    client: FlaskClient, settings: Settings, engine: Engine, token: Callable[[str], dict[str, str]]
) -> None:
    for _ in range(2):
        search_id = get_json(client, "/api/v1/desk/search?q=zebra+crossing", headers=token("rep"))["search_id"]
        body = {"search_id": search_id, "kind": "not_answered"}
        assert client.post("/api/v1/desk/feedback", json=body, headers=token("rep")).status_code == 201
    run_gap_job(settings, engine)
    gaps = get_json(client, "/api/v1/studio/gaps", headers=token("trainer"))
    schema = openapi_document(settings)["components"]["schemas"]["Gap"]
    assert gaps
    assert set(schema["required"]) <= set(gaps[0])
    assert gaps[0]["count"] == 2
    rest = client.get("/api/v1/studio/gaps?offset=1&limit=1", headers=token("trainer"))
    assert (rest.get_json(), rest.headers["X-Total-Count"]) == ([], "1")
    refused = client.get("/api/v1/studio/gaps?limit=0", headers=token("trainer"))
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")


def test_webhook_calls_have_the_described_keys(settings: Settings, session: Session) -> None:
    add_webhook(session, "https://x.example/")
    conversation = make_talk(session, ["customer: Where is it?", "agent: Here"])
    close(session, conversation, None)
    message = session.scalars(select(Message).where(Message.role == "agent")).one()
    tell_sent(session, conversation, message)
    schema = openapi_document(settings)["components"]["schemas"]["WebhookEvent"]
    closed, sent = (json.loads(call.body) for call in session.scalars(select(WebhookCall).order_by(WebhookCall.id)))
    assert {closed["event"], sent["event"]} <= set(schema["properties"]["event"]["enum"])
    assert set(closed) | set(sent) == set(schema["properties"])
    assert set(sent["message"]) == set(schema["properties"]["message"]["properties"])
    assert set(sent["conversation"]) == set(schema["properties"]["conversation"]["properties"])
