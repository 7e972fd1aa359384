"""Questions that people came to rest on, as the encoder reads them: what texts, titles and changes are checked by."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base
from kb.tables.search import SearchEvent


class SettledQuestion(Base):
    """One of the different questions of the last months, chosen by a job so that nobody's weigh more than anybody else's.

    Its text is that of the search: what is erased there is gone here."""

    __tablename__ = "settled_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("search_events.id", ondelete="CASCADE"), unique=True)
    language: Mapped[str] = mapped_column(String(35), index=True)  # primary tag: "hi" for "hi-Latn"
    fingerprint: Mapped[str] = mapped_column(String(100))  # of the encoder
    vector: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # float32, little-endian, unit length

    event: Mapped[SearchEvent] = relationship()
