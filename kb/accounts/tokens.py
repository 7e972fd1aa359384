"""Tokens by which programs do what a person may: named, with an end and no more rights than they need."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.orm import Session

from kb.accounts.askers import ASKER_COLUMNS, Asker, split_asker
from kb.accounts.stored_text import hash_key
from kb.core.errors import ConflictError, InvalidInputError
from kb.tables import ApiToken, Role, User, utc_now
from kb.tables.base import UtcDateTime


class Scope(StrEnum):
    """What a token is good for, within what its person may do. Writing does not include reading."""

    DESK_READ = "desk:read"
    DESK_WRITE = "desk:write"
    STUDIO_READ = "studio:read"
    STUDIO_WRITE = "studio:write"


DESK = (Scope.DESK_READ, Scope.DESK_WRITE)
DAYS, MOST_DAYS = 90, 365
_MOST_TOKENS, _LONGEST_NAME = 50, 100
_LAST_USE_PRECISION = timedelta(minutes=10)


def scopes_of_role(role: str) -> tuple[Scope, ...]:
    """What a token of somebody with this role can be good for."""
    return DESK if role == Role.REP else tuple(Scope)


def issue_token(
    session: Session, user: User, name: str, *, scopes: Collection[str] | None = None, days: int = DAYS
) -> str:
    """A new bearer token. It is returned this once; only its SHA-256 is kept. scopes: default all that the role allows.

    Raises InvalidInputError (name, scopes, days) and ConflictError where the person has very many.
    """
    if len(name) > _LONGEST_NAME or not all(character.isprintable() for character in name):
        raise InvalidInputError(
            "The name of a token has at most %(longest_name)s characters, all of which can be seen.",
            longest_name=_LONGEST_NAME,
        )
    allowed = scopes_of_role(user.role)
    wanted = set(allowed if scopes is None else scopes)
    if not wanted or not wanted <= set(allowed):
        raise InvalidInputError(
            "A token is for something that its person may do.",
            remedy="Scopes are: %(listed)s.",
            listed=", ".join(allowed),
        )
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInputError("A token is good for 1 to %(most_days)s days.", most_days=MOST_DAYS)
    count = session.scalar(select(func.count()).select_from(ApiToken).where(ApiToken.user_id == user.id)) or 0
    if count >= _MOST_TOKENS:
        raise ConflictError(
            "There are %(most_tokens)s tokens already.",
            remedy="Withdraw those that nobody uses.",
            most_tokens=_MOST_TOKENS,
        )
    token = "kb_" + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            user_id=user.id,
            name=name.strip(),
            token_hash=hash_key(token),
            scopes=[scope.value for scope in allowed if scope in wanted],
            expires_at=utc_now() + timedelta(days=days),
        )
    )
    session.flush()
    return token


def replace_token(session: Session, user: User, name: str, *, scopes: Collection[str]) -> str:
    """A new bearer token of this name; the person's others of the same name are withdrawn. Raises as `issue_token`."""
    session.execute(delete(ApiToken).where(ApiToken.user_id == user.id, ApiToken.name == name))
    return issue_token(session, user, name, scopes=scopes, days=MOST_DAYS)


def own_tokens(session: Session, user_id: int) -> list[ApiToken]:
    """Of a person, with those that have run out, the newest first."""
    return list(
        session.scalars(
            select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
        )
    )


def revoke_token(session: Session, user_id: int, token_id: int) -> str | None:
    """Withdraw one token of a person; returns its name, None where it is not theirs or gone."""
    return session.execute(
        delete(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id).returning(ApiToken.name)
    ).scalar_one_or_none()


def revoke_tokens(session: Session, user: User) -> int:
    """Withdraw all tokens of a person; returns how many there were."""
    return len(session.scalars(delete(ApiToken).where(ApiToken.user_id == user.id).returning(ApiToken.id)).all())


class FoundToken(NamedTuple):
    asker: Asker
    scopes: list[str]
    last_used_at: datetime | None


def find_token(session: Session, token: str) -> FoundToken | None:
    """A token and its active person, unless it has run out: one statement."""
    values = {"token_hash": hash_key(token), "now": utc_now()}
    # As plain values, past the ORM, as sessions are found.
    row = session.connection().execute(_found_token(), values).one_or_none()
    if row is None:
        return None
    asker, rest = split_asker(row)
    return FoundToken(asker, *rest)


@cache
def _found_token() -> Select[*tuple[Any, ...]]:
    # Made once: each call with a token asks it, and putting it together takes longer than asking it.
    lasts = ApiToken.expires_at > bindparam("now", type_=UtcDateTime())
    return (
        select(*ASKER_COLUMNS, ApiToken.scopes, ApiToken.last_used_at)
        .join(ApiToken, User.id == ApiToken.user_id)
        .where(ApiToken.token_hash == bindparam("token_hash"), lasts, User.active)
    )


def was_noted_lately(last_used_at: datetime | None) -> bool:
    """Whether it is written down already that the token is in use: a busy one must not write at each call."""
    return last_used_at is not None and utc_now() - last_used_at <= _LAST_USE_PRECISION


def note_token_use(session: Session, token: str) -> None:
    """Write down that a token was used, unless that was done a moment ago."""
    row = session.scalar(select(ApiToken).where(ApiToken.token_hash == hash_key(token)))
    if row is not None and not was_noted_lately(row.last_used_at):
        row.last_used_at = utc_now()
