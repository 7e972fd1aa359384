"""What the API's document says of a result and of the piece that answers."""

from typing import Any

from kb.search.answers import AnswerKind
from kb.text.danger.defaults import LEVELS, Level

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_NUMBER: Json = {"type": "number"}


def result_properties() -> Json:
    return {
        "kind": {"type": "string", "enum": ["article", "ticket"]},
        "id": {"type": "integer"},
        "title": _TEXT,
        "language": _TEXT,
        "url": _TEXT,
        "snippet": _TEXT,
        "mark": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 2,
            "maxItems": 2,
            "description": "Start and end, in the snippet, of the piece that answers",
        },
        "audience": {"type": "string", "enum": ["public", "internal", "tickets"]},
        "score": _NUMBER,
        "other_language": {"type": "boolean", "description": "There is none in the reader's language"},
        "topic": _TEXT,
        "heading_path": {"type": "array", "items": _TEXT},
        "languages": {"type": "object", "additionalProperties": _TEXT, "description": "Language to URL"},
        "updated": _TEXT,
        "channel": _TEXT,
        "lacks": {
            "type": "array",
            "items": _TEXT,
            "description": "Error codes, versions, part numbers of the query that other results mention and this one does not",
        },
        "answer": {
            "anyOf": [{"$ref": "#/components/schemas/Answer"}, {"type": "null"}],
            "description": "The piece of the article that answers, as it stands there; null where there is nothing to read",
        },
        "anchor": {"type": "string", "description": "Id of the heading that the answer stands under, empty for none"},
        "section_url": {"type": "string", "description": "`url` with the anchor: opening it leads to the answer"},
        "pinned": {"type": "boolean", "description": "A trainer has put it first for this query"},
        "less_likely": {"type": "boolean", "description": "So far below the first result that it is hardly meant"},
        "decided_by": {
            "type": "array",
            "items": _TEXT,
            "description": "Words of the query, as typed, that speak for this result",
        },
    }


def answer_properties() -> Json:
    return {
        "kind": {"type": "string", "enum": list(AnswerKind)},
        "text": {"type": "string", "description": "As it is read; the items of a list on lines"},
        "lead": {"type": "string", "description": "What leads to a list, empty for none"},
        "items": {"type": "array", "items": _TEXT, "description": "Of a list all items, in order"},
        "best": {"type": "integer", "description": "The item that answers, counted from 0"},
        "start": {"type": ["integer", "null"], "description": "The number of the first item, null for bullets"},
        "complete": {"type": "boolean", "description": "False where the article has more of the list"},
        "cells": {
            "type": "array",
            "items": {"type": "object", "properties": {"label": _TEXT, "value": _TEXT}, "required": ["label", "value"]},
            "description": "Of a row its cells with the heads of their columns",
        },
        "copy": {"type": "string", "description": "As plain text to send: the cells of a row with their heads"},
    }


def nullable_safety() -> Json:
    return {
        "anyOf": [{"$ref": "#/components/schemas/SafetyWarning"}, {"type": "null"}],
        "description": "What is to be said before anything else, where the text smells of danger; else null",
    }


def safety_properties() -> Json:
    message = {"type": "object", "properties": {"language": _TEXT, "text": _TEXT}, "required": ["language", "text"]}
    article = {"id": {"type": "integer"}, "title": _TEXT, "language": _TEXT, "url": _TEXT}
    return {
        "kind": {"type": "string", "enum": list(LEVELS)},
        "level": {
            "type": "string",
            "enum": list(Level),
            "description": "`emergency`: danger to life; `fraud`: money is being taken; `urgent`: stop using it",
        },
        "language": {"type": "string", "description": "Of `message`: that of the text where there is one"},
        "message": {"type": "string", "description": "What to do first"},
        "messages": {"type": "array", "items": message, "description": "The same, then in the reader's language"},
        "number": {"type": "string", "description": "Whom to call first"},
        "numbers": {"type": "array", "items": _TEXT},
        "words": {"type": "array", "items": _TEXT, "description": "Words of the text that told of it, normalised"},
        "article": {
            "anyOf": [{"type": "object", "properties": article, "required": list(article)}, {"type": "null"}],
            "description": "A published article that says more",
        },
    }
