"""The people who log in, and the tokens by which their programs do."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, func
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.util import AliasedClass

from kb.tables.base import Base, utc_now


class Role(StrEnum):
    """Each role may do what the one before it may: a trainer can work at the desk, an admin everywhere."""

    REP = "rep"
    TRAINER = "trainer"
    ADMIN = "admin"


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)  # stored in lower case
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    language: Mapped[str] = mapped_column(String(35), default="en")
    active: Mapped[bool] = mapped_column(default=True)
    must_change: Mapped[bool] = mapped_column(default=False)  # a password that somebody else made
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_login_at: Mapped[datetime | None]


def shown_name(user: type[User] | AliasedClass[User] = User) -> ColumnElement[str]:
    """What lists call a person, as a column: the name, the address without one; "" for nobody, where a join found none."""
    return func.coalesce(func.nullif(user.name, ""), user.email, "")


class ApiToken(Base):
    """A bearer token of a person; only its SHA-256 is stored (it is long and random, so a slow hash buys nothing)."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
