"""Between the event loop and the threads: whole bodies in, whole answers out, streams without a thread."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from flask import Blueprint, Flask, Response, request
from flask.testing import FlaskClient

from webapp.app import LARGEST_REQUEST
from webapp.commands import serving_bridge
from webapp.commands.admission import Admission
from webapp.commands.serving_bridge import Bridge
from webapp.shared.live import STREAM
from webapp.shared.uploads import MOST_OF_PICTURES, most_to_read
from webapp.shared.urgency import Urgency

Result = TypeVar("Result")


@pytest.fixture
def small() -> Flask:
    """An application whose answers say what has arrived."""
    small = Flask(__name__)
    small.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST

    @small.route("/echo/<path:name>", methods=["GET", "POST"])
    def echo(name: str) -> Response:
        text = "|".join(
            [name, request.query_string.decode(), request.remote_addr or "", request.headers.get("X-A", "")]
        )
        return Response(text + "|" + request.get_data(as_text=True))

    return small


def scope_of(path: str, method: str = "GET", headers: list[tuple[bytes, bytes]] | None = None) -> dict[str, Any]:
    raw, _, query = path.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw,
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), *(headers or [])],
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.7", 1234),
    }


def body_in(*pieces: bytes) -> Callable[[], Any]:
    waiting = list(pieces)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(3600)
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    return receive


def in_a_loop(talk: Coroutine[Any, Any, Result]) -> Result:
    """In a thread: in that of the tests the loop of a browser may be running, for as long as its process does."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk).result()


async def ask(bridge: Bridge, scope: dict[str, Any], *pieces: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await bridge(scope, body_in(*(pieces or (b"",))), send)
    assert sent[-1].get("more_body", False) is False
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent[1:])


def test_the_application_sees_what_was_sent(small: Flask) -> None:
    headers = [(b"x-a", b"1"), (b"x-a", b"2"), (b"content-type", b"text/plain")]
    scope = scope_of("/echo/%E0%A4%A8%20a?q=%E0%A4%A8", "POST", headers)
    status, sent, body = in_a_loop(ask(Bridge(small), scope, b"one ", b"two"))
    assert (status, body.decode()) == (200, "न a|q=%E0%A4%A8|192.0.2.7|1,2|one two")
    assert sent[b"content-length"] == str(len(body)).encode()


def test_a_request_that_names_its_host_in_the_first_line_finds_its_page(small: Flask) -> None:
    assert in_a_loop(ask(Bridge(small), scope_of("http://localhost/echo/there")))[2].startswith(b"there|")


@pytest.mark.parametrize("declares", [True, False])
def test_a_body_that_is_too_long_is_refused_and_not_kept(small: Flask, declares: bool) -> None:
    piece = b"x" * (LARGEST_REQUEST // 3)
    headers = [(b"content-length", str(4 * len(piece)).encode())] if declares else []
    status, _, _ = in_a_loop(ask(Bridge(small), scope_of("/echo/a", "POST", headers), *[piece] * 4))
    assert status == 413


def test_a_body_that_does_not_arrive_takes_no_thread(small: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_bridge, "LONGEST_BODY", 0.3)

    async def many() -> tuple[int, list[int]]:
        bridge = Bridge(small)

        async def never() -> dict[str, Any]:
            await asyncio.sleep(3600)
            return {}

        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        slow = [asyncio.create_task(bridge(scope_of("/echo/a", "POST"), never, send)) for _ in range(60)]
        await asyncio.sleep(0.05)
        status, _, _ = await ask(bridge, scope_of("/echo/a"))
        await asyncio.gather(*slow)
        return status, [message["status"] for message in sent if "status" in message]

    assert in_a_loop(many()) == (200, [408] * 60)


def test_when_more_wait_than_can_be_served_soon_the_rest_is_told_to_come_again(small: Flask) -> None:
    go_on = threading.Event()
    small.add_url_rule("/waits", view_func=lambda: str(go_on.wait(10)))

    async def three() -> list[int]:
        bridge = Bridge(small, Admission(most=2))
        tasks = [asyncio.create_task(ask(bridge, scope_of("/waits"))) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert tasks[2].done()
        assert b"retry-after" in tasks[2].result()[1]
        go_on.set()
        return [(await task)[0] for task in tasks]

    assert in_a_loop(three()) == [200, 200, 503]


def test_programs_that_are_told_to_come_again_are_told_as_the_interface_says(small: Flask) -> None:
    status, headers, body = in_a_loop(ask(Bridge(small, Admission(most=0)), scope_of("/api/v1/search?q=a")))
    assert (status, headers[b"content-type"]) == (503, b"application/problem+json")
    assert 2 <= int(headers[b"retry-after"]) <= 5
    assert json.loads(body)["status"] == 503


def test_who_types_waits_behind_all_and_a_rep_behind_nobody(
    app: Flask, login: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one place, which is taken: what comes then is served by urgency, however it came."""
    monkeypatch.setattr("webapp.commands.admission.LONGEST_WAIT", dict.fromkeys(Urgency, 60.0))
    with login("rep").session_transaction() as cookie:
        inside = dict(cookie)
    signed = app.session_interface.get_signing_serializer(app).dumps(inside)  # type: ignore[attr-defined]
    rep = [(b"cookie", f"kb_session={signed}".encode())]
    go_on, order = threading.Event(), list[str]()

    def note(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/waits":
            go_on.wait(60)
        else:
            order.append(environ["HTTP_X_NAME"])
        start_response("200 OK", [])
        return [b""]

    app.wsgi_app = note  # type: ignore[method-assign,assignment]

    async def talk() -> None:
        bridge = Bridge(app, Admission(at_once=1))
        asked = [asyncio.create_task(ask(bridge, scope_of("/waits")))]
        for name, path, headers in (
            ("typing of a rep", "/desk/?q=a&typing=1", rep),
            ("page", "/help/en/", []),
            ("typing", "/help/en/search?q=a&typing=1", []),
            ("search", "/help/en/search?q=a", []),
            ("made-up token", "/api/v1/desk/search?q=a", [(b"authorization", b"Bearer made-up")]),
            ("rep", "/desk/?q=a", rep),
        ):
            await asyncio.sleep(0.02)
            asked.append(
                asyncio.create_task(ask(bridge, scope_of(path, headers=[*headers, (b"x-name", name.encode())])))
            )
        await asyncio.sleep(0.05)
        go_on.set()
        await asyncio.gather(*asked)

    in_a_loop(talk())
    assert order == ["rep", "search", "made-up token", "page", "typing of a rep", "typing"]


def test_a_server_that_is_about_to_stop_keeps_no_connection(small: Flask) -> None:
    _, headers, _ = in_a_loop(ask(Bridge(small, is_draining=lambda: True), scope_of("/echo/a")))
    assert headers[b"connection"] == b"close"
    _, headers, _ = in_a_loop(ask(Bridge(small), scope_of("/echo/a")))
    assert b"connection" not in headers


def test_what_is_to_be_done_after_an_answer_is_done_after_it_and_before_the_next_request(small: Flask) -> None:
    order: list[str] = []

    def after() -> None:
        time.sleep(0.1)
        order.append("done")

    @small.route("/after")
    def answer() -> Response:
        response = Response("words")
        response.call_on_close(after)
        return response

    async def watch() -> None:
        async def send(message: dict[str, Any]) -> None:
            order.append(message.get("body", b"").decode() + ("" if message.get("more_body") else "."))

        await Bridge(small)(scope_of("/after"), body_in(b""), send)

    in_a_loop(watch())
    assert order == [".", "words", "done", "."]


def test_what_is_to_be_done_after_an_answer_is_done_too_where_the_client_has_gone(small: Flask) -> None:
    done, begun = threading.Event(), threading.Event()

    @small.route("/after")
    def answer() -> Response:
        begun.set()
        time.sleep(0.2)
        response = Response("words")
        response.call_on_close(done.set)
        return response

    async def leave() -> None:
        task = asyncio.create_task(ask(Bridge(small), scope_of("/after")))
        await asyncio.to_thread(begun.wait, 5)
        task.cancel()
        await asyncio.wait([task])

    in_a_loop(leave())
    assert done.wait(5)


class Ticks:
    """A stream as pages are told by."""

    closed = False

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("read by a thread")

    def close(self) -> None:
        self.closed = True

    async def events(self) -> Any:
        for number in range(3):
            await asyncio.sleep(0.01)
            yield f"{number};"


def test_streams_are_waited_for_by_the_loop_and_closed_in_the_end(small: Flask) -> None:
    made: list[Ticks] = []

    @small.route("/live")
    def live() -> Response:
        made.append(Ticks())
        request.environ[STREAM] = made[-1]
        return Response(made[-1], mimetype="text/event-stream")

    async def many() -> list[bytes]:
        bridge = Bridge(small)
        return [body for _, _, body in await asyncio.gather(*(ask(bridge, scope_of("/live")) for _ in range(50)))]

    assert in_a_loop(many()) == [b"0;1;2;"] * 50
    assert all(stream.closed for stream in made)


def test_what_may_be_larger_is_read_from_those_who_may_send_it(app: Flask, login: Callable[[str], FlaskClient]) -> None:
    usual = app.config["MAX_CONTENT_LENGTH"]
    with login("admin").session_transaction() as cookie:
        inside = dict(cookie)
    signed = app.session_interface.get_signing_serializer(app).dumps(inside)  # type: ignore[attr-defined]
    own, forged = (f"a=b; kb_session={value}" for value in (signed, signed[:-2] + "xx"))

    def most(path: str, cookies: str = "", method: str = "POST") -> int:
        return most_to_read(app, method, path, cookies)

    assert most("/help/hi/contact") == most("/help/en/requests/a.b.c") == MOST_OF_PICTURES > usual
    assert most("/help/hi/contact", method="GET") == most("/help/hi/search") == most("/nothing") == usual
    assert most("/admin/imports", own) == app.extensions["kb_settings"].largest_upload > usual
    assert most("/desk/inbox/1/messages", own) > usual
    for path in ("/admin/imports", "/desk/inbox/1/messages"):
        assert most(path) == most(path, forged) == usual


def test_large_picture_arrives_whole(app: Flask) -> None:
    piece = b"x" * 2**20
    headers = [(b"content-length", b"%d" % (6 * len(piece))), (b"content-type", b"text/plain")]
    for path in ("/help/en/contact", "/support/help/en/contact"):
        scope = scope_of(path, "POST", [*headers, (b"x-forwarded-prefix", b"/support")])
        status, _, _ = in_a_loop(ask(Bridge(app), scope, *[piece] * 6))
        assert status in {400, 404}  # it is no form; 413 would be said of its size
    assert in_a_loop(ask(Bridge(app), scope_of("/help/en/search", "POST", headers), *[piece] * 6))[0] in {405, 413}


def test_a_crowd_that_tries_passwords_keeps_nobody_else_waiting(small: Flask) -> None:
    """Each of them waits for its hash; were they to take all threads, everybody's search would wait behind them."""
    auth, go_on = Blueprint("auth", __name__), threading.Event()

    @auth.post("/login")
    def log_in() -> str:
        go_on.wait(60)
        return "in"

    small.register_blueprint(auth)
    bridge = Bridge(small)

    async def talk() -> tuple[int, set[int], list[int]]:
        crowd = [
            asyncio.ensure_future(ask(bridge, scope_of("/login", "POST"), b"password=x"))
            for _ in range(serving_bridge.MOST_WITH_PASSWORDS + 3)
        ]
        while sum(one.done() for one in crowd) < 3:
            await asyncio.sleep(0.01)
        refused = {one.result()[0] for one in crowd if one.done()}
        searched = (await ask(bridge, scope_of("/echo/search")))[0]
        go_on.set()
        return searched, refused, [(await one)[0] for one in crowd]

    searched, refused, all_of_them = in_a_loop(talk())
    assert searched == 200
    assert refused == {503}
    assert sorted(all_of_them) == [200] * serving_bridge.MOST_WITH_PASSWORDS + [503] * 3
