import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_client import get_json
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.accounts.people import get_user
from kb.core.settings import Settings
from kb.tables import Feedback, Role, SearchEvent
from webapp.api.openapi import openapi_document
from webapp.commands import kb

Login = Callable[[Role | str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


def test_anybody_finds_a_public_article(client: FlaskClient) -> None:
    answer = get_json(client, "/api/v1/search?q=reset+password&lang=en&limit=3")
    first = answer["results"][0]
    assert (first["kind"], first["title"], first["audience"]) == ("article", "Reset your password", "public")
    assert first["url"] == "/help/en/articles/reset-password"
    assert {"query", "language", "outcome", "confidence", "results", "timings_ms"} <= set(answer)
    assert {"encode", "dense", "lexical", "rank", "rerank", "load", "total"} <= set(answer["timings_ms"])


@pytest.mark.parametrize("role", [None, "rep", "admin"])
def test_public_search_never_gives_what_is_internal_whoever_asks(
    client: FlaskClient, login: Login, token: Callable[[str], dict[str, str]], role: str | None
) -> None:
    asker = login(role) if role else client
    headers = token(role) if role else {}
    for parts in ({}, {"headers": headers}):
        answer = get_json(asker, "/api/v1/search?q=refund+limits+and+approvals&limit=50", **parts)
        assert "Refund limits" not in json.dumps(answer["results"])


def test_rep_finds_internal_articles_with_a_token_or_a_session(
    client: FlaskClient, login: Login, token: Callable[[str], dict[str, str]]
) -> None:
    path = "/api/v1/desk/search?q=refund+limits+approvals"
    for answer in (get_json(client, path, headers=token("rep")), get_json(login("rep"), path)):
        assert answer["results"][0]["title"] == "Refund limits and approvals"
        assert answer["results"][0]["audience"] == "internal"


@pytest.mark.parametrize("token_text", ["kb_wrong", "", "x" * 5000])
def test_wrong_token_is_nobody_even_beside_a_good_session(login: Login, token_text: str) -> None:
    header = {"Authorization": f"Bearer {token_text}"}
    assert login("admin").get("/api/v1/desk/search?q=x", headers=header).status_code == 401


def test_token_of_a_rep_does_not_open_the_studio(client: FlaskClient, token: Callable[[str], dict[str, str]]) -> None:
    assert client.get("/api/v1/studio/gaps", headers=token("rep")).status_code == 403
    assert client.get("/api/v1/studio/gaps", headers=token("trainer")).status_code == 200


def test_token_counts_for_the_api_only(client: FlaskClient, token: Callable[[str], dict[str, str]]) -> None:
    assert client.get("/desk/", headers=token("admin")).status_code == 302


def test_search_is_recorded_with_its_place_and_person(
    client: FlaskClient, session: Session, token: Callable[[str], dict[str, str]]
) -> None:
    public = get_json(client, "/api/v1/search?q=password&lang=hi")["search_id"]
    desk = get_json(client, "/api/v1/desk/search?q=password", headers=token("rep"))["search_id"]
    events = {event.public_id: event for event in session.scalars(select(SearchEvent))}
    assert (events[public].place, events[public].audience, events[public].user_id) == ("api", "customer", None)
    assert events[public].reader_language == "hi"
    assert (events[desk].audience, events[desk].user_id) == ("rep", get_user(session, "rep@test.example").id)


def test_feedback_is_kept_with_its_search(
    client: FlaskClient, session: Session, token: Callable[[str], dict[str, str]]
) -> None:
    headers = token("rep")
    search_id = get_json(client, "/api/v1/desk/search?q=password", headers=headers)["search_id"]
    body = {"search_id": search_id, "kind": "answered", "document": "article:1"}
    answer = client.post("/api/v1/desk/feedback", json=body, headers=headers)
    assert (answer.status_code, answer.json) == (201, body)
    feedback = session.scalars(select(Feedback)).one()
    assert (feedback.kind, feedback.document, feedback.event and feedback.event.public_id) == (
        "answered",
        "article:1",
        search_id,
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 400),
        ([], 400),
        ({}, 400),
        ({"search_id": "x"}, 400),
        ({"search_id": 7, "kind": "answered"}, 400),
        ({"search_id": "x", "kind": "loved"}, 400),
        ({"search_id": "x", "kind": "answered", "document": 1}, 400),
        ({"search_id": "no such search", "kind": "answered"}, 404),
    ],
)
def test_feedback_that_cannot_be_used_is_refused(
    client: FlaskClient, token: Callable[[str], dict[str, str]], body: Any, status: int
) -> None:
    answer = client.post("/api/v1/desk/feedback", json=body, headers=token("rep"))
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


