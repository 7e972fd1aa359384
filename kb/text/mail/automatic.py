"""Which mails nobody wrote: reports of mail servers, out-of-office notes, newsletters."""

import re
from email.message import Message
from enum import Enum

from kb.text.mail.message import MailHeaders
from kb.text.mail.mime import content_type, header


class Writer(Enum):
    PERSON = "person"
    MAIL_SERVER = "mail_server"  # a bounce, or a report of delay
    AUTO_REPLY = "auto_reply"  # out of office, "we have received your mail"
    NEWSLETTER = "newsletter"
    JUNK = "junk"


_SERVERS = re.compile(r"^(?:mailer-daemon|mail-daemon|mailerdaemon|postmaster|mdaemon)$", re.IGNORECASE)
_AUTO_SUBJECT = re.compile(
    r"^(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|autoreply|automatische antwort|abwesenheit|"
    r"réponse automatique|respuesta automática|resposta automática|स्वचालित उत्तर|कार्यालय से बाहर|স্বয়ংক্রিয় উত্তর|"
    r"স্বয়ংক্রিয় উত্তর|অফিসের বাইরে)\s?(?::|\b|$)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery status notification|delivery (?:has )?failed|returned mail|mail delivery (?:failed|system|subsystem)|"
    r"failure notice|unzustellbar|non remis",
    re.IGNORECASE,
)


def writer_of(message: Message, headers: MailHeaders) -> Writer:
    """PERSON also for forms of web sites, whose mails a program sends in the name of somebody who waits for an answer."""
    if headers.is_junk:
        return Writer.JUNK
    auto = re.split(r"[;(\s]", header(message, "Auto-Submitted").lower(), maxsplit=1)[0]
    local = headers.sender.partition("@")[0]
    comes_from_server = bool(_SERVERS.match(local)) or header(message, "Return-Path") == "<>"
    if content_type(message) == "multipart/report" or (
        comes_from_server and (bool(_BOUNCE_SUBJECT.search(headers.subject)) or bool(_SERVERS.match(local)))
    ):
        return Writer.MAIL_SERVER
    precedence = header(message, "Precedence").lower()
    if (
        auto == "auto-replied"
        or precedence == "auto_reply"
        or message.get("X-Autoreply")
        or message.get("X-Autorespond")
        or _AUTO_SUBJECT.match(headers.subject)
    ):
        return Writer.AUTO_REPLY
    if precedence in {"bulk", "junk"} or message.get("List-Unsubscribe-Post"):
        return Writer.NEWSLETTER
    return Writer.PERSON
