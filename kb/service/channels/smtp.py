"""Handing a mail to the server that sends it, and what its answer means."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum

from kb.core.errors import KbError
from kb.core.mail_settings import MailServer

TIMEOUT = 15.0  # seconds for one answer of the server


class Fate(Enum):
    SENT = "sent"
    LATER = "later"  # it was not taken; another try may succeed
    DOWN = "down"  # as LATER, and it would be the same for every other message now
    UNKNOWN = "unknown"  # it was handed over, and no answer came
    NEVER = "never"  # no other try can succeed


@dataclass(frozen=True)
class Outcome:
    """why: in words, "" where it was sent."""

    fate: Fate
    why: str = ""


class MailServerError(KbError):
    """The mail server cannot be reached or does not let us in."""


class MailRound:
    """The mails of one round of a job: a server that is down is not asked again in it."""

    def __init__(self) -> None:
        self._down: Outcome | None = None

    def send(self, server: MailServer, mail: EmailMessage, sender: str, recipient: str) -> Outcome:
        if self._down is not None:
            return self._down
        outcome = send_mail(server, mail, sender, recipient)
        if outcome.fate is Fate.DOWN:
            self._down = outcome
        return outcome


def send_mail(server: MailServer, mail: EmailMessage, sender: str, recipient: str) -> Outcome:
    try:
        with _connected(server) as connection:
            return _hand_over(connection, mail, sender, recipient)
    except MailServerError as error:
        return Outcome(Fate.DOWN, str(error))


def _hand_over(connection: smtplib.SMTP, mail: EmailMessage, sender: str, recipient: str) -> Outcome:
    try:
        connection.send_message(mail, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()), (450, b""))
        return _refused(code, words)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPNotSupportedError, ValueError) as error:
        return Outcome(Fate.NEVER, f"The mail server cannot send to this address ({str(error)[:200]}).")
    except (smtplib.SMTPException, OSError) as error:
        # The connection broke, perhaps after the last line of the mail: it may have been taken.
        return Outcome(Fate.UNKNOWN, f"The connection to the mail server broke off ({_in_words(error)}).")
    return Outcome(Fate.SENT)


def _refused(code: int, words: bytes | str) -> Outcome:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    why = f"The mail server answered {code} {' '.join(said.split())[:300]}".strip()
    return Outcome(Fate.NEVER if 500 <= code < 600 else Fate.LATER, why)


def check_smtp(server: MailServer) -> None:
    """Connect and log in. Raises MailServerError in words."""
    with _connected(server) as connection:
        connection.noop()


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    where = f"The mail server {server.host}:{server.port}"
    try:
        connection = _connect(server)
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerError(f"{where} cannot be reached ({_in_words(error)}).") from error
    try:
        try:
            _log_in(connection, server, where)
        except smtplib.SMTPAuthenticationError as error:
            raise MailServerError(f"{where} does not take user and password (KB_MAIL_SMTP).") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerError(f"{where} does not let us in ({_in_words(error)}).") from error
        yield connection
    finally:
        _leave(connection)


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.encrypted:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)


def _log_in(connection: smtplib.SMTP, server: MailServer, where: str) -> None:
    connection.ehlo_or_helo_if_needed()
    encrypted = server.encrypted
    if not encrypted and not server.is_local and connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
        encrypted = True
    if not server.user:
        return
    if not encrypted and not server.is_local:
        raise MailServerError(f"{where} offers no encryption, and a password is not sent without it.")
    connection.login(server.user, server.password)


def _leave(connection: smtplib.SMTP) -> None:
    """What was sent is sent, also where the good-bye fails."""
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {' '.join(str(said).split())[:200]}"
    if isinstance(error, ssl.SSLError):
        return f"its encryption is not accepted: {error.reason}"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
