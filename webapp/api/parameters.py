"""Reading what came with a request. What cannot be used is refused in words that name the parameter."""

import re
from typing import Any

from flask import request

from kb.core.errors import InvalidInputError
from webapp.shared.input import refuse_unstorable
from webapp.shared.locale import choose_language, offered_languages

DEFAULT_LIMIT = 10
HIGHEST_LIMIT = 50
SUGGESTED = 5
# Gaps in one answer, and the furthest place in a list that can be asked for.
MOST_GAPS = 1000
HIGHEST_OFFSET = 999_999_999
# Texts that are checked before they go out, and ids: what the databases hold in an integer.
LONGEST_CHECKED = 100_000
HIGHEST_ID = 2**31 - 1
# Names, ids and kinds are short; what is long (turns) has a reader and limits of its own.
LONGEST_TEXT = 200
_VISIT = re.compile(r"[A-Za-z0-9_-]{16,32}")


def query_text() -> str:
    """The parameter `q`; it may be empty. Raises InvalidInputError where it is missing."""
    text = request.args.get("q")
    if text is None:
        raise InvalidInputError("The parameter q is missing.", remedy="Example: /api/v1/search?q=refund")
    return text


def reader_language() -> str:
    """The parameter `lang`, or the language of the request. Raises InvalidInputError for one that is not offered."""
    return offered_language(request.args.get("lang", "")) or choose_language()


def offered_language(language: str) -> str:
    """`language`, which may be "". Raises InvalidInputError for one that is not offered."""
    if language and language not in offered_languages():
        raise InvalidInputError(f"lang is {language!r}; offered are {', '.join(offered_languages())}.")
    return language


def widget_visit(text: str) -> str | None:
    """The visit that the widget's page made up for itself, None where there is none. It can be no visit of the help centre's own
    pages, whatever somebody writes there: those have another shape. Raises InvalidInputError."""
    if not text:
        return None
    if _VISIT.fullmatch(text) is None:
        raise InvalidInputError("visit must be 16 to 32 letters, digits, - or _, made at random.")
    return f"w-{text}"


def result_limit() -> int:
    """The parameter `limit`. Raises InvalidInputError where it is no whole number in range."""
    return number_argument("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT)


def number_argument(name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number in the address, `default` where it is missing. Raises InvalidInputError."""
    text = request.args.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not lowest <= number <= highest:
        raise InvalidInputError(f"{name} is {text!r}, but must be a whole number from {lowest} to {highest}.")
    return number


def json_object() -> dict[str, Any]:
    """The JSON object in the body. Raises InvalidInputError where there is none."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # thousands of brackets: whatever it is, it is no object that this API takes
        body = None
    if not isinstance(body, dict):
        raise InvalidInputError("The body must be a JSON object, with the header Content-Type: application/json.")
    refuse_unstorable(body)
    return body


def text_field(body: dict[str, Any], name: str, *, required: bool = True, longest: int = LONGEST_TEXT) -> str:
    """A text of the body, "" where it is missing and need not be there. Raises InvalidInputError."""
    value = body.get(name, "")
    if not isinstance(value, str) or (required and not value):
        raise InvalidInputError(f"{name} must be a text.")
    if len(value) > longest:
        raise InvalidInputError(f"{name} has {len(value)} characters; {longest} at most.")
    return value


def number_field(body: dict[str, Any], name: str, default: int) -> int:
    """A whole number of the body from 1 to HIGHEST_LIMIT, `default` where it is missing. Raises InvalidInputError."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST_LIMIT:
        raise InvalidInputError(f"{name} is {value!r}, but must be a whole number from 1 to {HIGHEST_LIMIT}.")
    return value


def id_field(body: dict[str, Any], name: str) -> int | None:
    """The id of a row in the body, None where it is missing or null. Raises InvalidInputError for what no row can have."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HIGHEST_ID:
        raise InvalidInputError(f"{name} must be the id of a conversation, a whole number.")
    return value


def turns_field(body: dict[str, Any], name: str) -> frozenset[int]:
    """Turns of a conversation in the body, counted from 0; none where it is missing. Raises InvalidInputError."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(type(turn) is int and turn >= 0 for turn in value):
        raise InvalidInputError(f"{name} must be a list of turns, counted from 0.")
    return frozenset(value)
