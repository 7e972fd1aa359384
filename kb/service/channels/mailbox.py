"""A mailbox over IMAP: which mails there are after a place, one of them, and the mark that it has been read."""

import contextlib
import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from imap_tools import AND, BaseMailBox, H, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted

from kb.core.mail_settings import MailServer
from kb.service.channels.smtp import MailServerError

TIMEOUT = 15.0  # seconds for one answer of the server
# Of a mail that is larger only the beginning is fetched: headers and texts stand there.
LARGEST_MAIL, _BEGINNING = 50 * 1024 * 1024, 1024 * 1024
_BROKEN = (imaplib.IMAP4.error, ImapToolsError, OSError, UnicodeError, ValueError)
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,15})")


@dataclass(frozen=True)
class RawMail:
    data: bytes
    received_at: datetime | None
    is_cut: bool  # its attachments are too large to be fetched


class Inbox:
    """An open folder. Its methods raise MailServerError."""

    def __init__(self, box: BaseMailBox, server: MailServer) -> None:
        self._box, self._server = box, server
        with _in_words(server):
            state = box.folder.status(server.folder, ["UIDVALIDITY", "UIDNEXT"])
        self.uid_validity = int(state.get("UIDVALIDITY", 0))
        self.next_uid = int(state.get("UIDNEXT", 1))

    def uids_from(self, first: int) -> list[int]:
        """Of all mails from this number on, ascending."""
        with _in_words(self._server):
            # A server names its last mail also where that has a smaller number.
            found = self._box.uids(f"UID {first}:*", charset=None)
        return sorted(uid for uid in map(int, found) if uid >= first)

    def unread_uids(self, first: int, before: int, since: date) -> list[int]:
        """Of mails from `first` on, before `before`, that nobody has read and that came since that day; ascending."""
        if first >= before:
            return []
        with _in_words(self._server):
            found = self._box.uids(AND(seen=False, date_gte=since), charset=None)
        return sorted(uid for uid in map(int, found) if first <= uid < before)

    def fetch(self, uid: int) -> RawMail | None:
        """None where it is not there any more. It stays unread."""
        with _in_words(self._server):
            size = self._part(uid, "RFC822.SIZE")
            found = _SIZE.search(size[0]) if size else None
            is_cut = found is not None and int(found[1]) > LARGEST_MAIL
            part = self._part(uid, f"INTERNALDATE BODY.PEEK[]{f'<0.{_BEGINNING}>' if is_cut else ''}")
        return RawMail(part[1], _received_at(part[0]), is_cut) if part else None

    def mark_read(self, uids: Sequence[int]) -> None:
        if uids:
            with _in_words(self._server):
                self._box.client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Seen)")

    def _part(self, uid: int, what: str) -> tuple[bytes, bytes] | None:
        """The line of the answer that holds it, and what was asked for; other lines are of other mails."""
        status, lines = self._box.client.uid("FETCH", str(uid), f"(UID {what})")
        if status != "OK":
            raise MailServerError(f"The mail server does not hand over mail {uid}.")
        wanted = b"BODY[]" if "BODY" in what else b"RFC822.SIZE"
        for line in lines or ():
            head, data = line if isinstance(line, tuple) else (line, b"")
            if isinstance(head, bytes) and wanted in head:
                return head, data
        return None


@contextlib.contextmanager
def open_inbox(server: MailServer) -> Iterator[Inbox]:
    """Raises MailServerError, also from within where the connection breaks."""
    with _logged_in(server) as box:
        with _in_words(server):
            box.folder.set(server.folder)
        yield Inbox(box, server)


def was_sent(server: MailServer, message_id: str) -> bool:
    """Whether a mail with this Message-ID is in the mailbox's folder or in one for sent mails. Raises MailServerError."""
    with _logged_in(server) as box, _in_words(server):
        folders = [server.folder] + [one.name for one in box.folder.list() if _is_for_sent(one.name, one.flags)]
        for folder in dict.fromkeys(folders):
            box.folder.set(folder, readonly=True)
            if box.uids(AND(header=H("Message-ID", message_id)), charset=None):
                return True
    return False


def _is_for_sent(name: str, flags: Sequence[str]) -> bool:
    return "\\Sent" in flags or name.rpartition("/")[2].rpartition(".")[2].lower() in {
        "sent",
        "sent items",
        "sent mail",
    }


@contextlib.contextmanager
def _logged_in(server: MailServer) -> Iterator[BaseMailBox]:
    where = f"The mail server {server.host}:{server.port}"
    try:
        box = _connect(server)
    except _BROKEN as error:
        raise MailServerError(f"{where} cannot be reached ({_why(error)}).") from error
    try:
        log_in = box.login if server.user.isascii() and server.password.isascii() else box.login_utf8
        try:
            log_in(server.user, server.password, initial_folder=None)
        except _BROKEN as error:
            raise MailServerError(f"{where} does not take user and password (KB_MAIL_IMAP).") from error
        yield box
    finally:
        with contextlib.suppress(*_BROKEN):
            box.logout()
        with contextlib.suppress(*_BROKEN):
            box.client.shutdown()


def _connect(server: MailServer) -> BaseMailBox:
    if server.encrypted:
        return MailBox(server.host, server.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
    if server.is_local:
        return MailBoxUnencrypted(server.host, server.port, timeout=TIMEOUT)
    # Without encryption no password is sent: this fails where the server offers none.
    return MailBoxStartTls(server.host, server.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())


@contextlib.contextmanager
def _in_words(server: MailServer) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise MailServerError(
            f"The mailbox {server.folder} at {server.host} cannot be read ({_why(error)})."
        ) from error


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"its encryption is not accepted: {error.reason}"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return " ".join(str(error).split())[:200] or type(error).__name__


def _received_at(line: bytes) -> datetime | None:
    try:
        found = imaplib.Internaldate2tuple(line)
        return None if found is None else datetime.fromtimestamp(time.mktime(found), UTC)
    except (ValueError, OverflowError, OSError):
        return None
