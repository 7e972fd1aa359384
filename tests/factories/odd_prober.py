"""Every route by every method as everybody, with parts that no browser sends; what is wrong with the answers.

Wrong is: a fault (5xx), a status that the OpenAPI document does not know, a trace in the log, a secret of the request in page or
log, markup taken for markup, a redirect to another site, a header that was sent in a value, what is private without `no-store`,
and seconds of the processor for one request.
"""

import io
import logging
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from crawler import Crawl
from flask import Flask
from odd_parts import bodies_of, odd_body, odd_headers, odd_path, odd_query, path_info
from odd_values import SECRET, Headers
from planting import PROBE_TAKEN
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import run_wsgi_app

from webapp.shared.access import required_role

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "X" * 50)
# Seconds of the processor that one request may take.
LONGEST = 2.0
# What ends the session that the rest is asked with, and streams, whose end a test decides.
LEFT_OUT = frozenset({"auth.logout", "static"})
_OURS = ("kb", "indexer", "webapp", "werkzeug")


@dataclass(frozen=True)
class Asker:
    """headers: by which they are known. values: for parts of addresses, by their names."""

    name: str
    headers: Headers = field(default_factory=list)
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass
class Place:
    """What is known of an endpoint by a crawl: addresses, names of parameters, fields and files of its forms."""

    addresses: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    forms: list[tuple[str, dict[str, Any], tuple[str, ...]]] = field(default_factory=list)


@dataclass
class Findings:
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0
    wrong: dict[str, str] = field(default_factory=dict)  # what and where; the first request that shows it

    def add(self, what: str, request: str) -> None:
        self.wrong.setdefault(what, request)


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if record.levelno >= logging.ERROR or record.exc_info or SECRET in text:
            self.lines.append(f"{record.levelname} {text}")


@contextmanager
def _watched_log() -> Iterator[_Log]:
    log, loggers = _Log(), [logging.getLogger(name) for name in _OURS]
    levels = [logger.level for logger in loggers]
    logging.getLogger().addHandler(log)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        logging.getLogger().removeHandler(log)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def places_of(crawls: Sequence[Crawl]) -> dict[str, Place]:
    """By endpoint."""
    places: dict[str, Place] = {}
    for crawl in crawls:
        for address in crawl.addresses:
            if (endpoint := crawl.endpoint_of(address)) is not None:
                place, parts = places.setdefault(endpoint, Place()), urlsplit(address)
                place.addresses.add(parts.path)
                place.parameters |= {pair.partition("=")[0] for pair in parts.query.split("&") if pair}
        for (method, endpoint, _), form in crawl.forms.items():
            place, path = places.setdefault(endpoint, Place()), urlsplit(form.action).path
            chosen = {name: values[-1] for name, values in form.choices if values}
            place.addresses.add(path)
            if method == "POST":
                place.forms.append((path, {**dict(form.fields), **chosen}, form.files))
            else:
                place.parameters |= dict(form.fields).keys()
    return places


