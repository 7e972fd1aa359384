"""A mail that has come in becomes a message: of the conversation to which it belongs, or of a new one. The caller commits.

It belongs where a mail stands that it names (Message-ID, In-Reply-To, References). What is odd in a mail costs what is odd. The
same mail twice, also of two who read one mailbox at once, is stored once.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from email.message import Message as Mail
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets
from kb.service.attachments import add_file, clean_file_name
from kb.service.channels.delivery import fail_message, mark_sent
from kb.service.conversations import get_conversation, open_conversation, reopen
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.messages import LONGEST_TEXT, store_message
from kb.service.standing import bring_up_to_date
from kb.tables import Channel, Conversation, ConversationState, Delivery, Message, MessageRole
from kb.text.mail import message_body, plain_text
from kb.text.mail.automatic import Writer, writer_of
from kb.text.mail.files import MailFile, delivery_report, read_files
from kb.text.mail.message import MailHeaders, read_body, read_headers
from kb.text.mail.mime import parse_mail

ORIGIN = "email"
LARGEST_FILE = 25 * 1024 * 1024  # bytes
_SMALLEST_INLINE = 2_000  # bytes; smaller pictures in the text are dots, lines and signs
_LONGEST_ID, _MOST_REFERENCES = 250, 30
_LONGEST_FULL_TEXT = 50_000
# More than that within an hour in one conversation is two programs that answer each other.
_MOST_AUTOMATIC, _MOST_MAILS = 3, 40
# The header says when it was written. It is believed if the mail came soon after.
_CLOCKS_DIFFER = timedelta(days=2)
_FRESH = timedelta(days=1)
_NO_REPLY = re.compile(r"no[-_.]?reply|do[-_.]?not[-_.]?reply|notification|wordpress|form", re.IGNORECASE)


Details = dict[str, Any]


class Became(StrEnum):
    STORED = "stored"
    KNOWN = "known"  # it was in already
    OWN = "own"  # a copy of what we sent
    AUTOMATIC = "automatic"  # a newsletter, or an out-of-office note that belongs nowhere
    JUNK = "junk"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Received:
    became: Became
    message: Message | None = None
    why: str = ""


def receive_mail(
    session: Session,
    data: bytes,
    *,
    own_address: str,
    region: str,
    received_at: datetime | None = None,
    is_cut: bool = False,
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> Received:
    """data: the mail as it came. own_address: to which customers write. received_at: by the clock of the mail server.
    is_cut: only the beginning of the mail, since its files are too large. zone: in which days are meant."""
    now = now or utc_now()
    mail = parse_mail(data)
    headers = read_headers(mail) if mail is not None else None
    if mail is None or headers is None or not (headers.sender or headers.subject or headers.message_id):
        return Received(Became.UNREADABLE, why="it has neither a sender nor a subject")
    mail_id = _mail_id(headers, data)
    known = _find_message(session, [mail_id])
    if known is not None:
        return _seen_again(session, known)
    writer = writer_of(mail, headers)
    if writer is Writer.JUNK:
        return Received(Became.JUNK)
    if writer is Writer.MAIL_SERVER:
        return _hear_mail_server(session, mail, headers)
    customer_name, customer_address = _writer(headers, own_address)
    conversation = _conversation_of(session, [mail_id, *_references(headers)])
    is_own = bool(own_address) and customer_address == own_address.lower()
    if conversation is None and (is_own or writer is not Writer.PERSON):
        return Received(Became.OWN if is_own else Became.AUTOMATIC)
    sent_at = _sent_at(headers, received_at or now)
    if conversation is None:
        given = GivenCustomer(name=_storable(customer_name), email=customer_address)
        conversation = open_conversation(
            session,
            recognise_customer(session, given, region=region).customer,
            Channel.EMAIL,
            origin=ORIGIN,
            external_id=_first_of_thread(headers, mail_id),
            subject=_storable(headers.thread_subject),
            region=region,
            now=sent_at,
        ).conversation
    is_automatic = writer is not Writer.PERSON or is_own
    if _is_loop(session, conversation, is_automatic, now):
        return Received(Became.AUTOMATIC, why="too many in one conversation within an hour")
    role = MessageRole.SYSTEM if is_automatic else MessageRole.CUSTOMER
    details: Details = {"from": _storable(customer_address), "references": _references(headers)}
    if is_cut:
        details["left_out"] = ["The files of this mail are too large; they are in the mailbox."]
    text = _text_of(mail, headers, details, region)
    stored = store_message(
        session,
        conversation,
        role,
        text,
        external_id=mail_id,
        sent_at=sent_at,
        region=region,
        details=details,
        zone=zone,
    )
    if not stored.is_new:  # somebody else has stored it in this moment
        return Received(Became.KNOWN)
    if not is_cut:
        _keep_files(session, conversation, stored.message, _files_of(mail))
    was_closed = conversation.state == ConversationState.CLOSED.value
    if role is MessageRole.CUSTOMER and was_closed and now - (received_at or now) < _FRESH:
        # Written before it was closed, and read by nobody: a mail takes its time.
        reopen(session, conversation, None, why="customer")
        bring_up_to_date(session, conversation)
    return Received(Became.STORED, stored.message)


def _writer(headers: MailHeaders, own_address: str) -> tuple[str, str]:
    """Name and address. Behind a form of a web site it is who is to be answered."""
    name, address = headers.reply_to
    is_form = headers.sender == own_address.lower() or bool(_NO_REPLY.search(headers.sender.partition("@")[0]))
    return (name, address) if address and is_form else (headers.name, headers.sender)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _in_brackets(number: str) -> str:
    shown = f"<{_storable(number)}>"
    return shown if len(shown) <= _LONGEST_ID else f"<{hashlib.sha256(shown.encode()).hexdigest()}@long.invalid>"


def _mail_id(headers: MailHeaders, data: bytes) -> str:
    return _in_brackets(headers.message_id or f"{hashlib.sha256(data).hexdigest()}@none.invalid")


def _references(headers: MailHeaders) -> list[str]:
    """The first of the thread, and the last ones."""
    ids = headers.references
    kept = ids if len(ids) <= _MOST_REFERENCES else (ids[0], *ids[-_MOST_REFERENCES + 1 :])
    return [_in_brackets(one) for one in kept]


def _first_of_thread(headers: MailHeaders, mail_id: str) -> str:
    """Under this id the conversation is found by mails that come before the one that they answer."""
    first = next(iter(_references(headers)), mail_id)
    return first if len(first) <= 200 else f"<{hashlib.sha256(first.encode()).hexdigest()}@long.invalid>"


def _find_message(session: Session, ids: Sequence[str]) -> Message | None:
    """The newest of those that are mails."""
    return session.scalars(
        select(Message).where(Message.external_id.in_(ids)).order_by(Message.id.desc()).limit(1)
    ).first()


def _conversation_of(session: Session, ids: Sequence[str]) -> Conversation | None:
    message = _find_message(session, ids)
    if message is not None:
        return get_conversation(session, message.conversation_id)
    number = session.scalars(
        select(Conversation.id)
        .where(Conversation.origin == ORIGIN, Conversation.external_id.in_([one for one in ids if len(one) <= 200]))
        .order_by(Conversation.id.desc())
        .limit(1)
    ).first()
    return get_conversation(session, number) if number is not None else None


def _seen_again(session: Session, message: Message) -> Received:
    """A copy of our own reply also proves that it went out."""
    if message.role != MessageRole.AGENT.value:
        return Received(Became.KNOWN, message)
    if message.delivery == Delivery.SENDING.value:
        mark_sent(session, get_conversation(session, message.conversation_id), message)
    return Received(Became.OWN, message)


def _hear_mail_server(session: Session, mail: Mail, headers: MailHeaders) -> Received:
    """A reply that did not arrive is marked so, and the customer waits again."""
    action, diagnosis, about = delivery_report(mail)
    ids = [_in_brackets(one) for one in about] + _references(headers)
    message = _find_message(session, ids) if ids else None
    if message is None or message.role != MessageRole.AGENT.value or action in {"delivered", "relayed", "expanded"}:
        return Received(Became.AUTOMATIC)
    if action == "delayed" or message.delivery not in {Delivery.SENT.value, Delivery.SENDING.value}:
        return Received(Became.AUTOMATIC, message)
    conversation = get_conversation(session, message.conversation_id)
    why = _storable(diagnosis) or "no reason is given"
    fail_message(session, conversation, message, f"It came back from {message.recipient}: {why}")
    return Received(Became.STORED, message)


def _sent_at(headers: MailHeaders, received_at: datetime) -> datetime:
    said = headers.sent_at
    return said if said is not None and abs(said - received_at) < _CLOCKS_DIFFER else received_at


def _is_loop(session: Session, conversation: Conversation, is_automatic: bool, now: datetime) -> bool:
    role = MessageRole.SYSTEM if is_automatic else MessageRole.CUSTOMER
    count = session.scalar(
        select(func.count(Message.id)).where(
            Message.conversation_id == conversation.id,
            Message.role == role.value,
            Message.created_at > now - timedelta(hours=1),
        )
    )
    return (count or 0) >= (_MOST_AUTOMATIC if is_automatic else _MOST_MAILS)


def _files_of(mail: Mail) -> list[MailFile]:
    return [one for one in read_files(mail) if not (one.is_inline and len(one.data) < _SMALLEST_INLINE)]


def _text_of(mail: Mail, headers: MailHeaders, details: Details, region: str) -> str:
    """What the customer wrote; the mail with earlier ones and notices goes into `details` where that is more."""
    written = read_body(mail)[0][:LONGEST_TEXT]
    full = _storable(plain_text(written)).strip()
    shown = _storable(message_body(written)).strip()
    if full and full != shown:
        details["full_text"] = mask_secrets(full[:_LONGEST_FULL_TEXT], region=region)
    names = ", ".join(clean_file_name(one.name) for one in _files_of(mail)[:5])
    return shown or _storable(headers.subject) or names or "—"


def _keep_files(session: Session, conversation: Conversation, message: Message, files: Sequence[MailFile]) -> None:
    """What is not taken is told in `details`."""
    left_out = []
    for file in files:
        name = _storable(file.name)
        try:
            add_file(session, conversation, name, file.data, user_id=None, message_id=message.id, largest=LARGEST_FILE)
        except InvalidInputError as error:
            left_out.append(str(error)[:300])
    if left_out:
        message.details = {**message.details, "left_out": left_out[:50]}
        session.flush()
