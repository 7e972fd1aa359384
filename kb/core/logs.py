"""How the log of a server or worker is written: lines for people, or JSON for programs.

Nothing of a person may stand in it, also where something breaks. Of errors that are not ours the kind and the places are written
and not the words: databases and parsers quote in them what they were given.
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from kb.core.errors import KbError
from kb.core.log_context import log_about
from kb.core.watching_settings import WatchingSettings

# The trail of security is written at every level, see `kb audit verify --head`.
_SECURITY = "kb.security"
# Libraries that tell of their own steps below a warning: addresses that are called, statements.
_OURS = ("kb", "indexer", "webapp")
_MOST_PLACES = 40


def set_up_logs(settings: WatchingSettings) -> None:
    """All that is logged in this process goes to standard error in the form of the settings."""
    formatter = JsonLines if settings.log_format == "json" else TextLines
    level = getattr(logging, settings.log_level.upper())
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(with_words=level <= logging.DEBUG))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger(_SECURITY).setLevel(min(level, logging.INFO))
    # Warnings of Python are lines like others: one of a library would break a file of JSON.
    logging.captureWarnings(True)
    _log_uncaught_errors()


class _Lines(logging.Formatter):
    """with_words: also what errors say that are not ours."""

    def __init__(self, *, with_words: bool = False) -> None:
        super().__init__()
        self._with_words = with_words

    def _at(self, record: logging.LogRecord) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _errors(self, record: logging.LogRecord) -> list[dict[str, Any]]:
        error = record.exc_info[1] if record.exc_info else None
        return [] if error is None else [self._told(one) for one in _chain(error)]

    def _told(self, error: BaseException) -> dict[str, Any]:
        kind = type(error)
        told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")}
        if self._with_words or isinstance(error, KbError):
            told["message"] = str(error)
        # The state that a database gives its errors, such as 23505, says what kind it is and quotes nothing.
        if state := getattr(getattr(error, "orig", None), "sqlstate", None):
            told["sqlstate"] = str(state)
        places = traceback.extract_tb(error.__traceback__)[-_MOST_PLACES:]
        told["places"] = [f"{place.filename}:{place.lineno} {place.name}" for place in places]
        return told


class JsonLines(_Lines):
    """One object a line: time, level, logger, message, what it is about, and for errors `errors`, the outermost first."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self._at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **log_about(),
            **getattr(record, "figures", {}),
        }
        if errors := self._errors(record):
            line["errors"] = errors
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        about = " ".join(f"{name}={value}" for name, value in log_about().items())
        head = f"{self._at(record)} {record.levelname} {record.name}{f' [{about}]' if about else ''}"
        # What has line breaks of its own must not look like several lines of the log.
        lines = [f"{head} {record.getMessage()}".replace("\r", " ").replace("\n", "\n    ")]
        for error in self._errors(record):
            lines.append(f"    {error['type']}{': ' + error['message'] if 'message' in error else ''}")
            lines += [f"      {place}" for place in error["places"]]
        return "\n".join(lines)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it came from."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _log_uncaught_errors() -> None:
    """What ends a thread or the process is written like any other error."""
    logger = logging.getLogger("kb")

    def in_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            logger.critical("The process ends by an error.", exc_info=(kind, error, trace))

    def in_thread(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None and not issubclass(ended.exc_type, SystemExit):
            name = ended.thread.name if ended.thread else "unknown"
            told = (ended.exc_type, ended.exc_value, ended.exc_traceback)
            logger.error("The thread %s ends by an error.", name, exc_info=told)

    sys.excepthook, threading.excepthook = in_process, in_thread
