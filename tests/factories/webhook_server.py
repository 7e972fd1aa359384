"""A real HTTP server that takes webhook calls: well, slowly, wrongly, or not at all."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """mode: ok, slow, drip, redirect, error, gone, garbage, huge. calls: (headers, body)."""

    port: int = 0
    mode: str = "ok"
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    followed: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?of=shop"

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            receiver.followed += 1
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append((dict(self.headers), body))
            if receiver.mode == "slow":
                time.sleep(20)
            elif receiver.mode == "drip":
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.3)
            elif receiver.mode == "garbage":
                self.wfile.write(b"\x00\xff\xfe no http\r\n\r\n")
            else:
                self.send_response({"redirect": 302, "error": 500, "gone": 410}.get(receiver.mode, 200))
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                if receiver.mode == "huge":
                    for _ in range(200):
                        self.wfile.write(b"x" * 100_000)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # the client has left

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
