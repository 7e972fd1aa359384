"""A mailbox of a support address (mbox, as Gmail's Takeout, Thunderbird and mail servers write it): each thread a ticket.

The file is read twice. First the headers: which mails belong together (by References and In-Reply-To, else by subject and
people), and whose mailbox it is. Then each thread, by where its mails stand in the file. What is known in between is kept in
a temporary database that moves to disk when it grows.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.files import Meter, open_export
from kb.tickets.mail_message import MailHeaders, parse_mail, read_body, read_headers
from kb.tickets.raw import LONGEST_ID, RawTicket, RawTurn
from kb.tickets.reading import Reading

# Of a mail, this much is read: headers and texts stand before the attachments.
_LONGEST_MAIL = 4 * 1024 * 1024
_LONGEST_LINE = 64 * 1024
_MOST_MAILS_OF_A_THREAD = 200
_MOST_ADDRESSES = 20_000
# Anybody has an address there: the owner is one address, not the domain.
_PUBLIC_PROVIDERS_TEXT = """
gmail.com googlemail.com yahoo.com yahoo.co.in yahoo.in ymail.com outlook.com hotmail.com live.com msn.com aol.com
icloud.com me.com mac.com proton.me protonmail.com gmx.de gmx.net web.de rediffmail.com zoho.com mail.com mail.ru
yandex.com t-online.de orange.fr free.fr laposte.net
"""
_PUBLIC_PROVIDERS = frozenset(_PUBLIC_PROVIDERS_TEXT.split())
_DESK = re.compile(
    r"^(?:support|help|helpdesk|care|customer|service|info|hello|contact|desk|team|billing|sales|feedback|kontakt|hilfe|aide|ayuda)",
)


@dataclass(frozen=True)
class _Place:
    """Where a mail stands in the file, with the line of its first header."""

    start: int
    length: int
    line: int


def read_mbox(
    path: Path, progress: Progress | None = None, reading: Reading | None = None
) -> Iterator[RawTicket | Rejection]:
    """Each thread as a ticket: resolved where the mailbox's owner has answered, else open. Raises InvalidInputError for what is
    no mailbox. Bounces, out-of-office notes and junk are left out."""
    reading = reading or Reading()
    with open_export(path) as (file, size), closing(_Threads()) as threads:
        start = file.tell()
        head = file.read(_LONGEST_LINE).lstrip(b"\r\n")
        if not head.startswith(b"From "):
            raise InvalidInputError(
                f"{path} is no mailbox.",
                remedy='A mailbox in mbox format begins with "From "; for other formats name another one with --from.',
            )
        file.seek(start)
        meter = Meter(size, 2, progress)
        for place in _places(file):
            meter.at(file.tell())
            position = file.tell()
            threads.add(place, _headers_at(file, place))
            file.seek(position)
        meter.next_pass()
        owner = threads.owner(reading.own_domains)
        for places in threads.in_order():
            meter.at(places[0].start)
            yield from _tickets_of(file, places, owner, path, reading)


def _places(file: BinaryIO) -> Iterator[_Place]:
    """Each mail: from the line after "From …" (which stands at the top, or after an empty line) to the next of them."""
    line_number = 0
    begin: tuple[int, int] | None = None
    position = file.tell()
    was_empty, at_line_start = True, True
    while line := file.readline(_LONGEST_LINE):
        if at_line_start and was_empty and line.startswith(b"From "):
            if begin:
                yield _Place(begin[0], position - begin[0], begin[1])
                file.seek(position + len(line))
            begin = (position + len(line), line_number + 2)
        was_empty = at_line_start and not line.strip()
        at_line_start = line.endswith(b"\n")
        line_number += at_line_start
        position += len(line)
    if begin:
        yield _Place(begin[0], position - begin[0], begin[1])


def _bytes_at(file: BinaryIO, place: _Place, longest: int) -> bytes:
    file.seek(place.start)
    return file.read(min(place.length, longest))


def _headers_at(file: BinaryIO, place: _Place) -> MailHeaders | None:
    data = _bytes_at(file, place, 256 * 1024)
    message = parse_mail(data.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0] + b"\n\n")
    return read_headers(message) if message else None


# --- Threads --------------------------------------------------------------------------------------------------------


class _Threads:
    """Which mails belong together, in SQLite's own temporary database, which spills to disk and vanishes when closed."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.executescript(
            "CREATE TABLE mails (start INTEGER PRIMARY KEY, length INTEGER, line INTEGER, thread INTEGER);"
            "CREATE INDEX mails_thread ON mails (thread);"
            "CREATE TABLE names (id TEXT PRIMARY KEY, thread INTEGER) WITHOUT ROWID;"
            "CREATE INDEX names_thread ON names (thread);"
            "CREATE TABLE talks (subject TEXT, address TEXT, thread INTEGER, PRIMARY KEY (subject, address, thread)) "
            "WITHOUT ROWID;"
            "CREATE INDEX talks_thread ON talks (thread);"
        )
        self._count = 0
        self._addresses: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()  # to whom threads were begun

    def close(self) -> None:
        self._database.close()

    def add(self, place: _Place, headers: MailHeaders | None) -> None:
        self._count += 1
        thread = self._thread_of(headers) if headers else self._count
        self._database.execute(
            "REPLACE INTO mails VALUES (?, ?, ?, ?)", (place.start, place.length, place.line, thread)
        )
        if headers and len(self._addresses) < _MOST_ADDRESSES:
            self._addresses.update({headers.sender, *headers.recipients} - {""})
            if not headers.is_reply:
                self._asked.update(set(headers.recipients))

    def _thread_of(self, headers: MailHeaders) -> int:
        """The thread of the mails that it names or that name it; several of them are one from now on."""
        ids = [*headers.references, headers.message_id] if headers.message_id else list(headers.references)
        marks = ",".join("?" * len(ids))
        rows = (
            self._database.execute(
                f"SELECT DISTINCT thread FROM names WHERE id IN ({marks})",  # noqa: S608 - question marks only
                ids,
            ).fetchall()
            if ids
            else []
        )
        known = sorted(row[0] for row in rows)
        subject = headers.thread_subject.casefold()[:300]
        if not known and headers.is_reply and subject:
            known = self._talks(subject, headers)
        thread = known[0] if known else self._count
        for other in known[1:]:
            self._database.execute("UPDATE mails SET thread = ? WHERE thread = ?", (thread, other))
            self._database.execute("UPDATE names SET thread = ? WHERE thread = ?", (thread, other))
            self._database.execute("UPDATE OR REPLACE talks SET thread = ? WHERE thread = ?", (thread, other))
        self._database.executemany("REPLACE INTO names VALUES (?, ?)", ((name, thread) for name in ids))
        if subject:
            people = {headers.sender, *headers.recipients} - {""}
            self._database.executemany(
                "REPLACE INTO talks VALUES (?, ?, ?)", ((subject, person, thread) for person in people)
            )
        return thread

    def _talks(self, subject: str, headers: MailHeaders) -> list[int]:
        """The latest thread of this subject in which the sender and somebody of the recipients take part."""
        return sorted(
            self._threads_of(subject, headers.sender)
            & {thread for person in headers.recipients for thread in self._threads_of(subject, person)}
        )[-1:]

    def _threads_of(self, subject: str, person: str) -> set[int]:
        rows = self._database.execute(
            "SELECT thread FROM talks WHERE subject = ? AND address = ? ORDER BY thread DESC LIMIT 1000",
            (subject, person),
        )
        return {int(row[0]) for row in rows}

    def owner(self, own_domains: frozenset[str]) -> "_Owner":
        """Whose mailbox it is: the address that takes part in most mails; of several, one that is called like a desk or is
        written to first."""
        if own_domains:
            return _Owner("", own_domains)

        def rank(address: str) -> tuple[int, bool, int, str]:
            is_desk = bool(_DESK.match(address))
            return self._addresses[address], is_desk, self._asked[address], address

        best = max(self._addresses, key=rank, default="")
        domain = best.rpartition("@")[2]
        return _Owner(best, frozenset() if domain in _PUBLIC_PROVIDERS or not domain else frozenset((domain,)))

    def in_order(self) -> Iterator[list[_Place]]:
        """The mails of each thread, threads in the order of their first mail."""
        threads = self._database.execute("SELECT thread FROM mails GROUP BY thread ORDER BY MIN(start)")
        for (thread,) in threads:
            rows = self._database.execute(
                "SELECT start, length, line FROM mails WHERE thread = ? ORDER BY start LIMIT ?",
                (thread, _MOST_MAILS_OF_A_THREAD),
            )
            yield [_Place(*row) for row in rows]


