"""What no database can store and nobody can read is kept out here, for all requests, instead of ending in a fault further on."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, abort, request
from werkzeug.datastructures import Authorization, ImmutableMultiDict
from werkzeug.routing import IntegerConverter

from kb.core.errors import InvalidInputError
from kb.tables.feedback import LARGEST_ID

_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Parameters(ImmutableMultiDict[str, Any]):
    """Parameters and fields of forms, without NUL characters: PostgreSQL cannot store one.

    In its place stands what also stands for bytes that are no UTF-8, so that nothing else of what was typed is lost.
    """

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        if mapping is not None and not isinstance(mapping, Mapping):
            mapping = [(_without_nul(name), _without_nul(value)) for name, value in mapping]
        super().__init__(mapping)


class CleanRequest(Request):
    """Headers that cannot be read count as if they had not been sent; Werkzeug would raise at whoever asks for them."""

    parameter_storage_class = Parameters

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Servers hand over whatever bytes came; written as addresses write them, some that are no UTF-8 do no harm.
        self.query_string = _NOT_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), self.query_string)

    @cached_property
    def authorization(self) -> Authorization | None:
        try:
            return Authorization.from_header(self.headers.get("Authorization"))
        except ValueError:
            return None

    @property  # None where there is none, as Werkzeug's own; its type does not say so
    def referrer(self) -> str | None:  # type: ignore[override]
        text = self.headers.get("Referer")
        try:
            urlsplit(text or "")
        except ValueError:
            return None
        return text


def _without_nul(value: Any) -> Any:
    """value: a text, or a file that was sent along."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


class IdConverter(IntegerConverter):
    """`<int:…>` in a rule: a number that an id can be. PostgreSQL takes no larger one; such an address leads nowhere."""

    regex = r"[0-9]{1,10}"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": LARGEST_ID, **options})


def init_input(app: Flask) -> None:
    """Call before the blueprints are registered."""
    app.request_class = CleanRequest
    app.url_map.converters["int"] = IdConverter
    app.before_request(_no_address_has_nul)


def _no_address_has_nul() -> None:
    if "\0" in request.path:
        abort(404)


def refuse_unstorable(value: Any) -> None:
    """Raises InvalidInputError where a JSON value holds, at any depth, a text or a number that no database can store."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and ("\0" in one or not _is_unicode(one)):
            raise InvalidInputError("A text has a NUL character or half of a surrogate pair in it.")
        elif isinstance(one, float) and not math.isfinite(one):  # Python reads NaN and Infinity, which JSON has not
            raise InvalidInputError("A number is infinite, or is none.")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
