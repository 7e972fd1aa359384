"""What somebody has besides their password: a secret from which an app makes codes by the time, and codes for when it is lost."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base


class CodeSecret(Base):
    """The secret that a person's app shares with us, sealed with the server's key.

    A new one takes effect when a code of it was typed.
    """

    __tablename__ = "code_secrets"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(300), default="")  # "" while it is not on
    new_secret: Mapped[str] = mapped_column(String(300), default="")  # "" where none is being set up
    last_step: Mapped[int] = mapped_column(
        default=0
    )  # the half minute of the last code that was used: none counts twice
    since: Mapped[datetime | None]


class RecoveryCode(Base):
    """One use each; only the SHA-256 is stored (they are long and random)."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
