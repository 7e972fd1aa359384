"""Between the server's event loop and the application, which works in threads.

The loop reads a request to its end, hands it to one of a few threads, and sends what comes back. So whoever sends or reads
slowly, or holds a stream of live updates open, costs a socket and never a thread.
"""

import asyncio
import json
import logging
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from flask import Flask

from webapp.auth.hashing import may_hash
from webapp.commands.admission import AT_ONCE, Admission, TooManyError
from webapp.shared.live import STREAM, LiveStream
from webapp.shared.meters import IN_WORK, TURNED_AWAY
from webapp.shared.request_ids import HEADER, name_for
from webapp.shared.uploads import most_to_read
from webapp.shared.urgency import Callers, Urgency

logger = logging.getLogger(__name__)

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# Beside them, with a password to hash: one is hashed, the next one read. And how many wait before they are told to come again.
PASSWORDS_AT_ONCE, MOST_WITH_PASSWORDS = 2, 24
# What is still to be done behind an answer, mostly waiting for the database.
AFTERWARDS_AT_ONCE = 16
# Seconds in which the whole of a request's body must arrive: the largest at 10 kB/s.
LONGEST_BODY = 420.0
_IN_MEMORY = 256 * 1024  # bytes of a body; what is longer goes to a file
_PIECE = 64 * 1024
_NO_BODY = frozenset({204, 304})
# Asks neither the database nor a template, since there is no time for either.
_BUSY = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>503</title>"
    "<p>Very many people are here right now. Please try again in a few seconds."
    "<p lang=hi>अभी बहुत लोग यहाँ हैं। कुछ सेकंड बाद फिर कोशिश करें।"
    "<p lang=bn>এই মুহূর্তে অনেকে এখানে আছেন। কয়েক সেকেন্ড পরে আবার চেষ্টা করুন।</html>"
).encode()
_BUSY_FOR_PROGRAMS = json.dumps(
    {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Very many people are here right now. Please try again in a few seconds.",
    }
).encode()


@dataclass
class _Answer:
    """body: all of it; stream: instead of a body, where the answer stays open. close: to be called in the end."""

    status: int
    headers: Headers
    body: bytes
    stream: LiveStream | None
    close: Callable[[], object]


class Bridge:
    """An ASGI application in front of Flask's. is_draining: see webapp.commands.supervising."""

    def __init__(
        self,
        application: Flask,
        admission: Admission | None = None,
        is_draining: Callable[[], bool] = lambda: False,
    ) -> None:
        self.application = application
        self._admission, self._callers = admission or Admission(), Callers(application)
        self._is_draining = is_draining
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="request")
        self._of_passwords = ThreadPoolExecutor(PASSWORDS_AT_ONCE, thread_name_prefix="password")
        self._afterwards = ThreadPoolExecutor(AFTERWARDS_AT_ONCE, thread_name_prefix="afterwards")
        self._with_passwords = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close"})
            return
        path, token = self._path(scope), _header(scope, b"authorization")
        has_password = may_hash(self.application, scope["method"], path)
        query = bytes(scope["query_string"]).decode("latin-1")
        urgency = self._callers.urgency(scope["method"], path, query, _header(scope, b"cookie"), token)
        if self._with_passwords >= MOST_WITH_PASSWORDS if has_password else self._admission.is_full(urgency):
            await _send_busy(send, path, _name(scope))
            return
        body = await _read_body(scope, receive, self._most_to_read(scope))
        if body is None:
            TURNED_AWAY.labels("late").inc()
            await _send_plain(send, 408, b"The request did not arrive.\n", _name(scope))
            return
        IN_WORK.inc()
        try:
            environ = _environ(scope, *body)
            answer = await (self._answer_to_password(environ) if has_password else self._answer(environ, urgency))
        except TooManyError:
            await _send_busy(send, path, _name(scope))
            return
        finally:
            IN_WORK.dec()
            body[0].close()
        if token and answer.status < 400:
            self._callers.was_let_in(token)
        try:
            await self._send(answer, send, scope["method"] == "HEAD")
        finally:
            # Also of a client who is gone: it ends the stream, and begins what is to be done after the answer.
            self._afterwards.submit(_close, answer)

    def _most_to_read(self, scope: Message) -> int:
        """Bytes of the body; few requests may have more than the others."""
        return most_to_read(self.application, scope["method"], self._path(scope), _header(scope, b"cookie"))

    def _path(self, scope: Message) -> str:
        """Without the prefix of the site."""
        path = "/" + str(scope["path"]).lstrip("/")
        prefix = _header(scope, b"x-forwarded-prefix").rstrip("/")
        if prefix and path.startswith(prefix + "/"):  # the proxy leaves it in the address
            path = path.removeprefix(prefix)
        return path

    async def _answer(self, environ: dict[str, Any], urgency: Urgency) -> _Answer:
        """Raises TooManyError where its turn does not come in time."""
        await self._admission.enter(urgency)
        loop = asyncio.get_running_loop()

        def leave(_future: "Future[_Answer]") -> None:
            with suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(self._admission.leave)

        future = self._threads.submit(self._call, environ)
        future.add_done_callback(leave)
        return await _result(future)

    async def _answer_to_password(self, environ: dict[str, Any]) -> _Answer:
        """Who tries passwords waits for a thread among themselves: one hash takes as long as many answers."""
        self._with_passwords += 1
        try:
            return await _result(self._of_passwords.submit(self._call, environ))
        finally:
            self._with_passwords -= 1

    def _call(self, environ: dict[str, Any]) -> _Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: Any = None,  # noqa: ARG001 (WSGI has it)
        ) -> Callable[[bytes], None]:
            started[:] = [(status, headers)]
            return _no_write

        pieces: Iterable[bytes] = self.application(environ, start_response)
        close = getattr(pieces, "close", _nothing)
        stream: LiveStream | None = environ.get(STREAM)
        try:
            body = b"" if stream is not None else b"".join(pieces)
        except BaseException:
            close()
            raise
        status, headers = started[0]
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _Answer(int(status[:3]), encoded, body, stream, close)

    async def _send(self, answer: _Answer, send: Send, is_head: bool) -> None:
        headers = answer.headers
        if self._is_draining():  # whoever keeps connections asks another machine next
            headers = [*headers, (b"connection", b"close")]
        is_known = answer.stream is None and not is_head and answer.status not in _NO_BODY
        if is_known and not any(name == b"content-length" for name, _ in headers):
            headers = [*headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.stream is not None and not is_head:
            async for text in answer.stream.events():
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
        for start in range(0, len(answer.body), _PIECE):
            piece = answer.body[start : start + _PIECE]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        # The client has its answer. The next request of this connection finds done what this one does after its answer.
        await asyncio.get_running_loop().run_in_executor(self._afterwards, _close, answer)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _name(scope: Message) -> tuple[bytes, bytes]:
    """The header with the request's id, where the application, which gives it, is not asked."""
    return HEADER.lower().encode(), name_for(_header(scope, HEADER.lower().encode())).encode()


def _header(scope: Message, wanted: bytes) -> str:
    return str(next((value.decode("latin-1") for name, value in reversed(scope["headers"]) if name == wanted), ""))


def _close(answer: _Answer) -> None:
    """Once, however often it is called."""
    close, answer.close = answer.close, _nothing
    try:
        close()
    except Exception:
        logger.exception("After an answer")


async def _result(future: "Future[_Answer]") -> _Answer:
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:  # the client is gone; a thread cannot be called back
        future.add_done_callback(_close_unread)
        raise


def _close_unread(future: "Future[_Answer]") -> None:
    if not future.cancelled() and future.exception() is None:
        _close(future.result())


def _nothing() -> None:
    return None


def _no_write(_data: bytes) -> None:
    raise NotImplementedError("Answers are returned, not written.")


async def _send_busy(send: Send, path: str, name: tuple[bytes, bytes]) -> None:
    """A crowd that was turned away must not come back in one moment."""
    TURNED_AWAY.labels("busy").inc()
    headers = (name, (b"retry-after", b"%d" % (2 + secrets.randbelow(4))))
    if path.startswith("/api/"):
        await _send(send, 503, _BUSY_FOR_PROGRAMS, b"application/problem+json", *headers)
    else:
        await _send(send, 503, _BUSY, b"text/html; charset=utf-8", *headers)


async def _send_plain(send: Send, status: int, body: bytes, name: tuple[bytes, bytes]) -> None:
    await _send(send, status, body, b"text/plain; charset=utf-8", name)


async def _send(send: Send, status: int, body: bytes, kind: bytes, *headers: tuple[bytes, bytes]) -> None:
    fixed = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _read_body(scope: Message, receive: Receive, most: int) -> tuple[IO[bytes], int] | None:
    """The body and its length; None where it did not arrive. Of one that is too long only the length counts: the application
    refuses it, and its connection is closed."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if declared.isdigit() and int(declared) > most:
        return BytesIO(), int(declared)
    body: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed when the request is over)
    length = 0
    try:
        async with asyncio.timeout(LONGEST_BODY):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    body.close()
                    return None
                length += len(message.get("body", b""))
                if length > most:
                    body.truncate(0)
                    break
                body.write(message.get("body", b""))
                if not message.get("more_body"):
                    break
    except TimeoutError:
        body.close()
        return None
    body.seek(0)
    return body, length


def _environ(scope: Message, body: IO[bytes], length: int) -> dict[str, Any]:
    """As PEP 3333 has it."""
    raw_path = bytes(scope["raw_path"])
    if not raw_path.startswith(b"/"):  # a proxy may ask for http://host/path
        raw_path = b"/" + raw_path.partition(b"://")[2].partition(b"/")[2]
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": unquote_to_bytes(raw_path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "RAW_URI": raw_path.decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] if len(server) > 1 else 80),
        "REMOTE_ADDR": str((scope.get("client") or ("",))[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": _Errors(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
            continue
        if key != "CONTENT_TYPE":
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    environ["CONTENT_LENGTH"] = str(length) if length else ""
    return environ


class _Errors:
    """`wsgi.errors`: into the log."""

    def write(self, text: str) -> None:
        if text.strip():
            logger.warning("%s", text.rstrip())

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def flush(self) -> None:
        return None
