"""Addresses of people who want to hear when there is an answer to what they asked. A row is deleted when its mail is out."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class NewsWish(Base):
    """One for each search and address; the gap is that of the search, whatever it is joined with meanwhile."""

    __tablename__ = "news_wishes"
    __table_args__ = (UniqueConstraint("event_id", "address_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("search_events.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(64), index=True)  # of its address, with the server's secret
    language: Mapped[str] = mapped_column(String(35))  # of the page
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    first_tried_at: Mapped[datetime | None]
    try_at: Mapped[datetime | None]  # not before
