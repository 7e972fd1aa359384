"""A mail server that is down costs a job one try, however many mails wait."""

import socketserver
import threading
from email.message import EmailMessage

from kb.core.mail_settings import MailServer
from kb.service.channels.smtp import Fate, MailRound


class Ending(socketserver.TCPServer):
    """Takes a connection and ends it."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.calls = 0

    def process_request(self, request: object, client_address: object) -> None:
        self.calls += 1
        self.shutdown_request(request)  # type: ignore[arg-type]


def test_a_server_that_is_down_is_asked_once_a_round() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "help@shop.example", "rep@test.example", "Hello"
    with Ending() as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        server = MailServer("127.0.0.1", listening.server_address[1], "", "", encrypted=False)
        for calls in (1, 2):  # the next round asks again
            mails = MailRound()
            for _ in range(3):
                outcome = mails.send(server, mail, "help@shop.example", "rep@test.example")
                assert outcome.fate is Fate.DOWN
                assert outcome.why
            assert listening.calls == calls
        listening.shutdown()
        thread.join()
