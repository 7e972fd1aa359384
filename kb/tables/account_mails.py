"""Mails to colleagues about their accounts: links by which a password is chosen, and what was changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class AccountMail(Base):
    """A mail, and with `nonce` the link in it, which is over when the row is gone. The link is that nonce, signed: a copy of the
    database opens nothing."""

    __tablename__ = "account_mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # reset, invitation, or what is told
    nonce: Mapped[str | None] = mapped_column(String(43), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    try_at: Mapped[datetime | None] = mapped_column(index=True)  # None: it is out, given up, or not sent by mail
    first_tried_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")  # why it could not be sent, "" where it could