class Prober:
    """Asks an application, and judges. askers: made anew now and then, since what is sent may end their sessions."""

    def __init__(self, app: Flask, places: Mapping[str, Place], document: Mapping[str, Any], chance: int) -> None:
        self._app, self._places, self._dice = app, places, random.Random(chance)
        self._bodies = bodies_of(document)
        self._statuses = {
            (method.upper(), path): {int(status) for status in operation["responses"]}
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        parameters = {name for place in places.values() for name in place.parameters}
        self._parameters = sorted(parameters | {"q", "page", "next", "lang", "limit", "offset", "since", "from", "to"})
        self.found = Findings()

    def rules(self) -> list[tuple[Rule, str]]:
        """Every route with every method that it takes, and with one that it does not."""
        rules = sorted(self._app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        return [
            (rule, method)
            for rule in rules
            if rule.endpoint not in LEFT_OUT
            for method in (*sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}), "")
        ]

    def some_of(self, asked: Sequence[Any], share: float) -> list[Any]:
        """A part of them, the same for the same chance."""
        return self._dice.sample(list(asked), round(len(asked) * share))

    def ask(self, rule: Rule, method: str, asker: Asker) -> None:
        """One request, judged. method: "" for any."""
        method = method or self._dice.choice(METHODS)
        dice, place = self._dice, self._places.get(rule.endpoint, Place())
        path, fields, files = self._aim(rule, place, asker)
        is_json = rule.rule.startswith("/api/")
        if is_json:
            fields, files = self._bodies.get((method, _documented(rule)), {}), ()
        headers: Headers = [*asker.headers, *odd_headers(dice)]
        body = b""
        if method not in {"GET", "HEAD", "OPTIONS"} or dice.random() < 0.03:
            body, described = odd_body(fields, files, dice, is_json=is_json)
            headers = [*described, *headers]
        query = ""
        if (method == "GET" and dice.random() < 0.7) or dice.random() < 0.1:
            query = odd_query(sorted(place.parameters) or self._parameters, dice)
            if dice.random() < 0.2:
                query = odd_query(self._parameters, dice)
        if dice.random() < 0.12:
            path = odd_path(path, dice)
        self._send(method, path, query, headers, body, asker)

    def _aim(self, rule: Rule, place: Place, asker: Asker) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        """An address of the route that leads somewhere, most times, and what its form sends."""
        dice = self._dice
        if place.forms and dice.random() < 0.7:
            return dice.choice(place.forms)
        fields, files = (dice.choice(place.forms)[1:]) if place.forms else ({"text": "a text", "name": "a name"}, ())
        if place.addresses and dice.random() < 0.5 and not {"token"} & set(rule.arguments):
            return dice.choice(sorted(place.addresses)), fields, files
        path = rule.rule
        for name in rule.arguments:
            values = asker.values.get(name) or ["none"]
            path = re.sub(rf"<(?:\w+:)?{name}>", lambda _, v=values: quote(str(dice.choice(v))), path)
        return path, fields, files

    def _send(self, method: str, path: str, query: str, headers: Headers, body: bytes, asker: Asker) -> None:
        environ = _environ(method, path, query, headers, body)
        # Each from an address of its own: limits are not what is tried.
        environ["REMOTE_ADDR"] = ".".join(str(part) for part in (10 << 24 | self.found.requests).to_bytes(4))
        shown = f"{method} {path[:200]}?{query[:200]} as {asker.name} {_shown(headers)} {body[:300]!r}"
        with _watched_log() as log:
            begun = time.thread_time()
            try:
                answer, status, answered = run_wsgi_app(self._app, environ, buffered=True)
                text = b"".join(answer).decode("utf-8", "replace")
            except Exception as error:  # noqa: BLE001  # it is what is looked for
                self.found.add(f"raised {type(error).__name__}: {error} at {method} {path[:80]}", shown)
                return
            spent = time.thread_time() - begun
            self._app.extensions["kb_after_response"].wait()
        code = int(status[:3])
        self.found.requests += 1
        self.found.statuses[code] += 1
        self.found.longest = max(self.found.longest, spent)
        rule = self._matched(environ["PATH_INFO"], method)
        where = f"{method} {rule.rule if rule else 'nowhere'}"
        for problem in self._judge(code, answered, text, rule, method, asker):
            self.found.add(f"{problem} at {where}", shown)
        if spent > LONGEST:
            self.found.add(f"{spent:.1f} s of the processor at {where}", shown)
        for line in log.lines:
            self.found.add(f"log at {where}: {re.sub('[0-9a-f]{12}', '…', line)[-400:]}", shown)

    def _matched(self, path: str, method: str) -> Rule | None:
        try:
            text = path.encode("latin-1").decode("utf-8", "replace")
            return self._app.url_map.bind("localhost").match(text, method=method.upper(), return_rule=True)[0]
        except HTTPException:
            return None

    def _judge(self, code: int, headers: Any, text: str, rule: Rule | None, method: str, asker: Asker) -> Iterator[str]:
        if code >= 500:
            yield str(code)
        if SECRET in text or any(SECRET in value for name, value in headers if name != "Set-Cookie"):
            yield "a secret comes back"
        if "Traceback (most recent" in text:
            yield "a trace comes back"
        if headers.get("Content-Type", "").startswith("text/html") and PROBE_TAKEN.search(text):
            yield "markup is taken for markup"
        if "X-Planted" in headers:
            yield "a header was planted"
        location = headers.get("Location", "")
        if location and _leaves(location):
            yield f"leads to {location[:80]}"
        if rule is None:
            return
        is_private = required_role(rule.endpoint, rule.endpoint.rpartition(".")[0] or None) is not None
        is_own = "token" in rule.arguments and code < 400
        if (is_private or is_own) and "no-store" not in headers.get("Cache-Control", ""):
            yield f"may be kept by a cache ({code})"
        known = self._statuses.get((method, _documented(rule)))
        if known is not None and code not in known:
            yield f"undocumented {code}"
        if (
            known is not None
            and code >= 400
            and not headers.get("Content-Type", "").startswith("application/problem+json")
        ):
            yield "an error that is no problem+json"


def _documented(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _leaves(location: str) -> bool:
    """Whether a browser would go to another site by it."""
    parts = urlsplit(re.sub(r"[\t\r\n]", "", location).replace("\\", "/"))
    return bool(parts.scheme or parts.netloc) and (parts.hostname or "").rstrip(".") not in {"localhost", "127.0.0.1"}


def _shown(headers: Headers) -> str:
    return "; ".join(f"{name}: {value[:60]!r}" for name, value in headers if name not in {"X-CSRFToken"})[:600]


def _environ(method: str, path: str, query: str, headers: Headers, body: bytes) -> dict[str, Any]:
    """As a server makes it of what came (PEP 3333): headers that came twice are joined."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path_info(path), "QUERY_STRING": query,
        "RAW_URI": path, "REQUEST_URI": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in headers:
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        joined = key in environ and key not in {"HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH"}
        environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if joined else value
    return environ
