"""One mail as bytes to what an import needs of it: headers and the text that was written. Attachments are left out."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from kb.text.mail.body import plain_text

# Python's mail parser raises these on headers and parts that no standard allows.
_BROKEN = (
    MessageError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
)
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,250})>")
_REPLY_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|sv|vs|tr|rv|antw|réf|उत्तर|जवाब|উত্তর)\s?(?:\[\d{1,3}\])?\s?:\s*|\[(?:external|ext|extern)\]\s*)+",
    re.IGNORECASE,
)
_LONGEST_PART = 2_000_000
_LONGEST_HEADER = 4_000
_MOST_PARTS = 200
_MOST_ADDRESSES = 50


@dataclass(frozen=True)
class MailHeaders:
    """Addresses are lower case. `name` is how the sender calls themself."""

    message_id: str
    references: tuple[str, ...]  # the first mail of the thread first
    sender: str
    name: str
    recipients: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    is_automatic: bool  # an out-of-office note, a bounce, a newsletter
    is_junk: bool

    @property
    def thread_subject(self) -> str:
        return _REPLY_PREFIX.sub("", self.subject).strip()

    @property
    def is_reply(self) -> bool:
        return bool(self.references) or self.thread_subject != self.subject.strip()


def parse_mail(data: bytes) -> Message | None:
    """None for bytes of which Python's parser makes nothing."""
    try:
        return email.message_from_bytes(data, policy=email.policy.compat32)
    except _BROKEN:
        return None


def read_headers(message: Message) -> MailHeaders:
    senders = _addresses(message, "From") or _addresses(message, "Sender") or _addresses(message, "Reply-To")
    name, sender = senders[0] if senders else ("", "")
    recipients = [address for header in ("To", "Cc", "Delivered-To") for _, address in _addresses(message, header)]
    references = [*_ids(message, "References"), *_ids(message, "In-Reply-To")]
    auto = _header(message, "Auto-Submitted").lower()
    precedence = _header(message, "Precedence").lower()
    labels = _header(message, "X-Gmail-Labels").lower()
    return MailHeaders(
        message_id=next(iter(_ids(message, "Message-ID")), ""),
        references=tuple(dict.fromkeys(references)),
        sender=sender,
        name=name,
        recipients=tuple(recipients),
        subject=" ".join(plain_text(_header(message, "Subject")).split())[:500],
        sent_at=_date(message),
        is_automatic=bool(
            (auto and auto != "no")
            or precedence in {"bulk", "junk", "auto_reply"}
            or message.get("X-Autoreply")
            or message.get("X-Autorespond")
            or _content_type(message) == "multipart/report"
        ),
        is_junk=_header(message, "X-Spam-Flag").lower() == "yes" or "spam" in re.split(r"[,\s]+", labels),
    )


def read_body(message: Message) -> tuple[str, int]:
    """(text that was written, number of attachments left out): the plain part, else the HTML one."""
    plain: list[str] = []
    html: list[str] = []
    attachments = 0
    for part in _parts(message):
        kind = _content_type(part)
        if _is_attachment(part) or not kind.startswith("text/"):
            attachments += not kind.startswith("multipart/")
        elif kind == "text/html":
            html.append(_text(part))
        elif kind in {"text/plain", "text/enriched"}:
            plain.append(_text(part))
        else:
            attachments += 1
    text = "\n".join(plain)
    if text.strip():
        return text, attachments
    return "\n".join(html), attachments


def _parts(message: Message) -> Iterator[Message]:
    """All leaves, in order; a mail within a mail is an attachment."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        payload = part.get_payload()
        if _content_type(part).startswith("multipart/") and isinstance(payload, list):
            waiting.extend(child for child in reversed(payload) if isinstance(child, Message))
        else:
            yield part


def _is_attachment(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except _BROKEN:
        return True


def _content_type(part: Message) -> str:
    try:
        return part.get_content_type()
    except _BROKEN:
        return "text/plain"


def _text(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except _BROKEN:
        return ""
    if not isinstance(data, bytes):
        return ""
    text = _decode(data[:_LONGEST_PART], part)
    try:
        is_flowed = str(part.get_param("format") or "").lower() == "flowed"
        with_spaces = str(part.get_param("delsp") or "").lower() == "yes"
    except _BROKEN:
        return text
    return _unflow(text, drop_space=with_spaces) if is_flowed else text


def _decode(data: bytes, part: Message) -> str:
    """In the character set that the part names, else UTF-8, else Western European."""
    try:
        charset = part.get_content_charset() or "utf-8"
    except _BROKEN:
        charset = "utf-8"
    for name in (charset, "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _unflow(text: str, *, drop_space: bool) -> str:
    """Lines that end with a space go on in the next one (RFC 3676)."""
    lines: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if goes_on and line and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if goes_on and drop_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _header(message: Message, name: str) -> str:
    """Decoded; what cannot be decoded stays as it is."""
    try:
        value = str(message.get(name) or "")[:_LONGEST_HEADER]
        if "=?" not in value:
            # Eight-bit bytes in a header, against the standard: UTF-8 in all likelihood.
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return "".join(
            part if isinstance(part, str) else part.decode(_known(charset), "replace")
            for part, charset in decode_header(value)
        )
    except _BROKEN:
        return ""


def _known(charset: str | None) -> str:
    try:
        return ("".encode(charset or "utf-8") and "") or charset or "utf-8"
    except LookupError:
        return "utf-8"


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    try:
        found = getaddresses([_header(message, name).replace("\n", " ").replace("\r", " ")])
    except _BROKEN:
        return []
    return [(plain_text(person).strip()[:200], address.lower()) for person, address in found if "@" in address][
        :_MOST_ADDRESSES
    ]


def _ids(message: Message, name: str) -> list[str]:
    return _MESSAGE_ID.findall(_header(message, name))[:100]


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except _BROKEN:
        return None
    return found if 1990 <= found.year <= 2200 else None