@dataclass(frozen=True)
class _Owner:
    address: str
    domains: frozenset[str]

    def wrote(self, sender: str) -> bool:
        return bool(sender) and (sender == self.address or sender.rpartition("@")[2] in self.domains)


# --- Tickets --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mail:
    headers: MailHeaders
    text: str


def _tickets_of(
    file: BinaryIO, places: list[_Place], owner: _Owner, path: Path, reading: Reading
) -> Iterator[RawTicket | Rejection]:
    mails: list[_Mail] = []
    for place in places:
        message = parse_mail(_bytes_at(file, place, _LONGEST_MAIL))
        if message is None:
            yield Rejection(str(path), place.line, "it is no mail that can be read")
            continue
        headers = read_headers(message)
        if headers.is_junk or headers.is_automatic:
            reading.skipped["mails that a program wrote (bounces, out of office, newsletters) or junk"] += 1
            continue
        text, attachments = read_body(message)
        if attachments:
            reading.skipped["attachments"] += attachments
        mails.append(_Mail(headers, text))
    if not mails:
        return
    mails.sort(key=lambda mail: mail.headers.sent_at.timestamp() if mail.headers.sent_at else 0.0)
    ticket = _ticket_of(mails, owner)
    if ticket.subject or any(turn.text.strip() for turn in ticket.turns):
        yield ticket
    else:
        yield Rejection(str(path), places[0].line, "it has neither a subject nor text")


