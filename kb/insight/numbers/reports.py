"""The weekly report: who wants it, which mails are due, and what became of each. One row a person and week."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from kb.core.back_off import NEWS_FOR_COLLEAGUES
from kb.core.clock import utc_now
from kb.core.database import upsert
from kb.tables import ReportReader, Role, User, WeeklyReport

# On Monday, when the last hours of the week are counted.
_FROM = time(6)
# For one try: whoever needs longer is taken for dead, and somebody else tries.
_LEASE = timedelta(minutes=5)
_TRAINERS = (Role.TRAINER.value, Role.ADMIN.value)


@dataclass(frozen=True)
class DueReport:
    id: int
    user_id: int
    email: str
    language: str
    week: date
    first_tried_at: datetime


def wants_report(session: Session, user_id: int) -> bool:
    """One statement."""
    return session.scalar(select(ReportReader.user_id).where(ReportReader.user_id == user_id)) is not None


def want_report(session: Session, user_id: int, *, wanted: bool) -> None:
    """From the next week on, or no more; what is still on its way to somebody who wants none any more is dropped."""
    if wanted:
        upsert(session, cast(Table, ReportReader.__table__), {"user_id": user_id, "since": utc_now()}, key=("user_id",))
        return
    session.execute(delete(ReportReader).where(ReportReader.user_id == user_id))
    session.execute(
        update(WeeklyReport)
        .where(WeeklyReport.user_id == user_id, WeeklyReport.sent_at.is_(None))
        .values(next_try_at=None)
    )


def last_report(session: Session, user_id: int) -> WeeklyReport | None:
    """The newest one of this person. One statement."""
    return session.scalars(
        select(WeeklyReport).where(WeeklyReport.user_id == user_id).order_by(WeeklyReport.week.desc()).limit(1)
    ).first()


def plan_reports(session: Session, zone: tzinfo, now: datetime | None = None) -> int:
    """Make the rows of the week that is over for those who want it; returns how many are new. The caller commits."""
    now = now or utc_now()
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    if local < datetime.combine(monday, _FROM, zone):
        return 0
    week = monday - timedelta(days=7)
    # Who asks for it in the middle of a week gets that week's: the one before had ended already.
    asked_before = datetime.combine(monday, time.min, zone).astimezone(now.tzinfo)
    have = select(WeeklyReport.user_id).where(WeeklyReport.week == week)
    readers = session.scalars(
        select(User.id)
        .join(ReportReader, ReportReader.user_id == User.id)
        .where(
            User.active, User.role.in_(_TRAINERS), ReportReader.since < asked_before, User.id.not_in(have)
        )
    ).all()  # fmt: skip
    table = cast(Table, WeeklyReport.__table__)
    for user_id in readers:
        row = {"user_id": user_id, "week": week, "next_try_at": now, "error": ""}
        upsert(session, table, row, key=("user_id", "week"))
    return len(readers)


def claim_report(session: Session, now: datetime | None = None) -> DueReport | None:
    """One that is due, for a few minutes ours alone. The caller commits before it sends."""
    now = now or utc_now()
    due = select(WeeklyReport.id).where(WeeklyReport.next_try_at <= now).order_by(WeeklyReport.id).limit(1)
    number = session.scalar(due)
    if number is None:
        return None
    taken = session.execute(
        update(WeeklyReport)
        .where(WeeklyReport.id == number, WeeklyReport.next_try_at <= now)
        .values(next_try_at=now + _LEASE, first_tried_at=func.coalesce(WeeklyReport.first_tried_at, now))
        .returning(WeeklyReport.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return None
    row = session.execute(
        select(WeeklyReport, User.email, User.language)
        .join(User, User.id == WeeklyReport.user_id)
        .where(WeeklyReport.id == number)
        .execution_options(populate_existing=True)
    ).one()
    report = row[0]
    return DueReport(number, report.user_id, row.email, row.language, report.week, report.first_tried_at or now)


def settle_report(session: Session, due: DueReport, *, sent: bool, never: bool, why: str, now: datetime) -> str:
    """Note what became of it: sent, failed, or waiting, each try later than the one before. The caller commits."""
    report = session.get_one(WeeklyReport, due.id)
    if sent:
        report.sent_at, report.next_try_at, report.error = now, None, ""
        return "sent"
    report.error = why[:500]
    if never or NEWS_FOR_COLLEAGUES.is_given_up(due.first_tried_at, now):
        report.next_try_at = None
        return "failed"
    report.next_try_at = NEWS_FOR_COLLEAGUES.next_try(due.first_tried_at, now)
    return "waiting"
