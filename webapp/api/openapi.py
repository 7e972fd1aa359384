"""The OpenAPI document of the API."""

from importlib.metadata import version

from kb.assist.transcript import MAX_LENGTH
from kb.assist.turns import Role
from kb.core.settings import Settings
from kb.search.types import Outcome
from kb.tables import FeedbackKind
from kb.text.no_question import NoQuestion
from webapp.api.openapi_asking import ask_path, ask_schemas
from webapp.api.openapi_check import check_path, check_schemas
from webapp.api.openapi_conversations import conversation_paths, conversation_schemas
from webapp.api.openapi_documents import forms_of_article_path, forms_of_ticket_path, forms_schemas
from webapp.api.openapi_parts import NUMBER, TEXT, Json, json_response, needs_role, object_of, problems, reference
from webapp.api.openapi_webhooks import webhook_schemas, webhooks
from webapp.api.openapi_widget import notice_properties, typing_parameter, visit_parameter, widget_paths
from webapp.api.parameters import DEFAULT_LIMIT, HIGHEST_LIMIT, HIGHEST_OFFSET, MOST_GAPS, SUGGESTED
from webapp.api.result_schemas import answer_properties, nullable_safety, result_properties, safety_properties
from webapp.shared.security import session_cookie


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
            "/api/v1/ask": {"post": ask_path(settings)},
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "getOpenApi",
                    "summary": "This document",
                    "security": [],
                    "responses": {
                        "200": json_response("This document", {"type": "object"}),
                        **problems(secured=False),
                    },
                }
            },
            "/api/v1/desk/search": {
                "get": _search(
                    "Search articles, internal articles and past tickets", "searchDesk", settings, secured=True
                )
            },
            "/api/v1/desk/assist": {"post": _assist(settings)},
            "/api/v1/desk/articles/{article_id}/forms": {"get": forms_of_article_path(settings)},
            "/api/v1/desk/tickets/{ticket_id}/forms": {"get": forms_of_ticket_path()},
            "/api/v1/desk/check": {"post": check_path()},
            "/api/v1/desk/feedback": {"post": _feedback()},
            "/api/v1/studio/gaps": {"get": _gaps()},
            **conversation_paths(),
            **widget_paths(settings),
        },
        "webhooks": webhooks(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": session_cookie(settings)},
            },
            "schemas": _schemas(),
            "responses": {
                "Problem": {
                    "description": "What was wrong, for programs (RFC 9457)",
                    "content": {"application/problem+json": {"schema": reference("Problem")}},
                }
            },
        },
    }


def _search(summary: str, operation: str, settings: Settings, *, secured: bool) -> Json:
    limit = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT}
    return {
        "operationId": operation,
        "summary": summary,
        "security": needs_role() if secured else [],
        "parameters": [
            {"name": "q", "in": "query", "required": True, "schema": TEXT, "description": "What is looked for"},
            {
                "name": "lang",
                "in": "query",
                "schema": {"type": "string", "enum": list(settings.languages)},
                "description": "Language of the reader; default: by Accept-Language",
            },
            {"name": "limit", "in": "query", "schema": limit, "description": "Most results to give"},
            *([] if secured else [visit_parameter(), typing_parameter()]),
        ],
        "responses": {
            "200": json_response("Results, best first", reference("SearchAnswer")),
            **problems(secured=secured),
        },
    }


def _assist(settings: Settings) -> Json:
    role = {"type": "string", "description": "`customer` or `agent`; `user`, `bot` and the like are understood"}
    turn = object_of({"role": role, "text": TEXT})
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
        **object_of(fields, optional=set(fields)),
        "oneOf": [{"required": ["turns"]}, {"required": ["transcript"]}],
    }
    return {
        "operationId": "assist",
        "summary": "Suggestions for a conversation, or none where the customer asks for nothing",
        "description": "The conversation is not stored; of what is asked the question is, with personal data taken out. "
        "With a session instead of a token the header X-CSRFToken is needed.",
        "security": needs_role(),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": json_response(
                "Whether to speak, the question, and suggestions; of a transcript also how it was read",
                {"anyOf": [reference("AssistAnswer"), reference("TranscriptAnswer")]},
            ),
            **problems(secured=True, has_body=True),
        },
    }


def _feedback() -> Json:
    return {
        "operationId": "giveFeedback",
        "summary": "Say what a search was worth",
        "description": "With a session instead of a token the header X-CSRFToken is needed.",
        "security": needs_role(),
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference("Feedback")}}},
        "responses": {
            "201": json_response("Recorded", reference("Feedback")),
            **problems("404", secured=True, has_body=True),
        },
    }


