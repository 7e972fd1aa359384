"""What changes in conversations, told at once to whoever watches: server-sent events, and polling where these are blocked.

One thread in each process looks for new rows while somebody listens, so that it does not matter which process, worker or machine
wrote them. It says what has changed, not how: whoever is told fetches what they may see.
"""

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator

from flask import Flask, current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.core.clock import utc_now
from kb.service.changes import Change, Cursor, newest, presences_since, rows_after

logger = logging.getLogger(__name__)

_EXTENSION = "kb_live"
# Seconds.
_LOOK_EVERY, _LOOK_AGAIN_AFTER_ERROR = 0.1, 2.0
_PING_EVERY, _LONGEST_STREAM = 15.0, 600.0
# A stream looks so often whether the server is to stop.
_WAIT = 0.5
# Of transactions that run side by side the later id may be seen first.
_LOOK_BACK = 200
_MOST_WAITING = 1_000
# Each holds a thread of the server, see webapp.commands.serve.
MOST_STREAMS = 150


class TooManyStreamsError(Exception):
    """All places for streams of this process are taken; polling still works."""


class Hub:
    """Tells the streams of this process what has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._listeners: set[queue.Queue[Change]] = set()
        self._thread: threading.Thread | None = None
        # Replaced by the server, which has to end streams when it stops.
        self.is_stopping: Callable[[], bool] = lambda: False

    def stream(self) -> Iterator[str]:
        """Server-sent events, beginning with one that says it is connected. Raises TooManyStreamsError at once."""
        listener: queue.Queue[Change] = queue.Queue(_MOST_WAITING)
        with self._lock:
            if len(self._listeners) >= MOST_STREAMS:
                raise TooManyStreamsError
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
                self._thread.start()
        return self._events(listener)

    def _events(self, listener: "queue.Queue[Change]") -> Iterator[str]:
        end = time.monotonic() + _LONGEST_STREAM
        pinged = time.monotonic()
        try:
            # Whoever lost the connection fetches everything anew.
            yield "retry: 2000\nevent: connected\ndata: {}\n\n"
            while time.monotonic() < end and not self.is_stopping():
                try:
                    change = listener.get(timeout=_WAIT)
                except queue.Empty:
                    if time.monotonic() - pinged > _PING_EVERY:
                        pinged = time.monotonic()
                        yield ": still here\n\n"
                    continue
                yield f"event: change\ndata: {json.dumps(change.to_json())}\n\n"
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _watch(self) -> None:
        seen: dict[tuple[str, int], None] = {}
        while True:
            try:
                self._watch_on(seen)
            except SQLAlchemyError as error:
                logger.warning("Live updates: %s", type(error).__name__)
                time.sleep(_LOOK_AGAIN_AFTER_ERROR)
                continue
            return

    def _watch_on(self, seen: dict[tuple[str, int], None]) -> None:
        """Until nobody listens any more."""
        with self._engine.connect() as connection:
            is_sqlite = self._engine.dialect.name == "sqlite"
            start = newest(connection)
            after = Cursor(max(0, start.message - _LOOK_BACK), max(0, start.event - _LOOK_BACK))
            if not seen:
                self._new(connection, after, seen)
            watched_since = utc_now()
            version: object = None
            while True:
                with self._lock:
                    if not self._listeners:
                        self._thread = None
                        return
                found = connection.exec_driver_sql("PRAGMA data_version").scalar() if is_sqlite else None
                if not is_sqlite or found != version:
                    version = found
                    for change in self._new(connection, after, seen):
                        self._tell(change)
                    now = utc_now()
                    for change in presences_since(connection, watched_since):
                        self._tell(change)
                    watched_since = now
                    top = newest(connection)
                    after = Cursor(max(0, top.message - _LOOK_BACK), max(0, top.event - _LOOK_BACK))
                connection.rollback()
                time.sleep(_LOOK_EVERY)

    def _new(self, connection: Connection, after: Cursor, seen: dict[tuple[str, int], None]) -> list[Change]:
        """What was not seen before, of the rows behind `after`."""
        found = []
        for key, change in rows_after(connection, after):
            if key not in seen:
                seen[key] = None
                found.append(change)
        while len(seen) > 10 * _LOOK_BACK:
            del seen[next(iter(seen))]
        return found

    def _tell(self, change: Change) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener.put_nowait(change)
            except queue.Full:  # it does not read any more; its stream ends by itself
                continue


def init_live(app: Flask, engine: Engine) -> None:
    app.extensions[_EXTENSION] = Hub(engine)


def hub_of(app: Flask) -> Hub:
    found = app.extensions[_EXTENSION]
    assert isinstance(found, Hub)
    return found


def current_hub() -> Hub:
    return hub_of(current_app)