CONVERSATION = [
    {"role": "customer", "text": "Hello, I am asha.roy@mail.example"},
    {"role": "agent", "text": "How can I help?"},
    {"role": "user", "text": "What are the refund limits for asha.roy@mail.example?"},
]


def test_suggestions_for_a_conversation_are_those_of_the_command(
    client: FlaskClient, settings: Settings, token: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    answer = client.post("/api/v1/desk/assist", json={"turns": CONVERSATION, "limit": 2}, headers=token("rep"))
    assert answer.status_code == 200, answer.text
    assert answer.json
    assert answer.json["speak"] is True
    # What can be sent comes first, unless something else is clearly surer.
    for_the_rep = {result["title"]: result for result in answer.json["results"]}["Refund limits and approvals"]
    assert for_the_rep["because"] == [{"words": "refund limits", "turn": 2}]
    schemas = openapi_document(settings)["components"]["schemas"]
    assert set(answer.json) == set(schemas["AssistAnswer"]["properties"])
    assert set(answer.json["results"][0]) == set(schemas["Suggestion"]["properties"])
    (tmp_path / "turns.json").write_text(json.dumps(CONVERSATION), encoding="utf-8")
    environment = {"KB_HOME": str(settings.home), "KB_MODEL": "hash", "KB_DATABASE": settings.database_url}
    command = ["assist", str(tmp_path / "turns.json"), "--limit", "2", "--json"]
    printed = CliRunner().invoke(kb, command, env=environment, catch_exceptions=False)
    assert json.loads(printed.stdout) == answer.json


def test_of_a_conversation_only_the_redacted_question_is_kept(
    client: FlaskClient, session: Session, token: Callable[[str], dict[str, str]]
) -> None:
    headers = token("rep")
    client.post("/api/v1/desk/assist", json={"turns": CONVERSATION, "lang": "hi"}, headers=headers)
    client.post(
        "/api/v1/desk/assist", json={"turns": [*CONVERSATION, CONVERSATION[0] | {"text": "ok thanks"}]}, headers=headers
    )
    event = session.scalars(select(SearchEvent)).one()
    assert event.query == "What are the refund limits for [email]?"
    assert (event.place, event.audience, event.reader_language) == ("api", "rep", "hi")


PASTE = (
    "[10:15, 12/03/2024] Asha: Hello\n[10:16, 12/03/2024] Maya from Care: How can I help?\n"
    "[10:17, 12/03/2024] Asha: What are the refund limits?"
)


def test_pasted_transcript_is_read_like_on_the_desk(
    client: FlaskClient, settings: Settings, token: Callable[[str], dict[str, str]]
) -> None:
    read = client.post("/api/v1/desk/assist", json={"transcript": PASTE, "limit": 2}, headers=token("rep"))
    assert read.status_code == 200, read.text
    assert read.json
    assert [(turn["role"], turn["speaker"]) for turn in read.json["turns"]] == [
        ("customer", "Asha"),
        ("agent", "Maya from Care"),
        ("customer", "Asha"),
    ]
    assert "Refund limits and approvals" in {result["title"] for result in read.json["results"]}
    assert read.json["results"][0]["because"] == [{"words": "refund limits", "turn": 2}]
    schemas = openapi_document(settings)["components"]["schemas"]
    assert set(read.json) == set(schemas["TranscriptAnswer"]["properties"])
    turns = [{"role": turn["role"], "text": turn["text"]} for turn in read.json["turns"]]
    same = client.post("/api/v1/desk/assist", json={"turns": turns, "limit": 2}, headers=token("rep"))
    assert same.json
    assert {key: read.json[key] for key in same.json} == same.json


def test_sides_of_a_transcript_can_be_swapped_and_dashes_divide_speakers(
    client: FlaskClient, token: Callable[[str], dict[str, str]]
) -> None:
    text = "– Hello, my parcel is late\n– Hi, what is the order number?\n– 4411, and what are the refund limits?"
    roles = []
    for swapped in (False, True):
        body = {"transcript": text, "swapped": swapped}
        answer = client.post("/api/v1/desk/assist", json=body, headers=token("rep"))
        assert answer.json
        roles.append([turn["role"] for turn in answer.json["turns"]])
    assert roles == [["customer", "agent", "customer"], ["agent", "customer", "agent"]]


def test_empty_transcript_asks_for_nothing(client: FlaskClient, token: Callable[[str], dict[str, str]]) -> None:
    answer = client.post("/api/v1/desk/assist", json={"transcript": " \n"}, headers=token("rep"))
    assert answer.json
    assert (answer.status_code, answer.json["speak"], answer.json["turns"]) == (200, False, [])


@pytest.mark.parametrize("turns", [[], [{"role": "customer", "text": "ok thanks"}], [{"role": "agent", "text": "Hi?"}]])
def test_where_nothing_is_asked_there_are_no_suggestions(
    client: FlaskClient, token: Callable[[str], dict[str, str]], turns: list[dict[str, str]]
) -> None:
    answer = client.post("/api/v1/desk/assist", json={"turns": turns}, headers=token("rep"))
    assert answer.json
    assert (answer.status_code, answer.json["speak"], answer.json["results"]) == (200, False, [])


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        CONVERSATION,
        {},
        {"turns": "hello"},
        {"turns": ["hello"]},
        {"turns": [{"role": "narrator", "text": "x"}]},
        {"turns": [{"role": "customer"}]},
        {"turns": [], "lang": "xx"},
        {"turns": [], "lang": 7},
        {"turns": [], "limit": 0},
        {"turns": [], "limit": 51},
        {"turns": [], "limit": "5"},
        {"turns": [], "limit": True},
        {"transcript": 7},
        {"transcript": ["hello"]},
        {"transcript": "hello", "turns": []},
        {"transcript": "hello", "swapped": "yes"},
        {"transcript": "x" * 200_001},
    ],
)
def test_conversation_that_cannot_be_used_is_refused(
    client: FlaskClient, token: Callable[[str], dict[str, str]], body: Any
) -> None:
    answer = client.post("/api/v1/desk/assist", json=body, headers=token("rep"))
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_suggestions_are_for_reps_and_with_a_session_need_the_csrf_header(
    client: FlaskClient, login: Login, csrf: Csrf
) -> None:
    assert client.post("/api/v1/desk/assist", json={"turns": []}, headers=csrf(client)).status_code == 401
    rep = login("rep")
    assert rep.post("/api/v1/desk/assist", json={"turns": []}).status_code == 400
    assert rep.post("/api/v1/desk/assist", json={"turns": []}, headers=csrf(rep)).status_code == 200


