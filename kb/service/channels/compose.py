"""A reply as a mail: in the thread of the customer's, as plain text and as simple HTML. A notice as plain text alone."""

import html
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from kb.tables import Attachment, Conversation, Message, MessageRole
from kb.text.mail.message import without_reply_prefix

_MOST_REFERENCES = 20
_LINK = re.compile(r"https?://[^\s<>\"']{1,500}")
_LINK_END = re.compile(r"[.,;:!?)\]।]+$")
_IS_MAIL_ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True)
class Sender:
    """Of replies. site: how the help centre is called, the name where the address has none."""

    name: str
    address: str
    site: str


def new_message_id(message_id: int, sender: str) -> str:
    """For a reply, before it is sent: whoever sees it twice knows it again. Nobody can guess it."""
    return notice_id(f"reply-{message_id}.{secrets.token_hex(12)}", sender)


def compose(session: Session, conversation: Conversation, message: Message, sender: Sender) -> EmailMessage:
    """message: with its Message-ID as external_id and its recipient."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = _address(sender.name or sender.site, sender.address)
    mail["To"] = _address(conversation.customer.name, message.recipient)
    mail["Subject"] = _subject(conversation, sender)
    mail["Date"] = format_datetime(message.first_tried_at or message.sent_at)
    mail["Message-ID"] = message.external_id or ""
    references = _references(session, conversation, message)
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(references)
    text = message.text.replace("\r\n", "\n")
    mail.set_content(text + "\n", cte="quoted-printable" if text.isascii() else "base64")
    mail.add_alternative(_html(text, message.language), subtype="html", cte="base64")
    for file in _files(session, message.id):
        kind, _, subtype = file.content_type.partition("/")
        mail.add_attachment(file.content, maintype=kind, subtype=subtype or "octet-stream", filename=file.name)
    return mail


def compose_notice(
    sender: Sender, recipient: str, *, subject: str, text: str, message_id: str, now: datetime
) -> EmailMessage:
    """Plain text: nothing that somebody wrote can be taken for a part of the mail. message_id: as of `notice_id`."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = _address(sender.name or sender.site, sender.address)
    mail["To"] = recipient
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text, cte="base64")
    return mail


def notice_id(name: str, sender: str) -> str:
    """name: the same at each try, so that whoever gets it twice knows it again; of letters, digits, hyphens and dots."""
    return f"<{name}@{sender.rpartition('@')[2] or 'localhost'}>"


def _address(name: str, address: str) -> Address:
    """Nothing in a name can end the line or begin another header."""
    return Address(" ".join("".join(c if c.isprintable() else " " for c in name).split())[:100], addr_spec=address)


def _subject(conversation: Conversation, sender: Sender) -> str:
    """That of their mail; who did not write one gets the number of the request instead, and no "Re:" to nothing."""
    subject = without_reply_prefix(" ".join(conversation.subject.split()))
    if subject:
        return f"Re: {subject}"
    return " · ".join(filter(None, (sender.site, str(conversation.details.get("reference", "")))))


def _references(session: Session, conversation: Conversation, message: Message) -> list[str]:
    """The mails of the thread, the one that is answered last: of a long thread its beginning and its end."""
    rows = session.execute(
        select(Message.external_id, Message.role, Message.details)
        .where(
            Message.conversation_id == conversation.id,
            Message.external_id.startswith("<"),
            Message.id < message.id,
        )
        .order_by(Message.id.desc())
        .limit(_MOST_REFERENCES)
    ).all()
    ids = [number for number, _, _ in reversed(rows) if number and _IS_MAIL_ID.fullmatch(number)]
    theirs = next((row for row in rows if row.role == MessageRole.CUSTOMER.value and row.external_id in ids), None)
    if theirs is not None:
        earlier = [one for one in theirs.details.get("references", ()) if _IS_MAIL_ID.fullmatch(str(one))]
        ids = [*earlier, *(one for one in ids if one != theirs.external_id), theirs.external_id]
    ids = list(dict.fromkeys(ids))
    return ids if len(ids) <= _MOST_REFERENCES else [ids[0], *ids[-_MOST_REFERENCES + 1 :]]


def _files(session: Session, message_id: int) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment)
        .where(Attachment.message_id == message_id)
        .order_by(Attachment.id)
        .options(undefer(Attachment.content))
    ).all()


def _html(text: str, language: str) -> str:
    paragraphs = "\n".join(
        f"<p>{'<br>'.join(_linked(line) for line in one.split(chr(10)))}</p>"
        for one in re.split(r"\n\s*\n", text)
        if one.strip()
    )
    lang = f' lang="{html.escape(language)}"' if language and language != "und" else ""
    return f'<!DOCTYPE html>\n<html{lang}><head><meta charset="utf-8"></head><body>\n{paragraphs}\n</body></html>\n'


def _linked(line: str) -> str:
    """Escaped, addresses of pages as links."""
    parts, last = [], 0
    for match in _LINK.finditer(line):
        address = _LINK_END.sub("", match[0])
        parts += [html.escape(line[last : match.start()])]
        parts += [f'<a href="{html.escape(address)}">{html.escape(address)}</a>']
        last = match.start() + len(address)
    return "".join([*parts, html.escape(line[last:])])
