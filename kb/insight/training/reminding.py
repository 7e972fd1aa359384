"""Reminders by mail of what must be read: claimed one by one, tried again while the mail server is down."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Announcement, AnnouncementRead, Article, ReminderMail, User

# Until somebody else may try it: as long as sending can take.
_LEASE = timedelta(minutes=10)
_MOST_TRIES = 40
_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True)
class DueReminder:
    id: int
    announcement_id: int
    email: str
    language: str
    title: str


def has_due_reminders(session: Session) -> bool:
    """One short statement."""
    return session.scalar(select(exists().where(ReminderMail.send_at <= utc_now()))) or False


def claim_reminder(session: Session, now: datetime | None = None) -> DueReminder | None:
    """The next one, nobody else's for a while. Those that were read meanwhile, or withdrawn, go unsent."""
    now = now or utc_now()
    _drop_needless(session)
    row = session.execute(
        select(
            ReminderMail.id,
            ReminderMail.announcement_id,
            ReminderMail.send_at,
            User.email,
            User.language,
            Article.title,
        )
        .join(User, User.id == ReminderMail.user_id)
        .join(Announcement, Announcement.id == ReminderMail.announcement_id)
        .join(Article, Article.id == Announcement.article_id)
        .where(ReminderMail.send_at <= now)
        .order_by(ReminderMail.send_at, ReminderMail.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    number, announcement_id, send_at, email, language, title = row
    claimed = session.execute(
        update(ReminderMail)
        .where(ReminderMail.id == number, ReminderMail.send_at == send_at)
        .values(send_at=now + _LEASE, tries=ReminderMail.tries + 1)
        .returning(ReminderMail.id)
    ).scalar()
    return DueReminder(number, announcement_id, email, language, title) if claimed else None


def settle_reminder(session: Session, due: DueReminder, *, sent: bool, never: bool, now: datetime | None = None) -> str:
    """sent | waiting | failed."""
    there = session.get(ReminderMail, due.id)
    if there is None:
        return "sent" if sent else "failed"
    if sent or never or there.tries >= _MOST_TRIES:
        session.delete(there)
        return "sent" if sent else "failed"
    there.send_at = (now or utc_now()) + _PAUSE
    return "waiting"


def _drop_needless(session: Session) -> None:
    read = exists().where(
        AnnouncementRead.announcement_id == ReminderMail.announcement_id,
        AnnouncementRead.user_id == ReminderMail.user_id,
    )
    gone = exists().where(Announcement.id == ReminderMail.announcement_id, Announcement.withdrawn_at.is_not(None))
    left = exists().where(User.id == ReminderMail.user_id, User.active.is_(False))
    session.execute(delete(ReminderMail).where(read | gone | left).execution_options(synchronize_session=False))
