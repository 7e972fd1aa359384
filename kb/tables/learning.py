"""What is learned from use: other wordings of an article's question, and the confidence of this installation's own."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class WordingState(StrEnum):
    """Of these `applied` alone is searched."""

    SUGGESTED = "suggested"  # waits for a person
    CHECKING = "checking"  # a person wrote it: the job tries it out before it is searched
    APPLIED = "applied"
    REFUSED = "refused"  # by a person
    HARMFUL = "harmful"  # tried out, it made questions lose their article


class LearnedWording(Base):
    """A way to ask what an article answers, as people asked it. Kept apart from the article's own `also_asked`: no revision, no
    change of its file. Searched with it all the same."""

    __tablename__ = "learned_wordings"
    __table_args__ = (Index("ix_learned_wordings_state", "state", "article_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(300))  # redacted
    language: Mapped[str] = mapped_column(String(35))  # as guessed: hi-Latn
    state: Mapped[str] = mapped_column(String(20))
    people: Mapped[int] = mapped_column(default=0)  # different ones who asked so and were helped by the article
    searches: Mapped[int] = mapped_column(default=0)
    # Whether so much speaks for it that the job may apply it by itself, see kb.insight.wordings.settled.
    well_attested: Mapped[bool] = mapped_column(default=False)
    examples: Mapped[list[str]] = mapped_column(default=list)  # how else they put it
    # What trying it out gave, see kb.insight.wordings.replay; {} before that.
    replay: Mapped[dict[str, Any]] = mapped_column(default=dict)
    last_asked: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    decided_at: Mapped[datetime | None]
    # None where nobody has decided: of an applied one, that the job did so by itself.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class CalibrationState(StrEnum):
    """At most one of an encoder is in use."""

    IN_USE = "in_use"
    REPLACED = "replaced"
    SWITCHED_OFF = "switched_off"  # by a person: what is shipped is used, and the job changes nothing
    NO_BETTER = "no_better"  # was fitted and not taken


class OwnCalibration(Base):
    """Weights that were fitted on this installation's own searches. `base`: of which calibration they are a correction; they are
    worth nothing beside another one."""

    __tablename__ = "own_calibrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(100), index=True)  # of the encoder
    base: Mapped[str] = mapped_column(String(64))  # see kb.search.own_calibration.digest_of
    state: Mapped[str] = mapped_column(String(20))
    weights: Mapped[dict[str, Any]]  # by feature
    bias: Mapped[float]
    answerable_share: Mapped[float | None]  # that the bias is for; None where the base has none
    provenance: Mapped[dict[str, Any]]  # what it was fitted on, and the figures before and after
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
