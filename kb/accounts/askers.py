"""Whoever makes a request, as far as each request needs to know them: plain values, not an object that could be changed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kb.tables import User


class Asker(NamedTuple):
    id: int
    email: str
    name: str
    role: str
    language: str
    must_change: bool  # their password, which somebody else made
    has_password: bool  # or else logs in by a provider


# In the order of the fields.
ASKER_COLUMNS = (
    User.id,
    User.email,
    User.name,
    User.role,
    User.language,
    User.must_change,
    (User.password_hash != "").label("has_password"),
)


def split_asker(row: Sequence[Any]) -> tuple[Asker, Sequence[Any]]:
    """Of a row that begins with ASKER_COLUMNS, and what comes after them."""
    return Asker(*row[: len(ASKER_COLUMNS)]), row[len(ASKER_COLUMNS) :]


def asker_of(user: User) -> Asker:
    return Asker(
        user.id,
        user.email,
        user.name,
        user.role,
        user.language,
        user.must_change,
        has_password=bool(user.password_hash),
    )
