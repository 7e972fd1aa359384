"""What customers agreed to: in which words, when, and when they took it back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class ConsentKind(StrEnum):
    SHARE_VISIT = "share_visit"  # what they searched for and read goes along with their request


class Consent(Base):
    """One tick in one conversation. words: as they stood beside it, in `language`."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    words: Mapped[str] = mapped_column(String(500))
    language: Mapped[str] = mapped_column(String(35))
    given_at: Mapped[datetime] = mapped_column(default=utc_now)
    withdrawn_at: Mapped[datetime | None]
