"""Whose request comes first where not all can be served at once: told from its first lines, before anything is looked up."""

import hashlib
from enum import IntEnum

from cachetools import LRUCache
from flask import Flask
from werkzeug.exceptions import HTTPException

from webapp.shared.uploads import is_logged_in_by_cookie

_PROBES = frozenset({"health.healthz", "health.readyz", "metrics.metrics"})
# What a customer waits for who has asked something; all that they send counts as well, since it is written by hand.
_ASKED = frozenset(
    {"help.search", "help.chat_state", "help.chat_presence", "api.search", "api.ask", "api_widget.suggestions"}
)
_MOST_CALLERS = 1_000


class Urgency(IntEnum):
    """The smaller, the sooner."""

    REP = 0
    SEARCH = 1
    PAGE = 2
    TYPING = 3


class Callers:
    """Tells the urgency of requests to one application; used by one thread."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        # Hashes of tokens that were good a moment ago: any other may be made up by somebody who wants to be served first.
        self._known: LRUCache[bytes, None] = LRUCache(_MOST_CALLERS)

    def urgency(self, method: str, path: str, query: str, cookies: str, token: str) -> Urgency:
        """path: without a prefix; cookies, token: the headers `Cookie` and `Authorization`."""
        if "typing=1" in query.split("&"):
            return Urgency.TYPING
        try:
            endpoint = str(self._app.url_map.bind("").match(path, method)[0])
        except HTTPException:
            return Urgency.PAGE
        if endpoint in _PROBES or (cookies and is_logged_in_by_cookie(self._app, cookies)):
            return Urgency.REP
        if token:
            return Urgency.REP if _hash(token) in self._known else Urgency.SEARCH
        return Urgency.SEARCH if method == "POST" or endpoint in _ASKED else Urgency.PAGE

    def was_let_in(self, token: str) -> None:
        """An answer was given to whoever sent this token: it is a good one."""
        self._known[_hash(token)] = None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
