"""A real HTTP server on this machine that answers like an OpenAI-compatible endpoint: well, slowly, wrongly, or not at all."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class ModelServer:
    """says: the text of the next answers; raw: a whole body in its place; asked: what came in, with headers."""

    port: int = 0
    says: str = ""
    raw: bytes | None = None
    status: int = 200
    delay: float = 0.0
    drip: bool = False
    finish_reason: str | None = "stop"
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def everything_sent(self) -> str:
        return json.dumps(self.asked, ensure_ascii=False)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    state = ModelServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: state))
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: Callable[[], ModelServer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            now = state()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            now.asked.append({"path": self.path, **json.loads(body)})
            now.headers.append(dict(self.headers))
            choice = {"index": 0, "message": {"role": "assistant", "content": now.says}}
            if now.finish_reason:
                choice["finish_reason"] = now.finish_reason
            answer = now.raw if now.raw is not None else json.dumps({"choices": [choice]}).encode()
            try:
                time.sleep(now.delay)
                self.send_response(now.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                for at in range(len(answer)) if now.drip else (0,):
                    self.wfile.write(answer[at : at + 1] if now.drip else answer)
                    self.wfile.flush()
                    if now.drip:
                        time.sleep(0.05)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler
