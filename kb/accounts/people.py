"""The people who log in: their roles and passwords."""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kb.accounts.links import end_links
from kb.accounts.passkeys import remove_passkeys
from kb.accounts.passwords import hash_of_nobody, hash_password, hash_unchecked, is_outdated, verify_password
from kb.accounts.sessions import end_sessions
from kb.accounts.tokens import revoke_tokens
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from kb.tables import ProviderIdentity, Role, User, utc_now

LONGEST_NAME = 200

_ORDER = (Role.REP, Role.TRAINER, Role.ADMIN)
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s.\x00-\x1f]+")


def role_allows(held: str, needed: Role) -> bool:
    """True where a person with the role `held` may do what needs the role `needed`; an unknown role may nothing."""
    return held in _ORDER and _ORDER.index(Role(held)) >= _ORDER.index(needed)


def create_user(
    session: Session,
    email: str,
    role: Role,
    password: str,
    name: str = "",
    *,
    must_change: bool = False,
    site: Iterable[str] = (),
) -> User:
    """Add a person. must_change: the password was made for them, and is to be replaced by their own. site: its names, of which no
    password is made that somebody chose.

    Raises InvalidInputError (address, name, password) and ConflictError (address taken).
    """
    address = normalize_email(email)
    check_name(name)
    if find_user(session, address) is not None:
        raise ConflictError("There is already a person with the address %(address)s.", address=address)
    user = User(
        email=address,
        name=name.strip(),
        role=Role(role).value,
        password_hash=hash_password(password, about=(address, name, *site)),
        must_change=must_change,
    )
    session.add(user)
    session.flush()
    return user


def is_name(name: str) -> bool:
    """Whether a name can be shown and stored; "" can."""
    return len(name) <= LONGEST_NAME and not any(unicodedata.category(character) in {"Cc", "Cs"} for character in name)


def check_name(name: str) -> None:
    """Raises InvalidInputError."""
    if not is_name(name):
        raise InvalidInputError(
            "A name has at most %(longest_name)s characters, all of which can be seen.", longest_name=LONGEST_NAME
        )


def find_user(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def get_user(session: Session, email: str) -> User:
    """The person with that address. Raises NotFoundError."""
    user = find_user(session, email)
    if user is None:
        raise NotFoundError(
            "There is no person with the address %(email)s.", remedy="`kb user list` shows all.", email=email
        )
    return user


def find_person(session: Session, user_id: int) -> User | None:
    return session.get(User, user_id)


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
    # Whoever logs in by a provider has none, which takes as long as a wrong one.
    stored = (user.password_hash if user is not None else "") or hash_of_nobody()
    matches = verify_password(stored, password)
    if user is None or not matches or not user.active:
        raise NotAllowedError("The e-mail address or the password is wrong.")
    # Whoever changes the password or closes the account while it is looked at ends this log-in, too: it waits for them here, and
    # what it is about to begin is there before they end all that was begun.
    is_so_still = (User.id == user.id) & (User.password_hash == stored) & User.active
    if (
        session.execute(update(User).where(is_so_still).values(last_login_at=utc_now()).returning(User.id)).first()
        is None
    ):
        raise NotAllowedError("The e-mail address or the password is wrong.")
    if is_outdated(user.password_hash):
        # Not checked: a password that would be refused today still lets its person in, to choose another.
        user.password_hash = hash_unchecked(password)
    return user


def is_password_of(user: User, password: str) -> bool:
    """Whether somebody who is logged in types their own password once more."""
    return verify_password(user.password_hash, password)


def set_password(
    session: Session, user: User, password: str, *, must_change: bool = False, site: Iterable[str] = ()
) -> None:
    """Give somebody a password, and end all that was begun with the old one: sessions, tokens, links, passkeys, and logging in by
    a provider. site: as for `create_user`. Raises InvalidInputError."""
    hashed = hash_password(password, about=(user.email, user.name, *site))
    replace_hash(session, user, hashed, must_change=must_change)
    remove_passkeys(session, user)
    session.execute(delete(ProviderIdentity).where(ProviderIdentity.user_id == user.id))


def replace_hash(
    session: Session, user: User, hashed: str, *, must_change: bool = False, session_id: int | None = None
) -> None:
    """Another password, as its hash. Sessions, tokens and links of before end, but for the session with that number; what else
    lets the person in stays, as a second step must stay with whoever has their mailbox."""
    user.password_hash = hashed
    user.must_change = must_change
    end_sessions(session, user, but=session_id)
    revoke_tokens(session, user)
    end_links(session, user)


def change_password(
    session: Session, user: User, old: str, new: str, *, session_id: int | None = None, site: Iterable[str] = ()
) -> None:
    """A person chooses another password. All that was begun with the old one ends, but for the session with that number. site: as
    for `create_user`.

    Raises NotAllowedError for a wrong old one, InvalidInputError for a new one that is the old one or too weak.
    """
    if not is_password_of(user, old):
        raise NotAllowedError("The old password is wrong.")
    if new == old:
        raise InvalidInputError("The new password is the old one.")
    replace_hash(session, user, hash_password(new, about=(user.email, user.name, *site)), session_id=session_id)


def change_role(session: Session, user: User, role: Role) -> None:
    """Another role ends their sessions. Raises ConflictError where nobody would be left to administrate."""
    if role is not Role.ADMIN:
        _keep_an_admin(session, user)
    if user.role != role:
        # Whoever looks over their shoulder, and pages that are open, belong to the rights of before.
        end_sessions(session, user)
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
        end_links(session, user)
    user.active = active
    session.flush()


def normalize_email(email: str) -> str:
    """The address in lower case without spaces around it. Raises InvalidInputError."""
    address = email.strip().lower()
    if len(address) > 320 or not _EMAIL.fullmatch(address):
        raise InvalidInputError("%(email)r is no e-mail address.", remedy="An example: asha@example.com", email=email)
    return address


def _keep_an_admin(session: Session, user: User) -> None:
    # Holds all administrators until the end: of two who close each other at once the second waits here, and then sees the first.
    held = update(User).where(User.role == Role.ADMIN.value).values(role=User.role)
    session.execute(held.execution_options(synchronize_session=False))
    session.refresh(user, ["role", "active"])
    others = session.scalar(
        select(func.count()).select_from(User).where(User.role == Role.ADMIN.value, User.active, User.id != user.id)
    )
    if user.role == Role.ADMIN.value and user.active and not others:
        raise ConflictError("This is the last administrator.", remedy="Make another person administrator first.")
