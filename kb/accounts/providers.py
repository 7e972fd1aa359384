"""People who log in by a provider (OpenID Connect): who they are here, and which role they have.

What the provider says reaches this module checked: signed by it, meant for us, and asked for by the same browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from kb.accounts.codes import turn_off
from kb.accounts.passkeys import remove_passkeys
from kb.accounts.people import change_role, find_user, is_name, normalize_email, replace_hash
from kb.accounts.sessions import end_sessions
from kb.accounts.tokens import revoke_tokens
from kb.core.database import insert_new
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError
from kb.core.provider_settings import ANYBODY, Provider
from kb.tables import ProviderIdentity, Role, User, utc_now

_LONGEST_SUBJECT = 255


class Refusal(StrEnum):
    """Why somebody does not get in whom the provider sent."""

    NO_SUBJECT = "the provider does not say who it is"
    NO_ROLE = "no role"
    NO_ADDRESS = "no address that counts"
    ADDRESS_TAKEN = "there is an account with this address"
    CLOSED = "the account is closed"
    LAST_ADMINISTRATOR = "nobody would be left to administrate"


class SignInRefusedError(NotAllowedError):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__("The provider's person was not let in: %(refusal)s.", refusal=refusal.value)
        self.refusal = refusal


@dataclass(frozen=True)
class SignedIn:
    """before: the role until now, None for somebody new; linked: an account of before was handed over to the provider."""

    user: User
    before: str | None
    linked: bool = False


def role_of(provider: Provider, claims: Mapping[str, Any]) -> Role | None:
    """The highest role that fits what the provider says of somebody; None where none does."""
    values = _values_of(claims, provider.claim)
    for role, wanted in provider.roles:
        if ANYBODY in wanted or wanted & values:
            return Role(role)
    return None


def sign_in(session: Session, provider: Provider, claims: Mapping[str, Any]) -> SignedIn:
    """The person of whom the provider speaks, with the role that it gives them; somebody new gets an account.

    Raises SignInRefusedError. Commit nothing of this session then, but call `end_all_of`.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise SignInRefusedError(Refusal.NO_SUBJECT)
    role = role_of(provider, claims)
    if role is None:
        raise SignInRefusedError(Refusal.NO_ROLE)
    identity = find_identity(session, provider, subject)
    if identity is not None:
        return _again(session, identity, role, provider, claims)
    address = _address_of(provider, claims)
    if address is None:
        raise SignInRefusedError(Refusal.NO_ADDRESS)
    user = find_user(session, address)
    if user is None:
        return SignedIn(_begin(session, provider, subject, address, _name_of(claims), role), None)
    if not provider.links or not _is_free(session, user):
        raise SignInRefusedError(Refusal.ADDRESS_TAKEN)
    before = user.role
    _require_open(session, user)
    _give_role(session, user, role)
    # From here on the provider says who they are: what else would let them in would outlive it.
    replace_hash(session, user, "")
    remove_passkeys(session, user)
    turn_off(session, user)
    _remember(session, user, provider, subject)
    return SignedIn(user, before, linked=True)


def find_identity(session: Session, provider: Provider, subject: str) -> ProviderIdentity | None:
    return session.scalar(
        select(ProviderIdentity).where(ProviderIdentity.issuer == provider.issuer, ProviderIdentity.subject == subject)
    )


def is_same_person(session: Session, provider: Provider, claims: Mapping[str, Any], user_id: int) -> bool:
    """Whether the provider speaks of the person with that number."""
    identity = find_identity(session, provider, str(claims.get("sub", "")))
    return identity is not None and identity.user_id == user_id


def end_all_of(session: Session, provider: Provider, subject: str) -> User | None:
    """Log out, everywhere, whom the provider lets in no more, and withdraw their tokens; returns who that is."""
    identity = find_identity(session, provider, subject)
    user = session.get(User, identity.user_id) if identity is not None else None
    if user is not None:
        end_sessions(session, user)
        revoke_tokens(session, user)
    return user


def _begin(session: Session, provider: Provider, subject: str, address: str, name: str, role: Role) -> User:
    row = {
        "email": address,
        "name": name,
        "role": role.value,
        "password_hash": "",
        "language": "en",
        "active": True,
        "must_change": False,
        "created_at": utc_now(),
        "last_login_at": utc_now(),
    }
    number = insert_new(session, cast(Table, User.__table__), row, key=["email"])
    if number is None:  # the same person in two tabs, both for the first time
        raise SignInRefusedError(Refusal.ADDRESS_TAKEN)
    user = session.get_one(User, number)
    _remember(session, user, provider, subject)
    return user


def _again(
    session: Session, identity: ProviderIdentity, role: Role, provider: Provider, claims: Mapping[str, Any]
) -> SignedIn:
    user = session.get_one(User, identity.user_id)
    _require_open(session, user)
    before = user.role
    _give_role(session, user, role)
    identity.last_used_at = utc_now()
    user.name = _name_of(claims) or user.name
    address = _address_of(provider, claims)
    if address is not None and address != user.email and find_user(session, address) is None:
        user.email = address
    session.flush()
    return SignedIn(user, before)


def _give_role(session: Session, user: User, role: Role) -> None:
    try:
        change_role(session, user, role)
    except ConflictError as error:
        raise SignInRefusedError(Refusal.LAST_ADMINISTRATOR) from error


def _require_open(session: Session, user: User) -> None:
    # As with a password: whoever closes the account meanwhile ends this log-in, too.
    open_account = update(User).where(User.id == user.id, User.active).values(last_login_at=utc_now())
    if session.execute(open_account.returning(User.id)).first() is None:
        raise SignInRefusedError(Refusal.CLOSED)


def _remember(session: Session, user: User, provider: Provider, subject: str) -> None:
    session.add(ProviderIdentity(user_id=user.id, issuer=provider.issuer, subject=subject))
    session.flush()


def _is_free(session: Session, user: User) -> bool:
    """Whether no provider knows the account by another name."""
    return session.scalar(select(ProviderIdentity.id).where(ProviderIdentity.user_id == user.id)) is None


def _values_of(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """What stands in a claim: one text or several; `a.b` is also b within a."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return frozenset(value for value in values if isinstance(value, str))


def _address_of(provider: Provider, claims: Mapping[str, Any]) -> str | None:
    """In lower case; None where there is none that counts."""
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or not (verified is True or (verified is None and provider.trusts_address)):
        return None
    try:
        return normalize_email(email)
    except InvalidInputError:
        return None


def _name_of(claims: Mapping[str, Any]) -> str:
    """ "" where the provider says none that can be shown."""
    name = claims.get("name")
    name = name.strip() if isinstance(name, str) else ""
    return name if is_name(name) else ""
