"""Customers: one row a person, whatever channels they come by, and how each of them is recognised."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.tables.base import Base, utc_now


class IdentityKind(StrEnum):
    """By what a customer is recognised."""

    EXTERNAL = "external"  # the id in the system that sends the conversation
    EMAIL = "email"  # in lower case
    PHONE = "phone"  # E.164
    VISIT = "visit"  # of the help centre


class Customer(Base):
    """A person who wrote or called. What they are reached by stands in their identities."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="", index=True)
    language: Mapped[str] = mapped_column(String(35), default="")  # "" where nobody said it
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)

    identities: Mapped[list["CustomerIdentity"]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="CustomerIdentity.id"
    )

    def _first(self, kind: IdentityKind) -> str:
        return next((one.value for one in self.identities if one.kind == kind), "")

    @property
    def email(self) -> str:
        return self._first(IdentityKind.EMAIL)

    @property
    def phone(self) -> str:
        return self._first(IdentityKind.PHONE)


class CustomerIdentity(Base):
    """One thing that leads to one customer: of two who write from one address there is one customer."""

    __tablename__ = "customer_identities"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    customer: Mapped[Customer] = relationship(back_populates="identities")


class CustomerMerge(Base):
    """Two customers who were one person. moved: what belonged to the merged one, so that it can be undone."""

    __tablename__ = "customer_merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    undone_at: Mapped[datetime | None]


class PossibleDuplicate(Base):
    """Two customers who may be one person, as somebody's id and number belonged to different ones. The lower id comes first."""

    __tablename__ = "possible_duplicates"
    __table_args__ = (UniqueConstraint("customer_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    dismissed_at: Mapped[datetime | None]  # a rep said that these are two
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
