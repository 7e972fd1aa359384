"""What the shop's own system says of a customer, asked of a real server that answers well, slowly, wrongly, or not at all."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.service.outside_call import ask_outside
from kb.service.outside_facts import OutsideFacts, OutsideFactsError, OutsideLine, Trouble, question_about, read_answer
from kb.tables import Customer, CustomerIdentity

GOOD = {
    "plan": "Gold",
    "facts": [{"label": "Customer since", "value": 2019}, {"label": "Credit", "value": "₹ 200", "url": "https://shop.example/c/7"}],
    "orders": [
        {"id": "JH-40718265", "status": "Delayed", "total": "₹ 1,499", "at": "2026-11-20", "url": "https://shop.example/o/1"},
        {"id": "JH-40718266", "status": "delivered"},
    ],
    "events": [{"at": "2026-11-28", "text": "Password reset", "asks": "I cannot log in"}],
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Answers by its path."""

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        assert isinstance(server, Server)
        server.asked.append((json.loads(asked), self.headers.get("Authorization")))
        getattr(self, self.path.strip("/").partition("?")[0])()

    def reply(self, body: bytes, status: int = 200, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def good(self) -> None:
        self.reply(json.dumps(GOOD).encode())

    def slow(self) -> None:
        time.sleep(3)
        self.good()

    def dripping(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(40):
            self.wfile.write(b" ")
            time.sleep(0.1)

    def dripping_head(self) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 40:
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)

    def invalid(self) -> None:
        self.reply(b'{"plan": ')

    def nested(self) -> None:
        self.reply(b"[" * 100_000)

    def a_list(self) -> None:
        self.reply(b"[1, 2]")

    def html(self) -> None:
        self.reply(b"<html><script>alert(1)</script></html>", kind="text/html")

    def broken(self) -> None:
        self.reply(b"{}", status=500)

    def moved(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/good")
        self.end_headers()

    def huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(1_000):
                self.wfile.write(b" " * 100_000)
        except OSError:
            pass  # the other side has read enough

    def cut_off(self) -> None:
        self.wfile.write(b"nonsense\r\n\r\n")

    def log_message(self, *_arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    asked: list[tuple[dict[str, object], str | None]]

    def handle_error(self, *_arguments: object) -> None:
        pass  # whoever asks goes away when it has waited long enough


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def address(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}/{path}"


def test_a_good_answer_is_read_and_the_question_says_who_it_is(server: Server) -> None:
    customer = Customer(id=7, name="Asha", language="bn")
    customer.identities = [
        CustomerIdentity(kind="email", value="asha@example.com"),
        CustomerIdentity(kind="phone", value="+919812345678"),
        CustomerIdentity(kind="external", value="c-7"),
        CustomerIdentity(kind="visit", value="secret of a browser"),
    ]
    found = ask_outside(address(server, "good?key=1"), "token-1", question_about(customer))
    asked, authorization = server.asked[0]
    assert asked == {
        "customer": {
            "id": 7, "name": "Asha", "language": "bn", "external_ids": ["c-7"], "emails": ["asha@example.com"],
            "phones": ["+919812345678"],
        }
    }  # fmt: skip
    assert authorization == "Bearer token-1"
    assert found.plan == "Gold"
    assert found.facts[1] == OutsideLine("Credit", "₹ 200", "https://shop.example/c/7")
    assert found.orders[0].value == "Delayed · ₹ 1,499"
    assert found.asked == ["my order is delayed, when will it arrive", "I cannot log in"]
    assert not found.left_out


@pytest.mark.parametrize(
    ("path", "trouble"),
    [
        ("slow", Trouble.SLOW), ("dripping", Trouble.SLOW), ("dripping_head", Trouble.SLOW), ("invalid", Trouble.NO_JSON),
        ("nested", Trouble.NO_JSON), ("a_list", Trouble.NO_JSON), ("html", Trouble.NO_JSON), ("broken", Trouble.STATUS),
        ("moved", Trouble.STATUS), ("huge", Trouble.TOO_LARGE), ("cut_off", Trouble.DOWN),
    ],
)  # fmt: skip
def test_whatever_the_other_side_does_the_call_ends_within_its_second(
    server: Server, path: str, trouble: Trouble
) -> None:
    begun = time.monotonic()
    with pytest.raises(OutsideFactsError) as raised:
        ask_outside(address(server, path), "", {})
    assert raised.value.trouble is trouble
    assert time.monotonic() - begun < 1.3
    assert len(server.asked) == 1  # no redirect was followed


def test_a_server_that_is_down_is_said_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutsideFactsError) as raised:
        ask_outside(f"http://127.0.0.1:{port}/", "", {})
    assert raised.value.trouble is Trouble.DOWN


def test_a_call_that_was_given_up_leaves_no_thread(server: Server) -> None:
    for path in ("dripping_head", "slow"):
        with pytest.raises(OutsideFactsError):
            ask_outside(address(server, path), "", {}, longest=0.2)
    until = time.monotonic() + 2
    while any(thread.name == "customer-facts" for thread in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_wrong_types_cost_their_field_and_nothing_else() -> None:
    body = {
        "plan": ["Gold"],
        "facts": [{"label": "Since", "value": 2019}, "text", {"label": True}, {}, {"label": "A", "value": {"b": 1}}],
        "orders": "none",
        "events": [{"text": "x" * 10_000, "url": "javascript:alert(1)"}, {"text": "b", "url": "http://[", "at": 5}],
        "unknown": 1,
    }
    found = read_answer(json.dumps(body).encode())
    assert found.left_out
    assert (found.plan, found.orders) == ("", [])
    assert found.facts == [OutsideLine("Since", "2019"), OutsideLine("A", "")]
    assert [len(event.value) for event in found.events] == [200, 1]
    assert [event.url for event in found.events] == ["", ""]


def test_an_answer_is_cut_to_what_a_page_can_show() -> None:
    found = read_answer(json.dumps({"orders": [{"id": n} for n in range(1_000)]}).encode())
    assert len(found.orders) == 20
    assert found.left_out
    assert read_answer(b"{}").is_empty


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
)


@given(st.dictionaries(st.sampled_from(["plan", "facts", "orders", "events"]), JSON | st.lists(st.dictionaries(
    st.sampled_from(["label", "value", "url", "id", "status", "total", "at", "text", "asks"]), JSON))))  # fmt: skip
def test_no_json_breaks_the_reading(data: object) -> None:
    assert isinstance(read_answer(json.dumps(data).encode()), OutsideFacts)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(body: bytes) -> None:
    with contextlib.suppress(OutsideFactsError):
        read_answer(body)
