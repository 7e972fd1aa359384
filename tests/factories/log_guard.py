"""Nothing that a customer is or said may stand in a log: what a test writes into the tables of customers, and what it types into
forms, is compared with every line that is logged while it runs, and in the log of the server that browsers talk to."""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, request, request_tearing_down
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from kb.tables import Base

# Tables whose texts are a customer's.
TABLES = (
    "customers",
    "customer_identities",
    "conversations",
    "conversation_messages",
    "drafts",
    "news_wishes",
    "search_events",
    "vote_reasons",
    "asked_talks",
    "surveys",
    "tickets",
    "ticket_messages",
)
_WRITES = tuple(f"{verb} {table} " for table in TABLES for verb in ("INSERT INTO", "UPDATE"))
_FORM_FIELDS = ("name", "contact", "email", "phone", "message", "text", "comment", "q", "address", "order_number")
_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.\w+")
_NUMBER = re.compile(r"\+?\d[\d ()-]{8,18}\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SHORTEST_SAYING = 12
_SHORTEST_NAME = 7
_OURS = ("kb", "indexer", "webapp")
_THEIRS = ("mail.log",)  # the mail server of tests, which stands for somebody else's


def is_telling(text: str) -> bool:
    """An address, a phone number, a name of several words, or something that was said: what stands in no log by chance."""
    text = text.strip()
    if _DAY.match(text) or len(text) > 5000:
        return False
    if _ADDRESS.fullmatch(text) or _NUMBER.fullmatch(text):
        return True
    words = text.split()
    is_name = 2 <= len(words) <= 4 and all(word[0].isupper() for word in words) and len(text) >= _SHORTEST_NAME
    return is_name or (len(words) >= 3 and len(text) >= _SHORTEST_SAYING)


def strings_in(value: Any) -> Iterator[str]:
    """All texts of parameters of a statement; JSON is looked into."""
    if isinstance(value, str):
        if value[:1] in {"{", "["}:
            try:
                yield from strings_in(json.loads(value))
            except (ValueError, RecursionError):
                yield value
        else:
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from strings_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings_in(one)


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[tuple[str, str]] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name not in _THEIRS:
            self.lines.append((record.name, self.format(record)))


class LogGuard:
    """What was planted, and what was logged."""

    def __init__(self) -> None:
        self.handler = _Lines()
        self.planted: set[str] = set()

    def plant(self, value: Any) -> None:
        self.planted.update(one.strip() for one in strings_in(value) if is_telling(one))

    def leaks(self) -> list[str]:
        """Lines with personal data in them, with the logger and what it was."""
        return [
            f"{name}: {leak!r} in {line[:500]!r}"
            for name, line in self.handler.lines
            for leak in leaks_in(line, self.planted)
        ]

    @contextmanager
    def watching(self, *loggers: logging.Logger) -> Iterator["LogGuard"]:
        """While it lasts, of these loggers; of all where none is given, those of ours with what they would tell somebody who
        looks for a fault."""

        def on_statement(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            if statement.startswith(_WRITES):
                self.plant(parameters)

        def on_request(_app: Flask, **_more: Any) -> None:
            form = request.__dict__.get("form")  # only where the view has read it
            if form is not None:
                self.plant([value for name in _FORM_FIELDS for value in form.getlist(name)])

        watched = loggers or (logging.getLogger(),)
        own = [] if loggers else [logging.getLogger(name) for name in (*_OURS, "kb.security")]
        levels = {logger: logger.level for logger in own}
        for logger in levels:
            # The trail of security is told at its own level, which its tests look at.
            logger.setLevel(logging.WARNING if logger.name == "kb.security" else logging.DEBUG)
        for logger in watched:
            logger.addHandler(self.handler)
        event.listen(Engine, "before_cursor_execute", on_statement)
        request_tearing_down.connect(on_request)
        try:
            yield self
        finally:
            request_tearing_down.disconnect(on_request)
            event.remove(Engine, "before_cursor_execute", on_statement)
            for logger in watched:
                logger.removeHandler(self.handler)
            for logger, level in levels.items():
                logger.setLevel(level)


def leaks_in(text: str, planted: Iterable[str]) -> list[str]:
    return [value for value in planted if value in text]


def planted_in(engine: Engine) -> set[str]:
    """What stands in the tables of customers of a running site."""
    guard = LogGuard()
    with Session(engine) as session:
        for name in TABLES:
            for row in session.execute(select(Base.metadata.tables[name])).mappings():
                guard.plant([value for value in row.values() if isinstance(value, str | list | dict)])
    return guard.planted
