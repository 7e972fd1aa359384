"""The people who log in: their roles, passwords (argon2id) and tokens."""

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from kb.tables import Announcement, ApiToken, Role, User, utc_now
from kb.tables.training import FRESH, unread_condition

SHORTEST_PASSWORD = 10
# Hashing takes time in proportion to nothing a caller should control.
LONGEST_PASSWORD = 1000
LONGEST_NAME = 200

_ORDER = (Role.REP, Role.TRAINER, Role.ADMIN)
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s.\x00-\x1f]+")
_LAST_USE_PRECISION = timedelta(minutes=10)


def role_allows(held: str, needed: Role) -> bool:
    """True where a person with the role `held` may do what needs the role `needed`; an unknown role may nothing."""
    return held in _ORDER and _ORDER.index(Role(held)) >= _ORDER.index(needed)


def create_user(session: Session, email: str, role: Role, password: str, name: str = "") -> User:
    """Add a person. Raises InvalidInputError (address, name, password) and ConflictError (address taken)."""
    address = normalize_email(email)
    if len(name) > LONGEST_NAME or any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise InvalidInputError(f"A name has at most {LONGEST_NAME} characters, all of which can be seen.")
    if find_user(session, address) is not None:
        raise ConflictError(f"There is already a person with the address {address}.")
    user = User(email=address, name=name.strip(), role=Role(role).value, password_hash=hash_password(password))
    session.add(user)
    session.flush()
    return user


def find_user(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def get_user(session: Session, email: str) -> User:
    """The person with that address. Raises NotFoundError."""
    user = find_user(session, email)
    if user is None:
        raise NotFoundError(f"There is no person with the address {email}.", remedy="`kb user list` shows all.")
    return user


def find_person(session: Session, user_id: int) -> User | None:
    return session.get(User, user_id)


def find_person_at_work(session: Session, user_id: int) -> tuple[User, int] | None:
    """The person with that number, and how many announcements they have not read. One statement."""
    is_unread = unread_condition(User.id, utc_now() - FRESH)
    unread = select(func.count(Announcement.id)).where(is_unread).correlate(User).scalar_subquery()
    row = session.execute(select(User, unread).where(User.id == user_id)).one_or_none()
    return None if row is None else (row[0], row[1])


def get_person(session: Session, user_id: int) -> User:
    """The person with that number. Raises NotFoundError."""
    user = find_person(session, user_id)
    if user is None:
        raise NotFoundError("There is no such person.")
    return user


def remember_language(session: Session, user_id: int, language: str) -> None:
    """The language in which a person wants the pages from now on; nothing where the person is gone."""
    if (user := find_person(session, user_id)) is not None:
        user.language = language


def list_users(session: Session) -> list[User]:
    return list(session.scalars(select(User).order_by(User.email)))


def authenticate(session: Session, email: str, password: str) -> User:
    """The active person with this address and password.

    Raises NotAllowedError, in the same words and after the same time whatever was wrong.
    """
    user = find_user(session, email)
    stored = user.password_hash if user is not None else _hash_of_nobody()
    matches = _verify(stored, password)
    if user is None or not matches or not user.active:
        raise NotAllowedError("The e-mail address or the password is wrong.")
    if _hasher().check_needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    user.last_login_at = utc_now()
    return user


def set_password(session: Session, user: User, password: str) -> None:
    """Change the password and end all sessions that were begun with the old one. Raises InvalidInputError."""
    user.password_hash = hash_password(password)
    end_sessions(session, user)


def end_sessions(session: Session, user: User) -> None:
    """Log the person out everywhere. Tokens stay valid: they are withdrawn by `revoke_tokens`."""
    user.session_version += 1
    session.flush()


def change_role(session: Session, user: User, role: Role) -> None:
    """Raises ConflictError where nobody would be left to administrate."""
    if role is not Role.ADMIN:
        _keep_an_admin(session, user)
    user.role = Role(role).value
    session.flush()


def set_active(session: Session, user: User, active: bool) -> None:
    """Close or reopen an account. Closing logs the person out and withdraws their tokens, so that reopening brings none back.

    Raises ConflictError for the last admin.
    """
    if not active:
        _keep_an_admin(session, user)
        end_sessions(session, user)
        revoke_tokens(session, user)
    user.active = active
    session.flush()


def issue_token(session: Session, user: User, name: str) -> str:
    """A new bearer token. It is returned this once; only its SHA-256 is kept.

    Raises InvalidInputError for a name of more than 100 characters.
    """
    if len(name) > 100:
        raise InvalidInputError("The name of a token has at most 100 characters.")
    token = "kb_" + secrets.token_urlsafe(32)
    session.add(ApiToken(user_id=user.id, name=name, token_hash=_token_hash(token)))
    session.flush()
    return token


def replace_token(session: Session, user: User, name: str) -> str:
    """A new bearer token of this name; the person's others of the same name are withdrawn. Raises as `issue_token`."""
    for token in session.scalars(select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.name == name)):
        session.delete(token)
    return issue_token(session, user, name)


def revoke_tokens(session: Session, user: User) -> int:
    """Withdraw all tokens of a person; returns how many there were."""
    tokens = session.scalars(select(ApiToken).where(ApiToken.user_id == user.id)).all()
    for token in tokens:
        session.delete(token)
    session.flush()
    return len(tokens)


def user_for_token(session: Session, token: str) -> User | None:
    """The active person to whom a token belongs, or None."""
    user = session.scalar(
        select(User).join(ApiToken, User.id == ApiToken.user_id).where(ApiToken.token_hash == _token_hash(token))
    )
    return user if user is not None and user.active else None


def note_token_use(session: Session, token: str) -> None:
    """Write down that a token was used, unless that was done a moment ago: a busy token must not write at each call."""
    row = session.scalar(select(ApiToken).where(ApiToken.token_hash == _token_hash(token)))
    now = utc_now()
    if row is not None and (row.last_used_at is None or now - row.last_used_at > _LAST_USE_PRECISION):
        row.last_used_at = now


def generate_password() -> str:
    """A random password of 20 characters (about 119 bits)."""
    return secrets.token_urlsafe(15)


def normalize_email(email: str) -> str:
    """The address in lower case without spaces around it. Raises InvalidInputError."""
    address = email.strip().lower()
    if len(address) > 320 or not _EMAIL.fullmatch(address):
        raise InvalidInputError(f"{email!r} is no e-mail address.", remedy="An example: asha@example.com")
    return address


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises InvalidInputError where the password is too short or absurdly long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInputError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; this one has {len(password)}."
        )
    return _hasher().hash(password)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    """Verified against when the address is unknown, so that the time taken does not tell which addresses exist."""
    return _hasher().hash(secrets.token_urlsafe(15))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _keep_an_admin(session: Session, user: User) -> None:
    others = session.scalar(
        select(func.count()).select_from(User).where(User.role == Role.ADMIN.value, User.active, User.id != user.id)
    )
    if user.role == Role.ADMIN.value and user.active and not others:
        raise ConflictError("This is the last administrator.", remedy="Make another person administrator first.")
