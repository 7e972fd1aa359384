"""Mails about accounts on their way to colleagues: each claimed before it is sent, tried again while the mail server is down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, Select, func, select, update
from sqlalchemy.orm import Session

from kb.accounts.links import MailKind
from kb.core.back_off import MESSAGES
from kb.core.clock import utc_now
from kb.service.channels.delivery import LONGEST_WHY, WaysOut
from kb.service.channels.notices import send_claimed, send_notice
from kb.service.channels.smtp import Fate, MailRound, Outcome
from kb.tables import AccountMail, User

MOST_AT_ONCE = 200
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class DueMail:
    """nonce: what the link in it is made of, "" where it has none. is_good: it has something to say still."""

    id: int
    kind: MailKind
    email: str
    language: str
    nonce: str
    first_tried_at: datetime
    expires_at: datetime
    is_good: bool


def has_due_account_mails(session: Session) -> bool:
    """One statement."""
    return session.scalar(_due(utc_now())) is not None


def send_account_mails(
    engine: Engine,
    ways: WaysOut,
    words: Callable[[DueMail], tuple[str, str]],
    *,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """words: subject and text, in the person's language. Returns how many were sent, wait, failed or are over."""

    def send(mails: MailRound, due: DueMail, at: datetime) -> Outcome | None:
        if not due.is_good:
            return None
        name = f"account-{due.id}-{due.first_tried_at:%Y%m%d%H%M%S}"
        return send_notice(mails, ways, due.email, lambda: words(due), name=name, now=at)

    return send_claimed(
        engine, claim=_claim, send=send, settle=_settle, at_most=MOST_AT_ONCE, checkpoint=checkpoint, now=now
    )


def _due(now: datetime) -> Select[int]:
    return select(AccountMail.id).where(AccountMail.try_at <= now).order_by(AccountMail.try_at, AccountMail.id).limit(1)


def _claim(session: Session, now: datetime) -> DueMail | None:
    number = session.scalar(_due(now))
    if number is None:
        return None
    taken = session.execute(
        update(AccountMail)
        .where(AccountMail.id == number, AccountMail.try_at <= now)
        .values(try_at=now + _LEASE, first_tried_at=func.coalesce(AccountMail.first_tried_at, now))
        .returning(AccountMail.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return None
    mail, user = session.execute(
        select(AccountMail, User).join(User, User.id == AccountMail.user_id).where(AccountMail.id == number)
    ).one()
    return DueMail(
        mail.id,
        MailKind(mail.kind),
        user.email,
        user.language,
        mail.nonce or "",
        mail.first_tried_at or now,
        mail.expires_at,
        # Who was closed hears of that from people; of a password that was changed before it they still hear.
        mail.expires_at > now and (user.active or mail.nonce is None),
    )


def _settle(session: Session, due: DueMail, outcome: Outcome | None, now: datetime) -> str:
    mail = session.get(AccountMail, due.id)
    if mail is None:  # used, or taken back, in this moment
        return "gone"
    if outcome is None:
        session.delete(mail)
        return "over"
    if outcome.fate is Fate.SENT:
        mail.try_at, mail.error = None, ""
        if mail.nonce is None:
            session.delete(mail)
        return "sent"
    mail.error = outcome.why[:LONGEST_WHY] or "It could not be sent."
    if outcome.fate is Fate.NEVER or MESSAGES.is_given_up(due.first_tried_at, now):
        mail.try_at = None
        return "failed"
    mail.try_at = MESSAGES.next_try(due.first_tried_at, now)
    return "waiting"
