"""A plain help desk of somebody else, as small as can be, on a site of its own: a conversation, boxes to write in, and on
`/framed` the side panel in a frame with the very script that docs/side-panel.md shows."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from kb.core.settings import PROJECT_ROOT

TALK = """
<nav>Tickets Reports</nav>
<main>
  <div id="talk" role="log">
    <p><b>Asha</b>: Hello, good morning</p>
    <p><b>Agent</b>: Good morning Asha, how can I help?</p>
    <p><b>Asha</b>: <span id="asked">When does my refund arrive?</span></p>
    <p hidden>Asha: secret of a hidden line</p>
    <div contenteditable="true">Agent: a draft that nobody sent</div>
  </div>
  <textarea id="reply">Dear Asha, | Bye</textarea>
  <div id="editor" contenteditable="true">Hello</div>
  <input id="short" maxlength="12">
</main>
"""


@dataclass
class HelpDesk:
    """origin: where it is reached; token: what its page hands to a panel; desk: the address that it frames."""

    origin: str
    token: str = ""
    desk: str = ""
    asked_for_token: list[str] = field(default_factory=list)


def documented_script() -> str:
    text = (PROJECT_ROOT / "docs" / "side-panel.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```js\n(.*?)```", text, flags=re.DOTALL)
    return str(script)


@contextmanager
def run_help_desk() -> Iterator[HelpDesk]:
    class Answer(BaseHTTPRequestHandler):
        desk: ClassVar[HelpDesk]

        def do_GET(self) -> None:
            if self.path == "/side-panel-token":
                self.desk.asked_for_token.append(self.desk.token)
                self._send("application/json", json.dumps({"token": self.desk.token}))
            elif self.path.startswith("/framed"):
                script = documented_script().replace("https://help.example.com", self.desk.desk)
                frame = f'<iframe title="Answers" width="400" height="700" src="{self.desk.desk}/desk/panel/framed"></iframe>'
                self._send("text/html", _page(f"{TALK}{frame}<script type=module>{script}</script>"))
            else:
                self._send("text/html", _page(TALK))

        def _send(self, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    # The desk is asked by its number: another site, to which no cookie of it is sent.
    Answer.desk = HelpDesk(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Answer.desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _page(body: str) -> str:
    icon = '<link rel="icon" href="data:,">'
    return f'<!doctype html><html lang="en"><head><title>Help desk</title>{icon}</head><body>{body}</body></html>'
