"""What a job counted of each day, for the studio's figures, and who gets them by mail. Nobody's own words are in it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class DailyCount(Base):
    """How often something happened on one day of the shop's time zone. Which measures there are: kb.insight.numbers.measures."""

    __tablename__ = "daily_counts"
    __table_args__ = (
        UniqueConstraint("day", "measure", "language", "channel", "subject", "bucket", "is_sample"),
        Index("ix_daily_counts_measure", "measure", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    measure: Mapped[str] = mapped_column(String(30))
    language: Mapped[str] = mapped_column(String(35), default="")
    channel: Mapped[str] = mapped_column(String(30), default="")  # of a search its place
    subject: Mapped[str] = mapped_column(String(60), default="")  # outcome, score, "article:12"
    bucket: Mapped[int] = mapped_column(default=0)  # of a length of time, see kb.insight.numbers.lengths
    count: Mapped[int]
    is_sample: Mapped[bool] = mapped_column(default=False)  # invented, for the first visit


class CountedDay(Base):
    """When a day was last counted from what is stored of it."""

    __tablename__ = "counted_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(default=utc_now)


class ReportReader(Base):
    """Who wants the figures of each week by mail."""

    __tablename__ = "report_readers"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=utc_now)


class WeeklyReport(Base):
    """The mail of one week to one person. week: the Monday of the week that it tells of."""

    __tablename__ = "weekly_reports"
    __table_args__ = (UniqueConstraint("user_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    week: Mapped[date]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)  # None: sent, or given up
    first_tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")
