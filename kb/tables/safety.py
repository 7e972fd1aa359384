"""What trainers changed of the rules of danger. Where there is no row, the shipped rule holds (`kb.text.danger.defaults`)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now
from kb.tables.people import User


class SafetyRule(Base):
    """The rule of one kind of danger in one language, as a trainer wrote it."""

    __tablename__ = "safety_rules"
    __table_args__ = (UniqueConstraint("kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(35))
    words: Mapped[str] = mapped_column(Text)  # see kb.text.danger.rules
    message: Mapped[str] = mapped_column(Text)
    numbers: Mapped[list[str]]  # to call, the first one first
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"), index=True)


class SafetyRuleChange(Base):
    """Who changed which rule to what. Never changed itself; how many there are and the last one's number tell every process that
    the rules are others now."""

    __tablename__ = "safety_rule_changes"
    __table_args__ = (Index("ix_safety_rule_changes_rule", "kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(35))
    is_default: Mapped[bool] = mapped_column(default=False)  # back to what is shipped
    words: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    numbers: Mapped[list[str]]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"), index=True)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    changed_by: Mapped[User | None] = relationship()
