"""A real HTTP server that stands for somebody else's site: pages that are there, gone, moved, broken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class OtherSite:
    """answers: path -> status, and where it sends people; 200 for every other one. calls: (method, path)."""

    port: int = 0
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def running_site() -> Iterator[OtherSite]:
    site = OtherSite()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            site.calls.append((self.command, self.path))
            status, location = site.answers.get(self.path, (200, ""))
            if status == 405 and self.command == "GET":
                status = 200
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