def _ticket_of(mails: list[_Mail], owner: _Owner) -> RawTicket:
    first = mails[0].headers
    customer = next((mail.headers for mail in mails if not owner.wrote(mail.headers.sender)), None)
    turns = [_turn(mail, owner, customer) for mail in mails]
    times = [mail.headers.sent_at for mail in mails if mail.headers.sent_at]
    # Somebody of the house answered after the customer had written: that is all a mailbox says about it.
    roles = [turn.role for turn in turns]
    is_answered = "agent" in (roles[roles.index("customer") :] if "customer" in roles else roles)
    return RawTicket(
        source="mbox",
        external_id=_id_of(mails[0]),
        subject=first.thread_subject,
        status="resolved" if is_answered else "open",
        channel="email",
        turns=turns,
        requester=customer.sender if customer else "",
        names=_names(mails, owner),
        own_domains=owner.domains,
        created_at=times[0] if times else None,
        resolved_at=_last(times) if is_answered else None,
    )


def _turn(mail: _Mail, owner: _Owner, customer: MailHeaders | None) -> RawTurn:
    headers = mail.headers
    is_agent = owner.wrote(headers.sender)
    # Among colleagues, without the customer: a note.
    is_public = (
        not is_agent
        or customer is None
        or not headers.recipients
        or any(not owner.wrote(address) for address in headers.recipients)
    )
    return RawTurn("agent" if is_agent else "customer", mail.text, is_public, headers.sent_at)


def _names(mails: list[_Mail], owner: _Owner) -> tuple[str, ...]:
    """Of the people; "Lamp Help" <help@…> is none."""
    people = [
        mail.headers.name
        for mail in mails
        if mail.headers.name and not (owner.wrote(mail.headers.sender) and _DESK.match(mail.headers.sender))
    ]
    return tuple(dict.fromkeys(people))


def _id_of(mail: _Mail) -> str:
    """Of the mail that began the thread, also where only its answers are in the mailbox."""
    first = mail.headers
    name = first.references[0] if first.references else first.message_id
    if name and len(name) <= LONGEST_ID:
        return name
    told = f"{first.sender}\n{first.subject}\n{first.sent_at}\n{name}\n{mail.text[:1000]}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def _last(times: list[datetime]) -> datetime | None:
    return max(times, default=None)
