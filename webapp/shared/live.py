"""What changes in conversations, told at once to whoever watches: server-sent events, and polling where these are blocked.

One thread in each process looks for new rows while somebody listens, so that it does not matter which process, worker or machine
wrote them. It says what has changed, not how: whoever is told fetches what they may see. A stream holds no thread under
`kb serve`: the server's event loop waits for all of them (webapp.commands.serving_bridge).
"""

import asyncio
import json
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

from flask import Flask, Response, current_app, request
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.core.clock import utc_now
from kb.core.signals import LIVE, Watch
from kb.service.changes import Change, Cursor, newest, presences_since, rows_after
from webapp.shared.meters import STREAMS

logger = logging.getLogger(__name__)

_EXTENSION = "kb_live"
# Under which a view leaves its stream for the server, beside the answer that it gives.
STREAM = "kb.live_stream"
# Seconds.
_LOOK_EVERY, _LOOK_EVERY_WHEN_HEARD, _LOOK_AGAIN_AFTER_ERROR = 0.05, 0.5, 2.0
_PING_EVERY, _LONGEST_STREAM = 15.0, 600.0
# A stream that has a thread looks so often whether the server is to stop; others are woken.
_WAIT = 0.5
# Of transactions that run side by side the later id may be seen first.
_LOOK_BACK = 200
_MOST_WAITING = 1_000
# Of one process: a socket and a few kilobytes each.
MOST_STREAMS = 2_000
# Whoever lost the connection fetches everything anew.
_FIRST = "retry: 2000\nevent: connected\ndata: {}\n\n"


class TooManyStreamsError(Exception):
    """All places for streams of this process are taken; polling still works."""


