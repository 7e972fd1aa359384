"""A mailbox of a support address (mbox, as Gmail's Takeout, Thunderbird and mail servers write it): each thread a ticket.

The file is read twice. First the headers: which mails belong together (by References and In-Reply-To, else by subject and
people), and whose mailbox it is. Then each thread, by where its mails stand in the file. What is known in between is kept in
a temporary database that moves to disk when it grows.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.text.mail.message import MailHeaders, read_body, read_headers
from kb.text.mail.mime import parse_mail
from kb.tickets.files import Meter, open_export
from kb.tickets.mail_threads import DESK_ADDRESS, Owner, Place, Threads
from kb.tickets.raw import LONGEST_ID, RawTicket, RawTurn
from kb.tickets.reading import Reading

# Of a mail, this much is read: headers and texts stand before the attachments.
_LONGEST_MAIL = 4 * 1024 * 1024
_LONGEST_LINE = 64 * 1024


def read_mbox(
    path: Path, progress: Progress | None = None, reading: Reading | None = None
) -> Iterator[RawTicket | Rejection]:
    """Each thread as a ticket: resolved where the mailbox's owner has answered, else open. Raises InvalidInputError for what is
    no mailbox. Bounces, out-of-office notes and junk are left out."""
    reading = reading or Reading()
    with open_export(path) as (file, size), closing(Threads()) as threads:
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


def _places(file: BinaryIO) -> Iterator[Place]:
    """Each mail: from the line after "From …" (which stands at the top, or after an empty line) to the next of them."""
    line_number = 0
    begin: tuple[int, int] | None = None
    position = file.tell()
    was_empty, at_line_start = True, True
    while line := file.readline(_LONGEST_LINE):
        if at_line_start and was_empty and line.startswith(b"From "):
            if begin:
                yield Place(begin[0], position - begin[0], begin[1])
                file.seek(position + len(line))
            begin = (position + len(line), line_number + 2)
        was_empty = at_line_start and not line.strip()
        at_line_start = line.endswith(b"\n")
        line_number += at_line_start
        position += len(line)
    if begin:
        yield Place(begin[0], position - begin[0], begin[1])


def _bytes_at(file: BinaryIO, place: Place, longest: int) -> bytes:
    file.seek(place.start)
    return file.read(min(place.length, longest))


def _headers_at(file: BinaryIO, place: Place) -> MailHeaders | None:
    data = _bytes_at(file, place, 256 * 1024)
    message = parse_mail(data.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0] + b"\n\n")
    return read_headers(message) if message else None


# --- Tickets --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mail:
    headers: MailHeaders
    text: str


def _tickets_of(
    file: BinaryIO, places: list[Place], owner: Owner, path: Path, reading: Reading
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


def _ticket_of(mails: list[_Mail], owner: Owner) -> RawTicket:
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


def _turn(mail: _Mail, owner: Owner, customer: MailHeaders | None) -> RawTurn:
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


def _names(mails: list[_Mail], owner: Owner) -> tuple[str, ...]:
    """Of the people; "Lamp Help" <help@…> is none."""
    people = [
        mail.headers.name
        for mail in mails
        if mail.headers.name and not (owner.wrote(mail.headers.sender) and DESK_ADDRESS.match(mail.headers.sender))
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
