"""Whether the database takes what is to be stored: noticed where it refuses, told on every page and by `/readyz`.

Reading and searching go on. Nobody tries on purpose: who wrote last has found out, and what is written down after searches tries
again all the while.
"""

import time

from flask import Flask, current_app
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

_EXTENSION = "kb_storing"
# What SQLite and PostgreSQL say, in part, where nothing can be written for want of room or right; not where somebody else writes.
_REFUSALS = (
    "disk is full",
    "No space left",
    "disk I/O error",
    "readonly database",
    "read-only transaction",
    "unable to open database file",
)
# Seconds after the last refusal for which it counts.
COUNTS_FOR = 30.0


class StoringTrouble:
    """Listens to what the database refuses to this process."""

    def __init__(self, engine: Engine) -> None:
        self._refused_at: float | None = None
        event.listen(engine, "handle_error", self._look_at)

    @property
    def is_present(self) -> bool:
        return self._refused_at is not None and time.monotonic() - self._refused_at < COUNTS_FOR

    def _look_at(self, context: ExceptionContext) -> None:
        said = str(context.original_exception)
        if any(part in said for part in _REFUSALS):
            self._refused_at = time.monotonic()


def init_storing(app: Flask, engine: Engine) -> None:
    """Templates get `cannot_store()`."""
    app.extensions[_EXTENSION] = StoringTrouble(engine)
    app.add_template_global(cannot_store)


def cannot_store() -> bool:
    """Whether something could not be stored within the last half minute."""
    trouble: StoringTrouble = current_app.extensions[_EXTENSION]
    return trouble.is_present
