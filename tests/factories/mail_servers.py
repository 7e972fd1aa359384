"""Real mail servers on this machine: aiosmtpd takes mails in, pymap keeps a mailbox."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from kb_process import free_port

from kb.core.mail_settings import MailServer

USER, PASSWORD = "help@shop.example", "s3cret"


class Outgoing:
    """An SMTP server that can be stopped and started on one port. answers: what it says to the next mails, "" for 250."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self._controller: Controller | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.answers.pop(0) if self.answers else ""
        if said and not said.startswith("taken"):
            return said
        self.mails.append(cast(EmailMessage, message_from_bytes(cast(bytes, envelope.content), policy=default)))
        self.recipients.append(list(envelope.rcpt_tos))
        if said:  # taken, and the connection breaks before anybody is told
            assert server.transport is not None
            server.transport.abort()
        return "250 Message accepted"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, "", "", encrypted=False)


class Mailbox:
    """A mailbox that tests put mails into, as customers do."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.server = MailServer("127.0.0.1", port, USER, PASSWORD, encrypted=False)

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        try:
            client.select("INBOX")
            yield client
        finally:
            client.logout()

    def put(self, mail: EmailMessage | bytes, folder: str = "INBOX", flags: str = "") -> None:
        data = mail if isinstance(mail, bytes) else mail.as_bytes()
        with self._open() as client:
            status, said = client.append(
                folder, flags, cast(Any, None), data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            )
            assert status == "OK", said

    def unread(self) -> int:
        with self._open() as client:
            return len(client.search(None, "UNSEEN")[1][0].split())

    def empty(self) -> None:
        with self._open() as client:
            client.store("1:*", "+FLAGS", "(\\Deleted)")
            client.expunge()


@contextmanager
def running_mailbox() -> Iterator[Mailbox]:
    port = free_port()
    start = "import sys; from pymap.main import main; sys.exit(main())"
    command = [sys.executable, "-W", "ignore", "-c", start, "--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    command += ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "pymap ended"
                assert time.monotonic() < deadline, "pymap did not start"
                time.sleep(0.1)
        mailbox = Mailbox(port)
        mailbox.empty()
        yield mailbox
    finally:
        process.terminate()
        process.wait(10)


def make_mail(
    text: str = "Where is my refund?",
    *,
    subject: str = "Refund",
    sender: str = "Asha Rao <asha@mail.example>",
    number: str = "1@mail.example",
    answers: Sequence[str] = (),
    html: str = "",
    **headers: str,
) -> EmailMessage:
    """answers: Message-IDs with their brackets, the one that is answered last."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, f"Shop <{USER}>", subject
    mail["Message-ID"] = f"<{number}>"
    if answers:
        mail["In-Reply-To"], mail["References"] = answers[-1], " ".join(answers)
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail
