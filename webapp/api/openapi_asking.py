"""The OpenAPI document's part about asking the machine."""

from kb.assist.asking_turns import PersonReason, ReplyKind
from kb.core.settings import Settings
from kb.search.types import Outcome
from webapp.api.openapi_parts import TEXT, Json, json_response, object_of, problems, reference
from webapp.api.openapi_widget import visit_of_page
from webapp.api.result_schemas import nullable_safety

_BOOL: Json = {"type": "boolean"}
_INTEGER: Json = {"type": "integer"}


def ask_path(settings: Settings) -> Json:
    sent = {
        "text": {"type": "string", "maxLength": 4_000, "description": "What the customer wrote"},
        "talk": {**TEXT, "description": "The conversation that it goes on with, as the reply before named it"},
        "lang": {
            "type": "string",
            "enum": list(settings.languages),
            "description": "Language of the reader; default: by Accept-Language",
        },
        "step": {**TEXT, "description": "With `choice`: the step of the reply that it answers"},
        "choice": {
            **TEXT,
            "description": "The value of one of the options; empty where `can_skip` lets the flow go on",
        },
        "helped": {**_BOOL, "description": "Whether the last reply helped"},
        "back": {**_BOOL, "description": "True: the question of the flow before is asked again"},
        "flow": {**TEXT, "description": "The value of `offered_flow`, to begin it"},
        "visit": visit_of_page(),
    }
    return {
        "operationId": "ask",
        "summary": "One turn of a conversation with the machine",
        "description": "Send one of text, choice (with step), helped, back, flow; `talk` alone gives its last reply once "
        "more. The machine quotes public articles, asks back where there is a flow of steps, and leads to a person after two "
        "tries or when one is wanted. What was typed is kept with personal data taken out. No cookie is read or set.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": object_of(sent, optional=set(sent))}},
        },
        "responses": {
            "200": json_response("The reply", reference("Asked")),
            **problems("403", "404", secured=False, has_body=True),
        },
    }


def ask_schemas() -> Json:
    passage = {
        "article_id": _INTEGER,
        "title": TEXT,
        "language": TEXT,
        "url": TEXT,
        "section_url": TEXT,
        "anchor": TEXT,
        "snippet": TEXT,
        "mark": {"type": "array", "items": _INTEGER, "minItems": 2, "maxItems": 2},
        "answer": {"anyOf": [reference("Answer"), {"type": "null"}]},
        "other_language": {**_BOOL, "description": "There is none in the reader's language"},
    }
    option = object_of({"label": TEXT, "value": TEXT})
    sentence = object_of(
        {
            "text": TEXT,
            "citations": {"type": "array", "items": _INTEGER, "description": "Of `passages`, counted from 0"},
        }
    )
    passages: Json = {"type": "array", "items": reference("QuotedPassage")}
    reply = {
        "kind": {"type": "string", "enum": list(ReplyKind)},
        "words": {**TEXT, "description": "What the machine says itself, in the reader's language"},
        "passages": {**passages, "description": "What is quoted"},
        "near": {**passages, "description": "Further articles near the question"},
        "sentences": {
            "type": "array",
            "items": sentence,
            "description": "Where a language model is set up: composed from the passages, each sentence checked against them",
        },
        "search_id": TEXT,
        "outcome": {"type": "string", "enum": [*Outcome, ""]},
        "missing": {"type": "array", "items": TEXT},
        "no_question": TEXT,
        "reason": {"type": "string", "enum": [*PersonReason, ""], "description": "Why a person is offered"},
        "flow": TEXT,
        "step": {**TEXT, "description": "Of a flow that asks back: to be sent with the choice"},
        "text": {**TEXT, "description": "Of a flow: what it asks, or what it came to"},
        "options": {"type": "array", "items": option, "description": "Buttons; free words are understood too"},
        "can_skip": _BOOL,
        "can_go_back": _BOOL,
        "not_understood": {**_BOOL, "description": "The words chose none of the options: it asks once more"},
        "offered_flow": {"anyOf": [option, {"type": "null"}]},
        "safety": nullable_safety(),
    }
    asked = {
        "talk": {**TEXT, "description": "Names the conversation; whoever knows it may go on with it"},
        "language": TEXT,
        "machine": {**_BOOL, "description": "Always true: customers are to be told"},
        "notice": {**TEXT, "description": "The same in words, to be shown"},
        "tries_left": {**_INTEGER, "description": "After so many answers that do not help a person is offered"},
        "person_url": TEXT,
        "ask_url": TEXT,
        "reply": {"anyOf": [reference("AskReply"), {"type": "null"}]},
    }
    return {"Asked": object_of(asked), "AskReply": object_of(reply), "QuotedPassage": object_of(passage)}
