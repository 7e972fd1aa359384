"""One mail to what is needed of it: who wrote to whom, in which thread, and the text. Files are read beside it."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from kb.text.mail.body import plain_text
from kb.text.mail.mime import addresses, content_type, date_of, ids_of, is_attachment, parts_of, raw_header, text_of

_REPLY_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|sv|vs|tr|rv|antw|réf|उत्तर|जवाब|উত্তর)\s?(?:\[\d{1,3}\])?\s?:\s*|\[(?:external|ext|extern)\]\s*)+",
    re.IGNORECASE,
)


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
    reply_to: tuple[str, str] = ("", "")  # name and address

    @property
    def thread_subject(self) -> str:
        return without_reply_prefix(self.subject)

    @property
    def is_reply(self) -> bool:
        return bool(self.references) or self.thread_subject != self.subject.strip()


def without_reply_prefix(subject: str) -> str:
    """Without "Re:", "Fwd:" and the like before it."""
    return _REPLY_PREFIX.sub("", subject).strip()


def read_headers(message: Message) -> MailHeaders:
    senders = addresses(message, "From") or addresses(message, "Sender") or addresses(message, "Reply-To")
    name, sender = senders[0] if senders else ("", "")
    recipients = [address for header in ("To", "Cc", "Delivered-To") for _, address in addresses(message, header)]
    references = [*ids_of(message, "References"), *ids_of(message, "In-Reply-To")]
    auto = raw_header(message, "Auto-Submitted").lower()
    precedence = raw_header(message, "Precedence").lower()
    labels = raw_header(message, "X-Gmail-Labels").lower()
    return MailHeaders(
        message_id=next(iter(ids_of(message, "Message-ID")), ""),
        references=tuple(dict.fromkeys(references)),
        sender=sender,
        name=name,
        recipients=tuple(recipients),
        subject=" ".join(plain_text(raw_header(message, "Subject")).split())[:500],
        sent_at=date_of(message),
        is_automatic=bool(
            (auto and auto != "no")
            or precedence in {"bulk", "junk", "auto_reply"}
            or message.get("X-Autoreply")
            or message.get("X-Autorespond")
            or content_type(message) == "multipart/report"
        ),
        is_junk=raw_header(message, "X-Spam-Flag").lower() == "yes" or "spam" in re.split(r"[,\s]+", labels),
        reply_to=next(iter(addresses(message, "Reply-To")), ("", "")),
    )


def read_body(message: Message) -> tuple[str, int]:
    """(text that was written, number of attachments left out): the plain part, else the HTML one."""
    plain: list[str] = []
    html: list[str] = []
    attachments = 0
    for part in parts_of(message):
        kind = content_type(part)
        if is_attachment(part) or not kind.startswith("text/"):
            attachments += not kind.startswith("multipart/")
        elif kind == "text/html":
            html.append(text_of(part))
        elif kind in {"text/plain", "text/enriched"}:
            plain.append(text_of(part))
        else:
            attachments += 1
    text = "\n".join(plain)
    if text.strip():
        return text, attachments
    return "\n".join(html), attachments
