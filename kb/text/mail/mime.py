"""The parts of a mail and its headers, decoded: whatever a mail looks like, nothing is raised."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from kb.text.mail.body import plain_text

# Python's mail parser raises these on headers and parts that no standard allows.
BROKEN = (
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
_LONGEST_PART = 2_000_000
_LONGEST_HEADER = 4_000
_MOST_PARTS = 200
_MOST_ADDRESSES = 50


class _Bounded(email.policy.Compat32):
    """What says of what kind a part is, is read by Python's parser with the square of its length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER] if name.lower().startswith("content-") else value


def parse_mail(data: bytes) -> Message | None:
    """None for bytes of which Python's parser makes nothing."""
    try:
        return email.message_from_bytes(data, policy=_Bounded())
    except BROKEN:
        return None


def parts_of(message: Message) -> Iterator[Message]:
    """All leaves, in order; a mail within a mail is an attachment."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        payload = part.get_payload()
        if content_type(part).startswith("multipart/") and isinstance(payload, list):
            waiting.extend(child for child in reversed(payload) if isinstance(child, Message))
        else:
            yield part


def is_attachment(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except BROKEN:
        return True


def content_type(part: Message) -> str:
    try:
        return part.get_content_type()
    except BROKEN:
        return "text/plain"


def text_of(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except BROKEN:
        return ""
    if not isinstance(data, bytes):
        return ""
    text = _decode(data[:_LONGEST_PART], part)
    try:
        is_flowed = str(part.get_param("format") or "").lower() == "flowed"
        with_spaces = str(part.get_param("delsp") or "").lower() == "yes"
    except BROKEN:
        return text
    return _unflow(text, drop_space=with_spaces) if is_flowed else text


def _decode(data: bytes, part: Message) -> str:
    """In the character set that the part names, else UTF-8, else Western European."""
    try:
        charset = part.get_content_charset() or "utf-8"
    except BROKEN:
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


def raw_header(message: Message, name: str) -> str:
    """Decoded; what cannot be decoded stays as it is."""
    try:
        value = str(message.get(name) or "")[:_LONGEST_HEADER]
        if "=?" not in value:
            # Eight-bit bytes in a header, against the standard: UTF-8 in all likelihood.
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except BROKEN:
        return ""
    return decoded_words(value)


def decoded_words(value: str) -> str:
    """`=?utf-8?…?=` as what it stands for."""
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(_known(charset), "replace")
            for part, charset in decode_header(value)
        )
    except BROKEN:
        return ""


def header(message: Message, name: str) -> str:
    """Decoded, without what no database stores; "" where it is missing."""
    return raw_header(message, name).encode("utf-8", "replace").decode().replace("\0", "").strip()


def _known(charset: str | None) -> str:
    try:
        return ("".encode(charset or "utf-8") and "") or charset or "utf-8"
    except LookupError:
        return "utf-8"


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    try:
        found = getaddresses([raw_header(message, name).replace("\n", " ").replace("\r", " ")])
    except BROKEN:
        return []
    return [(plain_text(person).strip()[:200], address.lower()) for person, address in found if "@" in address][
        :_MOST_ADDRESSES
    ]


def ids_of(message: Message, name: str) -> list[str]:
    return _MESSAGE_ID.findall(raw_header(message, name))[:100]


def date_of(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(raw_header(message, "Date"))
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except BROKEN:
        return None
    return found if 1990 <= found.year <= 2200 else None
