"""The OpenAPI document of the API."""

from importlib.metadata import version
from typing import Any

from kb.assist.transcript import MAX_LENGTH
from kb.assist.turns import Role
from kb.core.settings import Settings
from kb.search.types import Outcome
from kb.tables import FeedbackKind
from kb.text.no_question import NoQuestion
from webapp.api.parameters import DEFAULT_LIMIT, HIGHEST_LIMIT, HIGHEST_OFFSET, MOST_GAPS, SUGGESTED
from webapp.api.result_schemas import answer_properties, result_properties

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}


def openapi_document(settings: Settings) -> Json:
    """The document for this installation: its name and its languages are in it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{settings.site_name} knowledge base",
            "version": version("kb-assist"),
            "description": "Search public articles without a key. The desk and the studio need the token of a person "
            "with the role (`kb user token EMAIL`) or the session of the web pages.",
        },
        "paths": {
            "/api/v1/search": {"get": _search("Search public articles", "searchPublic", settings, secured=False)},
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "getOpenApi",
                    "summary": "This document",
                    "security": [],
                    "responses": {"200": _json_response("This document", {"type": "object"})},
                }
            },
            "/api/v1/desk/search": {
                "get": _search(
                    "Search articles, internal articles and past tickets", "searchDesk", settings, secured=True
                )
            },
            "/api/v1/desk/assist": {"post": _assist(settings)},
            "/api/v1/desk/feedback": {"post": _feedback()},
            "/api/v1/studio/gaps": {"get": _gaps()},
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "kb_session"},
            },
            "schemas": _schemas(),
            "responses": {
                "Problem": {
                    "description": "What was wrong, for programs (RFC 9457)",
                    "content": {"application/problem+json": {"schema": _reference("Problem")}},
                }
            },
        },
    }


def _search(summary: str, operation: str, settings: Settings, *, secured: bool) -> Json:
    limit = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT}
    return {
        "operationId": operation,
        "summary": summary,
        "security": _secured() if secured else [],
        "parameters": [
            {"name": "q", "in": "query", "required": True, "schema": _TEXT, "description": "What is looked for"},
            {
                "name": "lang",
                "in": "query",
                "schema": {"type": "string", "enum": list(settings.languages)},
                "description": "Language of the reader; default: by Accept-Language",
            },
            {"name": "limit", "in": "query", "schema": limit, "description": "Most results to give"},
        ],
        "responses": {
            "200": _json_response("Results, best first", _reference("SearchAnswer")),
            **_problems("400", "429", "503", secured=secured),
        },
    }


def _assist(settings: Settings) -> Json:
    role = {"type": "string", "description": "`customer` or `agent`; `user`, `bot` and the like are understood"}
    turn = _object({"role": role, "text": _TEXT})
    lang = {
        "type": "string",
        "enum": list(settings.languages),
        "description": "Language of the reader; default: that of the customer's last turn",
    }
    limit = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": SUGGESTED}
    turns = {"type": "array", "items": turn, "description": "The conversation so far, oldest first"}
    transcript = {
        "type": "string",
        "maxLength": MAX_LENGTH,
        "description": "In place of turns: the conversation as it was pasted from a chat, a help desk or a mail",
    }
    swapped = {
        "type": "boolean",
        "default": False,
        "description": "Of a transcript: whoever was taken for the customer is the agent",
    }
    closed = {
        "type": "array",
        "items": {"type": "integer", "minimum": 0},
        "description": "Turns, counted from 0, whose questions the rep has closed",
    }
    fields = {"turns": turns, "transcript": transcript, "swapped": swapped, "closed": closed, "lang": lang} | {
        "limit": limit
    }
    schema = {
        **_object(fields, optional=set(fields)),
        "oneOf": [{"required": ["turns"]}, {"required": ["transcript"]}],
    }
    return {
        "operationId": "assist",
        "summary": "Suggestions for a conversation, or none where the customer asks for nothing",
        "description": "The conversation is not stored; of what is asked the question is, with personal data taken out. "
        "With a session instead of a token the header X-CSRFToken is needed.",
        "security": _secured(),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": _json_response(
                "Whether to speak, the question, and suggestions; of a transcript also how it was read",
                {"anyOf": [_reference("AssistAnswer"), _reference("TranscriptAnswer")]},
            ),
            **_problems("400", "413", "429", "503", secured=True),
        },
    }


def _feedback() -> Json:
    return {
        "operationId": "giveFeedback",
        "summary": "Say what a search was worth",
        "description": "With a session instead of a token the header X-CSRFToken is needed.",
        "security": _secured(),
        "requestBody": {"required": True, "content": {"application/json": {"schema": _reference("Feedback")}}},
        "responses": {
            "201": _json_response("Recorded", _reference("Feedback")),
            **_problems("400", "404", "429", secured=True),
        },
    }


def _gaps() -> Json:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_GAPS, "default": MOST_GAPS}
    offset = {"type": "integer", "minimum": 0, "maximum": HIGHEST_OFFSET, "default": 0}
    gaps = _json_response("Gaps, the largest first", {"type": "array", "items": _reference("Gap")})
    return {
        "operationId": "listGaps",
        "summary": "Open gaps: what people looked for and did not find, grouped",
        "description": "New misses are sorted in by a job, every minute.",
        "security": _secured(),
        "parameters": [
            {"name": "limit", "in": "query", "schema": limit, "description": "Most gaps to give"},
            {"name": "offset", "in": "query", "schema": offset, "description": "How many of the first to leave out"},
        ],
        "responses": {
            "200": {**gaps, "headers": {"X-Total-Count": {"schema": {"type": "integer"}, "description": "All gaps"}}},
            **_problems("400", "429", secured=True),
        },
    }


def _schemas() -> Json:
    result = result_properties()
    answer = {
        "query": _TEXT,
        "language": {"type": "string", "description": "Guessed from the query"},
        "outcome": {"type": "string", "enum": list(Outcome)},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "results": {"type": "array", "items": _reference("Result")},
        "timings_ms": {"type": "object", "additionalProperties": _NUMBER},
        "search_id": {"type": "string", "description": "Names this search in feedback"},
        "truncated": {"type": "boolean", "description": "The query was too long; its end was not looked for"},
        "no_question": {
            "type": ["string", "null"],
            "enum": [*NoQuestion, None],
            "description": "What the query is where it asks nothing: who wants a `person` or has a `complaint` is led to a "
            "person first, to anything else nothing is shown. Such a search is not recorded and its `search_id` is not known",
        },
        "missing": {
            "type": "array",
            "items": _TEXT,
            "description": "Error codes, versions, part numbers of the query that nothing found mentions: it is never `answered`",
        },
    }
    reason = {"words": _TEXT, "turn": {"type": "integer", "description": "The turn they are in, counted from 0"}}
    suggestion = {
        **result,
        "because": {"type": "array", "items": _object(reason), "description": "The words that led to it"},
    }
    asked = {
        "text": {"type": "string", "description": "The question, with what was carried over from earlier turns"},
        "turn": {"type": "integer", "description": "The turn in which it was stated, counted from 0"},
        "open": {"type": "boolean", "description": "Whether it waits for an answer; false where the rep closed it"},
        "outcome": {
            "type": ["string", "null"],
            "enum": [*Outcome, None],
            "description": "How sure its first result is; null where it is closed",
        },
        "results": {"type": "array", "items": _reference("Suggestion"), "description": "Best first"},
    }
    assist = {
        "speak": {"type": "boolean", "description": "Whether a suggestion is welcome; where not, results are empty"},
        "speak_probability": {"type": "number", "minimum": 0, "maximum": 1},
        "question": {"type": "string", "description": "The most pressing question, with what was carried over"},
        "questions": {
            "type": "array",
            "items": _reference("AskedQuestion"),
            "description": "Those that no turn of an agent has answered, the most pressing first, then those that the rep closed",
        },
        "results": {"type": "array", "items": _reference("Suggestion"), "description": "Best first"},
    }
    read_turn = _object({"role": {"type": "string", "enum": list(Role)}, "text": _TEXT, "speaker": _TEXT})
    read = {
        "turns": {"type": "array", "items": read_turn, "description": "As they were read, oldest first"},
        "dialect": {"type": "string", "description": "What the paste was taken for"},
        "cut": {"type": "boolean", "description": "It was too long; its beginning was left out"},
    }
    feedback = {
        "search_id": _TEXT,
        "kind": {"type": "string", "enum": list(FeedbackKind)},
        "document": {"type": "string", "description": 'The result that is meant, such as "article:12"', "default": ""},
    }
    gap = {
        "id": {"type": "integer"},
        "label": _TEXT,
        "state": {"type": "string", "enum": ["open", "in_progress", "closed", "dismissed"]},
        "count": {"type": "integer"},
        "languages": {"type": "object", "additionalProperties": {"type": "integer"}},
        "reason": {"type": ["string", "null"]},
        "examples": {"type": "array", "items": _TEXT},
    }
    problem = {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT}
    return {
        "Result": _object(result),
        "Answer": _object(answer_properties()),
        "SearchAnswer": _object(answer),
        "Suggestion": _object(suggestion),
        "AskedQuestion": _object(asked),
        "AssistAnswer": _object(assist),
        "TranscriptAnswer": _object({**assist, **read}),
        "Feedback": _object(feedback, optional={"document"}),
        "Gap": _object(gap),
        "Problem": _object({**problem, "remedy": _TEXT, "reference": _TEXT}, optional={"remedy", "reference"}),
    }


def _object(properties: Json, optional: frozenset[str] | set[str] = frozenset()) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _json_response(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: str, secured: bool) -> Json:
    return {
        status: {"$ref": "#/components/responses/Problem"}
        for status in (*statuses, *(("401", "403") if secured else ()))
    }


def _secured() -> list[Json]:
    return [{"token": []}, {"session": []}]
