"""Reading the mailbox into conversations: from where it was left, each mail in a transaction of its own, marked as read when it
is stored. Killed anywhere it goes on from there; what it has stored already is known again by its Message-ID."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any, cast

from sqlalchemy import Engine, Table, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.database import insert_new, session_scope
from kb.core.mail_settings import MailServer
from kb.service.channels.incoming import Became, Received, receive_mail
from kb.service.channels.mailbox import Inbox, RawMail, open_inbox
from kb.service.channels.smtp import MailServerError
from kb.tables import Mailbox

logger = logging.getLogger(__name__)

_MAILBOXES = cast(Table, Mailbox.__table__)
MOST_AT_ONCE = 200
# At the first look: older ones are history, and so is what somebody has read.
FIRST_LOOK = timedelta(days=30)
_MOST_REPORTED = 20


@dataclass
class ReadReport:
    """became: how many mails became what. rejected: those that could not be read, in words."""

    became: Counter[str] = field(default_factory=Counter)
    rejected: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.became.total()

    def to_json(self) -> dict[str, Any]:
        return {**self.became, **({"rejected": self.rejected} if self.rejected else {})}


@dataclass(frozen=True)
class _Place:
    mailbox_id: int
    uid_validity: int
    first_uid: int
    last_uid: int


def read_mailbox(
    engine: Engine,
    server: MailServer,
    *,
    own_address: str,
    region: str,
    zone: tzinfo | None = None,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> ReadReport:
    """New mails, MOST_AT_ONCE at most. checkpoint: called before each; it may raise.

    Raises MailServerError, which is also kept for `kb doctor`. A mail that cannot be read is reported and left unread.
    """
    report = ReadReport()
    try:
        with open_inbox(server) as inbox:
            place = _place(engine, _name(server), inbox, now())
            for uid in _new_uids(inbox, place, now())[:MOST_AT_ONCE]:
                if checkpoint:
                    checkpoint()
                raw = inbox.fetch(uid)
                take = partial(receive_mail, own_address=own_address, region=region, zone=zone, now=now())
                if _take(engine, place, uid, raw, take, report):
                    inbox.mark_read([uid])
    except MailServerError as error:
        _note_error(engine, _name(server), str(error))
        raise
    return report


def last_error(session: Session, server: MailServer) -> str:
    """Why the mailbox could not be read at the last try, "" where it could."""
    return session.scalar(select(Mailbox.error).where(Mailbox.name == _name(server))) or ""


def _name(server: MailServer) -> str:
    return f"{server.user}@{server.host}:{server.port}/{server.folder}"[:500]


def _place(engine: Engine, name: str, inbox: Inbox, now: datetime) -> _Place:
    """How far it has been read; from the beginning where the server has numbered its mails anew."""
    with session_scope(engine) as session:
        start = {"uid_validity": inbox.uid_validity, "first_uid": inbox.next_uid, "last_uid": 0}
        row = {"name": name, **start, "read_at": now, "error": ""}
        insert_new(session, _MAILBOXES, row, key=("name",))
        mailbox = session.scalars(select(Mailbox).where(Mailbox.name == name)).one()
        if mailbox.uid_validity != inbox.uid_validity:
            mailbox.uid_validity, mailbox.first_uid, mailbox.last_uid = inbox.uid_validity, inbox.next_uid, 0
        if mailbox.error:
            mailbox.error = ""
        return _Place(mailbox.id, mailbox.uid_validity, mailbox.first_uid, mailbox.last_uid)


def _new_uids(inbox: Inbox, place: _Place, now: datetime) -> list[int]:
    begin = place.last_uid + 1
    old = inbox.unread_uids(begin, place.first_uid, (now - FIRST_LOOK).date())
    return old + inbox.uids_from(max(begin, place.first_uid))


def _take(
    engine: Engine,
    place: _Place,
    uid: int,
    raw: RawMail | None,
    take: Callable[..., Received],
    report: ReadReport,
) -> bool:
    """Whether it is in, so that it can be marked as read."""
    try:
        with session_scope(engine) as session:
            received = Received(Became.KNOWN)
            if raw is not None:
                received = take(session, raw.data, received_at=raw.received_at, is_cut=raw.is_cut)
            _advance(session, place, uid)
    except (OperationalError, InterfaceError):
        raise  # the database is not there, or busy: the mail is read again
    except Exception as error:
        # One mail that our reading of mails fails on must not hold up all that come after it.
        logger.exception("Mail %d cannot be read", uid)
        received = Received(Became.UNREADABLE, why=type(error).__name__)
        with session_scope(engine) as session:
            _advance(session, place, uid)
    report.became[received.became.value] += 1
    if received.became is Became.UNREADABLE and len(report.rejected) < _MOST_REPORTED:
        report.rejected.append(f"Mail {uid}: {received.why}")
    return received.became in {Became.STORED, Became.KNOWN, Became.OWN} and raw is not None


def _advance(session: Session, place: _Place, uid: int) -> None:
    """Never back: another one may be further already."""
    session.execute(
        update(Mailbox)
        .where(Mailbox.id == place.mailbox_id, Mailbox.uid_validity == place.uid_validity, Mailbox.last_uid < uid)
        .values(last_uid=uid, read_at=utc_now())
        .execution_options(synchronize_session=False)
    )


def _note_error(engine: Engine, name: str, error: str) -> None:
    with session_scope(engine) as session:
        session.execute(update(Mailbox).where(Mailbox.name == name).values(error=error[:500]))