def test_feedback_with_a_session_needs_the_csrf_header(login: Login, csrf: Csrf) -> None:
    client = login("rep")
    search_id = get_json(client, "/api/v1/desk/search?q=password")["search_id"]
    body = {"search_id": search_id, "kind": "not_answered"}
    assert client.post("/api/v1/desk/feedback", json=body).status_code == 400
    assert client.post("/api/v1/desk/feedback", json=body, headers=csrf(client)).status_code == 201


@pytest.mark.parametrize(
    "query",
    ["", "lang=en", "q=x&lang=xx", "q=x&limit=0", "q=x&limit=51", "q=x&limit=ten", "q=x&limit=٣", "q=x&limit=-1"],
)
def test_search_with_wrong_parameters_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize("text", ["", " ", "😀🎉", "\x00", "\u202e\u200f", "x" * 4000, "'\"<script>", "%"])
def test_search_for_anything_answers(client: FlaskClient, text: str) -> None:
    answer = client.get("/api/v1/search", query_string={"q": text})
    assert answer.status_code == 200
    assert answer.json is not None


def test_questions_that_nobody_answered_are_listed_and_the_rep_closes_one(
    client: FlaskClient, token: Callable[[str], dict[str, str]]
) -> None:
    turns = [
        {"role": "customer", "text": "What are the refund limits?"},
        {"role": "agent", "text": "One moment please."},
        {"role": "customer", "text": "please hurry"},
    ]
    answer = client.post("/api/v1/desk/assist", json={"turns": turns}, headers=token("rep")).json
    assert answer
    assert [(asked["turn"], asked["open"]) for asked in answer["questions"]] == [(0, True)]
    assert answer["questions"][0]["results"] == answer["results"]
    assert answer["questions"][0]["outcome"] in ("answered", "unsure", "none")
    closed = client.post("/api/v1/desk/assist", json={"turns": turns, "closed": [0]}, headers=token("rep")).json
    assert closed
    assert not closed["speak"]
    assert closed["results"] == []
    assert [(asked["turn"], asked["open"], asked["outcome"]) for asked in closed["questions"]] == [(0, False, None)]


@pytest.mark.parametrize("closed", [1, "0", [-1], [True], ["0"], None])
def test_closed_must_be_a_list_of_turns(
    client: FlaskClient, token: Callable[[str], dict[str, str]], closed: object
) -> None:
    body = {"turns": CONVERSATION, "closed": closed}
    assert client.post("/api/v1/desk/assist", json=body, headers=token("rep")).status_code == 400
