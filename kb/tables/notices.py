"""What trainers pin for everybody ("payments are delayed today"), and who has changed it to what."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class NoticeDegree(StrEnum):
    INFO = "info"
    WARNING = "warning"
    OUTAGE = "outage"


class Notice(Base):
    """Shown from its beginning to its end in each language that it has a text in."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_ends_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # language -> one or two sentences
    degree: Mapped[str] = mapped_column(String(10))
    topic: Mapped[str] = mapped_column(String(100), default="")  # searches that lead there match it
    about: Mapped[str] = mapped_column(Text, default="")  # words of searches that match it; "" for those of its texts
    article_key: Mapped[str] = mapped_column(String(200), default="")  # translation key of the article that says more
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_taken_down: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)  # grows with each change


class NoticeChange(Base):
    """before: what it was, {} where it is new; see kb.service.notices."""

    __tablename__ = "notice_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # made | changed | taken_down | undone
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    undone_at: Mapped[datetime | None]
    user: Mapped[User | None] = relationship()