class LiveStream:
    """The events of one page, to be read once: by a thread as an iterator, or by an event loop with `events`.

    conversation: told of this one alone, and of nothing but that it has changed; None: of all.
    """

    def __init__(self, hub: "Hub", conversation: int | None = None) -> None:
        self.conversation = conversation
        self._hub = hub
        self._changes: deque[Change] = deque(maxlen=_MOST_WAITING)
        self._awaken: Callable[[], object] = lambda: None
        self._read = self._read_in_thread()

    def tell(self, change: Change) -> None:
        self._changes.append(change)
        self._awaken()

    def wake(self) -> None:
        """Let it see that the server is to stop."""
        self._awaken()

    def close(self) -> None:
        self._hub.forget(self)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._read)

    def _read_in_thread(self) -> Iterator[str]:
        woken = threading.Event()
        self._awaken = woken.set
        end = time.monotonic() + _LONGEST_STREAM
        said_at = time.monotonic()
        try:
            yield _FIRST
            while time.monotonic() < end and not self._hub.is_stopping():
                if woken.wait(_WAIT):
                    woken.clear()
                if text := self._due(said_at):
                    said_at = time.monotonic()
                    yield text
        finally:
            self.close()

    async def events(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        self._awaken = lambda: loop.call_soon_threadsafe(woken.set)
        end = time.monotonic() + _LONGEST_STREAM
        said_at = time.monotonic()
        try:
            yield _FIRST
            while time.monotonic() < end and not self._hub.is_stopping():
                try:
                    async with asyncio.timeout(_PING_EVERY):
                        await woken.wait()
                except TimeoutError:
                    pass
                woken.clear()
                if text := self._due(said_at):
                    said_at = time.monotonic()
                    yield text
        finally:
            self.close()

    def _due(self, said_at: float) -> str:
        """What is to be said now, "" for nothing: each change once, or a sign of life where nothing was said for long."""
        changes: dict[Change, None] = {}
        while self._changes:
            changes[self._changes.popleft()] = None
        if changes and self.conversation is not None:
            return "event: change\ndata: {}\n\n"
        told = "".join(f"event: change\ndata: {json.dumps(change.to_json())}\n\n" for change in changes)
        return told or (": still here\n\n" if time.monotonic() - said_at > _PING_EVERY - 1 else "")


class Hub:
    """Tells the streams of this process what has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._listeners: set[LiveStream] = set()
        self._thread: threading.Thread | None = None
        # Replaced by the server, which has to end streams when it stops.
        self.is_stopping: Callable[[], bool] = lambda: False

    def stream(self, conversation: int | None = None) -> LiveStream:
        """Server-sent events, beginning with one that says it is connected. Raises TooManyStreamsError at once."""
        listener = LiveStream(self, conversation)
        with self._lock:
            if len(self._listeners) >= MOST_STREAMS:
                raise TooManyStreamsError
            self._listeners.add(listener)
            STREAMS.inc()
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
                self._thread.start()
        return listener

    def forget(self, listener: LiveStream) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.discard(listener)
                STREAMS.dec()

    def wake_all(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.wake()

    def _watch(self) -> None:
        seen: dict[tuple[str, int], None] = {}
        while not self._is_over():
            try:
                self._watch_on(seen)
            except SQLAlchemyError as error:
                logger.warning("Live updates: %s", type(error).__name__)
                time.sleep(_LOOK_AGAIN_AFTER_ERROR)

    def _is_heard(self) -> bool:
        with self._lock:
            return bool(self._listeners) and not self.is_stopping()

    def _is_over(self) -> bool:
        """Nobody listens any more, or the server stops: the next who listens starts a new thread."""
        with self._lock:
            if not self._listeners or self.is_stopping():
                self._thread = None
            return self._thread is None

    def _watch_on(self, seen: dict[tuple[str, int], None]) -> None:
        """Until nobody listens any more. Raises SQLAlchemyError."""
        with self._engine.connect() as connection, Watch(self._engine, LIVE) as watch:
            is_sqlite = self._engine.dialect.name == "sqlite"
            start = newest(connection)
            after = Cursor(max(0, start.message - _LOOK_BACK), max(0, start.event - _LOOK_BACK))
            if not seen:
                self._new(connection, after, seen)
            watched_since = utc_now()
            told: set[tuple[datetime, Change]] = set()  # the last moment is looked at twice
            version: object = None
            while self._is_heard():
                found = connection.exec_driver_sql("PRAGMA data_version").scalar() if is_sqlite else None
                if not is_sqlite or found != version:
                    version = found
                    for change in self._new(connection, after, seen):
                        self._tell(change)
                    now = utc_now()
                    presences = presences_since(connection, watched_since)
                    for presence in presences:
                        if presence not in told:
                            self._tell(presence[1])
                    told, watched_since = set(presences), now
                    top = newest(connection)
                    after = Cursor(max(0, top.message - _LOOK_BACK), max(0, top.event - _LOOK_BACK))
                connection.rollback()
                watch.wait(_LOOK_EVERY, _LOOK_EVERY_WHEN_HEARD)

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
            listeners = [one for one in self._listeners if one.conversation in (None, change.conversation)]
        for listener in listeners:
            listener.tell(change)


def stream_response(stream: LiveStream) -> Response:
    """The answer that stays open, for ten minutes; then the browser connects again, and is checked again."""
    request.environ[STREAM] = stream
    answer = Response(stream, mimetype="text/event-stream")
    # Proxies must neither keep nor gather it.
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def no_stream_response(polled: str) -> Response:
    """polled: the address that is asked instead."""
    busy = Response(f"All places are taken; poll {polled}.\n", status=503, mimetype="text/plain")
    busy.headers["Retry-After"] = "30"
    return busy


def init_live(app: Flask, engine: Engine) -> None:
    app.extensions[_EXTENSION] = Hub(engine)


def hub_of(app: Flask) -> Hub:
    found = app.extensions[_EXTENSION]
    assert isinstance(found, Hub)
    return found


def current_hub() -> Hub:
    return hub_of(current_app)
