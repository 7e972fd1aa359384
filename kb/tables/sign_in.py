"""Ways of logging in beside a password: passkeys, and who is known by a provider of sign-in."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class Passkey(Base):
    """The public half of a key that a person's device keeps (WebAuthn)."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    # The id is up to 1,023 bytes long, as base64url; its SHA-256 is what it is found by.
    credential_id: Mapped[str] = mapped_column(String(1400))
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes]  # COSE, as CBOR
    transports: Mapped[list[str]]  # how a browser reaches it: usb, nfc, internal …
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_used_at: Mapped[datetime | None]


class UsedChallenge(Base):
    """A challenge that was answered well: it is good for nothing any more. Kept for as long as it would be valid."""

    __tablename__ = "used_challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256
    used_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class ProviderIdentity(Base):
    """By which name a provider of sign-in (OpenID Connect) knows a person. Whoever has a row here has no password."""

    __tablename__ = "provider_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_used_at: Mapped[datetime] = mapped_column(default=utc_now)