def _gaps() -> Json:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_GAPS, "default": MOST_GAPS}
    offset = {"type": "integer", "minimum": 0, "maximum": HIGHEST_OFFSET, "default": 0}
    gaps = json_response("Gaps, the largest first", {"type": "array", "items": reference("Gap")})
    return {
        "operationId": "listGaps",
        "summary": "Open gaps: what people looked for and did not find, grouped",
        "description": "New misses are sorted in by a job, every minute.",
        "security": needs_role(),
        "parameters": [
            {"name": "limit", "in": "query", "schema": limit, "description": "Most gaps to give"},
            {"name": "offset", "in": "query", "schema": offset, "description": "How many of the first to leave out"},
        ],
        "responses": {
            "200": {**gaps, "headers": {"X-Total-Count": {"schema": {"type": "integer"}, "description": "All gaps"}}},
            **problems(secured=True),
        },
    }


def _schemas() -> Json:
    result = result_properties()
    answer = {
        "query": TEXT,
        "language": {"type": "string", "description": "Guessed from the query"},
        "outcome": {"type": "string", "enum": list(Outcome)},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "results": {"type": "array", "items": reference("Result")},
        "timings_ms": {"type": "object", "additionalProperties": NUMBER},
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
            "items": TEXT,
            "description": "Error codes, versions, part numbers of the query that nothing found mentions: it is never `answered`",
        },
        "notices": {
            "type": "array",
            "items": reference("Notice"),
            "description": "Pinned just now, that the search is about",
        },
        "safety": nullable_safety(),
        "read_as": {
            "type": "string",
            "description": "The query as it was read: spelling mended, Hindi and Bengali in their own script",
        },
        "did_you_mean": {
            "type": "string",
            "description": "The query with other words for those that seem misspelt, for asking; empty where there are none",
        },
        "words_only": {
            "type": "boolean",
            "description": "Whether words alone were compared, because the model is missing: then it is never `answered`",
        },
    }
    reason = {"words": TEXT, "turn": {"type": "integer", "description": "The turn they are in, counted from 0"}}
    suggestion = {
        **result,
        "because": {"type": "array", "items": object_of(reason), "description": "The words that led to it"},
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
        "message": {"type": "integer", "description": "Of a stored conversation: the message that stated it"},
        "results": {"type": "array", "items": reference("Suggestion"), "description": "Best first"},
    }
    assist = {
        "speak": {"type": "boolean", "description": "Whether a suggestion is welcome; where not, results are empty"},
        "speak_probability": {"type": "number", "minimum": 0, "maximum": 1},
        "question": {"type": "string", "description": "The most pressing question, with what was carried over"},
        "questions": {
            "type": "array",
            "items": reference("AskedQuestion"),
            "description": "Those that no turn of an agent has answered, the most pressing first, then those that the rep closed",
        },
        "safety": nullable_safety(),
        "results": {"type": "array", "items": reference("Suggestion"), "description": "Best first"},
    }
    read_turn = object_of({"role": {"type": "string", "enum": list(Role)}, "text": TEXT, "speaker": TEXT})
    read = {
        "turns": {"type": "array", "items": read_turn, "description": "As they were read, oldest first"},
        "dialect": {"type": "string", "description": "What the paste was taken for"},
        "cut": {"type": "boolean", "description": "It was too long; its beginning was left out"},
    }
    feedback = {
        "search_id": TEXT,
        "kind": {"type": "string", "enum": list(FeedbackKind)},
        "document": {"type": "string", "description": 'The result that is meant, such as "article:12"', "default": ""},
    }
    gap = {
        "id": {"type": "integer"},
        "label": TEXT,
        "state": {"type": "string", "enum": ["open", "in_progress", "closed", "dismissed"]},
        "count": {"type": "integer"},
        "languages": {"type": "object", "additionalProperties": {"type": "integer"}},
        "reason": {"type": ["string", "null"]},
        "examples": {"type": "array", "items": TEXT},
    }
    problem = {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT}
    return {
        "Result": object_of(result),
        "Answer": object_of(answer_properties()),
        "SearchAnswer": object_of(answer),
        "Notice": object_of(notice_properties()),
        "SafetyWarning": object_of(safety_properties()),
        "Suggestion": object_of(suggestion),
        "AskedQuestion": object_of(asked, optional={"message"}),
        "AssistAnswer": object_of(assist),
        "TranscriptAnswer": object_of({**assist, **read}),
        "Feedback": object_of(feedback, optional={"document"}),
        "Gap": object_of(gap),
        **ask_schemas(),
        **conversation_schemas(),
        **webhook_schemas(),
        **check_schemas(),
        **forms_schemas(),
        "Problem": object_of({**problem, "remedy": TEXT, "reference": TEXT}, optional={"remedy", "reference"}),
    }
