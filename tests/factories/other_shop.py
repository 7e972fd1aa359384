"""A shop of somebody else, on a site of its own, as strict as can be: pages that carry the help widget by one script tag."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">{head}</head>
<body><a id="before" href="#x">Before</a><h1>{heading}</h1><p>Two lamps, a rug.</p>
<button id="pay" type="button">Pay</button>{body}</body></html>"""


@dataclass
class Shop:
    """origin: where it is reached; help: the address of the help centre; pages: (HTML, content policy) by path."""

    origin: str
    help: str = ""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def strict(self) -> str:
        """Nothing but the help centre's script and answers: no styles, no pictures, no HTML as text, nothing inline."""
        return (
            f"default-src 'none'; script-src {self.help}; connect-src {self.help}; style-src 'none'; img-src data:; "
            "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def tag(self, attributes: str = "") -> str:
        return f'<script src="{self.help}/widget.js" {attributes} async></script>'

    def put(
        self,
        path: str,
        *,
        attributes: str = "",
        lang: str = "en",
        title: str = "Basket",
        heading: str = "Your basket",
        head: str = "",
        body: str = "",
        policy: str | None = None,
        widget: bool = True,
    ) -> str:
        """Makes a page and gives its address."""
        head += self.tag(attributes) if widget else ""
        html = PAGE.format(lang=lang, title=title, heading=heading, head=head, body=body)
        self.pages[path] = (html, self.strict if policy is None else policy)
        return f"{self.origin}{path}"


@contextmanager
def run_shop(port: int = 0) -> Iterator[Shop]:
    class Answer(BaseHTTPRequestHandler):
        shop: ClassVar[Shop]

        def do_GET(self) -> None:
            html, policy = self.shop.pages.get(self.path.partition("?")[0], ("<!doctype html><title>404</title>", ""))
            body = html.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    # The help centre is asked by its number, the shop by its name: two sites, to which no cookie of the other is sent.
    Answer.shop = Shop(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Answer.shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
