"""Files of a mail, and what a mail server reports about one that it could not deliver."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from kb.text.mail.mime import BROKEN, content_type, decoded_words, ids_of, is_attachment, parts_of, raw_header, text_of

_MESSAGE_ID_LINE = re.compile(r"^Message-ID:\s*<([^<>\s]{1,250})>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class MailFile:
    """A file of a mail. is_inline: it stands in the text, as pictures of signatures do."""

    name: str
    data: bytes
    is_inline: bool


def read_files(message: Message) -> Iterator[MailFile]:
    """What `read_body` leaves out. A mail within a mail is a file, too."""
    for part in parts_of(message):
        kind = content_type(part)
        if kind.startswith("multipart/") or kind == "message/delivery-status":
            continue
        if not is_attachment(part) and kind in {"text/html", "text/plain", "text/enriched"}:
            continue
        data = _bytes_of(part)
        if data is not None:
            yield MailFile(_file_name(part, kind), data, bool(part.get("Content-ID")) and not _is_offered(part))


def _bytes_of(part: Message) -> bytes | None:
    try:
        payload = part.get_payload()
        if isinstance(payload, list):
            return b"\r\n".join(child.as_bytes() for child in payload if isinstance(child, Message))
        data = part.get_payload(decode=True)
    except BROKEN:
        return None
    return data if isinstance(data, bytes) else None


def _file_name(part: Message, kind: str) -> str:
    try:
        name = part.get_filename() or ""
    except BROKEN:
        name = ""
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return decoded_words(name) or ("mail.eml" if kind == "message/rfc822" else "file")


def _is_offered(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except BROKEN:
        return False


def delivery_report(message: Message) -> tuple[str, str, tuple[str, ...]]:
    """(action, diagnosis, Message-IDs of what it is about) of a mail server's report; each may be empty."""
    action = diagnosis = ""
    about: list[str] = []
    for part in parts_of(message):
        kind = content_type(part)
        payload = part.get_payload()
        inner = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
        if kind == "message/delivery-status":
            for fields in inner[:20]:
                action = action or raw_header(fields, "Action").lower()
                diagnosis = diagnosis or raw_header(fields, "Diagnostic-Code") or raw_header(fields, "Status")
        elif kind == "message/rfc822":
            about += [number for one in inner[:1] for number in ids_of(one, "Message-ID")]
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            about += _MESSAGE_ID_LINE.findall(text_of(part))[:1]
    return action, " ".join(diagnosis.split())[:300], tuple(about)
