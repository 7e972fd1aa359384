"""Links by which somebody chooses a password, once, and mails that tell of changes. Who signs and sends them stands above."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.tables import AccountMail, User, utc_now


class MailKind(StrEnum):
    """What a mail about an account is for. The first two have a link."""

    RESET = "reset"
    INVITATION = "invitation"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    CODES_ON = "codes_on"
    CODES_OFF = "codes_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSKEY_ADDED = "passkey_added"


# How long a link is good, and how long a mail is tried that tells of a change.
LASTS = {MailKind.RESET: timedelta(hours=1), MailKind.INVITATION: timedelta(days=7)}
_NEWS_LASTS = timedelta(days=2)
# Nobody fills somebody else's mailbox.
RESET_AGAIN_AFTER = timedelta(minutes=2)


def make_link(
    session: Session, user: User, kind: MailKind, *, by_mail: bool = True, now: datetime | None = None
) -> str | None:
    """A link of this kind, instead of one until now; what is to be signed. None for a reset that was asked for a moment ago.

    by_mail: it is sent; else whoever asked for it hands it over.
    """
    now = now or utc_now()
    if kind is MailKind.RESET and _was_made_since(session, user, kind, now - RESET_AGAIN_AFTER):
        return None
    session.execute(delete(AccountMail).where(AccountMail.user_id == user.id, AccountMail.kind == kind.value))
    nonce = secrets.token_urlsafe(32)
    session.add(
        AccountMail(
            user_id=user.id,
            kind=kind.value,
            nonce=nonce,
            created_at=now,
            expires_at=now + LASTS[kind],
            try_at=now if by_mail else None,
        )
    )
    session.flush()
    return nonce


def find_link(session: Session, nonce: str) -> tuple[User, AccountMail] | None:
    """The active person whose link it is, while it is good and not used; not one who logs in by a provider since."""
    row = session.execute(
        select(User, AccountMail)
        .join(AccountMail, AccountMail.user_id == User.id)
        .where(AccountMail.nonce == nonce, AccountMail.expires_at > utc_now(), User.active, User.password_hash != "")
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def take_link(session: Session, nonce: str) -> bool:
    """Use it up; False where somebody else did in this moment."""
    taken = delete(AccountMail).where(AccountMail.nonce == nonce, AccountMail.expires_at > utc_now())
    return session.execute(taken.returning(AccountMail.id)).first() is not None


def end_links(session: Session, user: User) -> None:
    """None that was made for a person is good any more."""
    session.execute(delete(AccountMail).where(AccountMail.user_id == user.id, AccountMail.nonce.is_not(None)))


def tell(session: Session, user: User, kind: MailKind) -> None:
    """Tell a person by mail what was changed, in case it was not them."""
    now = utc_now()
    session.add(AccountMail(user_id=user.id, kind=kind.value, created_at=now, expires_at=now + _NEWS_LASTS, try_at=now))
    session.flush()


def invitations(session: Session) -> dict[int, AccountMail]:
    """By person, those that nobody has followed yet, also those that have run out. One statement."""
    rows = session.scalars(select(AccountMail).where(AccountMail.kind == MailKind.INVITATION.value))
    return {row.user_id: row for row in rows}


def _was_made_since(session: Session, user: User, kind: MailKind, since: datetime) -> bool:
    made = select(AccountMail.id).where(
        AccountMail.user_id == user.id, AccountMail.kind == kind.value, AccountMail.created_at > since
    )
    return session.scalar(made.limit(1)) is not None
