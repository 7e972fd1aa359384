"""Requests made from the OpenAPI document, such as it allows and such as it does not: no fault, nothing undescribed."""

from collections.abc import Callable, Mapping

import pytest
from api_client import get_json
from api_fuzzing import fuzz, load_from_app
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk

from kb.tables import Article

pytestmark = pytest.mark.sqlite_only(reason="what reaches the database is tried on both by test_any_body.py")

# Of each operation, as each asker, of each kind: some 430 requests. tests/load/api_requests.py makes as many as one likes.
EXAMPLES = 3


def known_here(session: Session, client: FlaskClient) -> dict[str, list[object]]:
    """Numbers and names of what there is."""
    talk = make_talk(session)
    session.commit()
    articles = session.scalars(select(Article)).all()
    search = get_json(client, "/api/v1/search?q=password")["search_id"]
    asked = client.post("/api/v1/ask", json={"text": "how do I reset my password"}).get_json()
    return {
        "conversation_id": [talk.id],
        "article_id": [article.id for article in articles],
        "document": [f"article:{articles[0].id}"],
        "slug": [article.slug for article in articles],
        "language": ["en", "hi"],
        "search_id": [search],
        "talk": [asked["talk"]],
        "q": ["how do I reset my password", "refund limits"],
        "text": ["how do I reset my password"],
    }


def test_every_answer_is_one_that_the_document_describes(
    app: Flask, client: FlaskClient, session: Session, token: Callable[[str], dict[str, str]]
) -> None:
    askers: dict[str, Mapping[str, str]] = {"nobody": {}, **{role: token(role) for role in ("rep", "trainer", "admin")}}
    found = fuzz(load_from_app(app), askers, known_here(session, client), examples=EXAMPLES)
    assert found.wrong == []
    assert found.requests > 300
    assert {"200", "201", "400", "401", "403", "404"} <= found.statuses.keys()


def test_what_the_document_does_not_describe_is_found(app: Flask) -> None:
    app.view_functions["api_widget.start"] = lambda: ({"links": 1}, 418)
    app.view_functions["api_widget.suggestions"] = lambda: {"outcome": "splendid", "results": []}
    schema = load_from_app(app).include(operation_id=["startWidget", "suggestForPage"])
    wrong = fuzz(schema, {"nobody": {}}, {}, examples=2).wrong
    assert any("widget as nobody: 418 Undocumented" in line for line in wrong)
    assert any("suggestions as nobody: 200 Response violates schema" in line for line in wrong)
