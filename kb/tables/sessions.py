"""Who is logged in, in which browser; and how often a log-in failed lately."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class UserSession(Base):
    """One browser in which somebody is logged in. Deleting the row logs it out, whatever cookies were copied."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the random key in the cookie
    address: Mapped[str] = mapped_column(String(45), default="")  # from where it was begun
    device: Mapped[str] = mapped_column(String(200), default="")  # as the browser calls itself
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)  # to within some minutes
    confirmed_at: Mapped[datetime] = mapped_column(default=utc_now)  # when the password was last typed
    awaits_second: Mapped[bool] = mapped_column(default=False)  # the password was right; nobody is logged in yet
    had_second: Mapped[bool] = mapped_column(default=False)  # it was begun with more than a password


class LoginAttempts(Base):
    """Failed log-ins of an account, an address, or both; and which address an account is known from. Keys are hashes."""

    __tablename__ = "login_attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    free_from: Mapped[datetime] = mapped_column(default=utc_now)  # nobody may try before
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
