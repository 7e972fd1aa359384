"""Chats of the help centre, beside what is said in them: who types, what has been read, and where a transcript is to go."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base


class ChatState(Base):
    """One row a chat, from the first time that either side's page has said something."""

    __tablename__ = "chat_states"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    customer_seen_at: Mapped[datetime | None]
    customer_typed_at: Mapped[datetime | None]
    # The newest message of the other side that each has had before them; 0 where none.
    customer_read_id: Mapped[int] = mapped_column(default=0)
    rep_read_id: Mapped[int] = mapped_column(default=0)
    # When the page of the other side was to be told: of somebody's coming and typing, and of reading.
    presence_at: Mapped[datetime | None] = mapped_column(index=True)
    read_at: Mapped[datetime | None] = mapped_column(index=True)
    transcript_to: Mapped[str] = mapped_column(String(320), default="")
    transcript_language: Mapped[str] = mapped_column(String(35), default="")
    transcript_at: Mapped[datetime | None] = mapped_column(index=True)  # not before; None: when the chat ends
    transcript_first_tried_at: Mapped[datetime | None]
    transcript_sent_at: Mapped[datetime | None]
    transcript_error: Mapped[str] = mapped_column(String(500), default="")
