"""Choosing a password by a link: who was invited, and who has forgotten theirs."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from kb.accounts.links import MailKind, find_link, make_link, take_link
from kb.accounts.passwords import generate_password, hash_password
from kb.accounts.people import check_name, create_user, find_user, replace_hash
from kb.core.errors import ConflictError, NotFoundError
from kb.tables import Role, User


def invite(session: Session, email: str, role: Role, name: str = "", *, by_mail: bool = True) -> tuple[User, str]:
    """Add a person who chooses their password by a link; the person, and what is to be signed.

    Until then nobody can log in: the password that is stored was never told to anybody. Raises as `create_user`.
    """
    user = create_user(session, email, role, generate_password(), name)
    return user, invite_again(session, user, by_mail=by_mail)


def invite_again(session: Session, user: User, *, by_mail: bool = True) -> str:
    """A new link instead of the one until now. Raises ConflictError for who has logged in already, or is closed."""
    if user.last_login_at is not None or not user.active:
        raise ConflictError("Only who has not logged in yet can be invited.")
    nonce = make_link(session, user, MailKind.INVITATION, by_mail=by_mail)
    assert nonce is not None
    return nonce


def ask_for_reset(session: Session, email: str) -> User | None:
    """Have a link sent to the active person with this address; None where there is none, or one is under way."""
    user = find_user(session, email)
    # Who logs in by a provider has no password: a mailbox must not get round what the provider asks for.
    if user is None or not user.active or not user.password_hash:
        return None
    return user if make_link(session, user, MailKind.RESET) is not None else None


def choose_by_link(
    session: Session, nonce: str, password: str, *, name: str | None = None, site: Iterable[str] = ()
) -> tuple[User, MailKind]:
    """Give the person of a link this password. The link is used up, and all that was begun with another password ends.

    name: how they want to be called, None where that stays. site: as for `create_user`. Raises NotFoundError for a link that is
    used, too old or made up, and InvalidInputError for password and name; the link stays good then.
    """
    found = find_link(session, nonce)
    if found is None:
        raise NotFoundError("This link is not good any more.")
    user, mail = found
    kind, name = MailKind(mail.kind), user.name if name is None else name
    check_name(name)
    # Before anything is written: nobody waits for a hash.
    hashed = hash_password(password, about=(user.email, name, *site))
    if not take_link(session, nonce):
        raise NotFoundError("This link is not good any more.")
    user.name = name.strip()
    replace_hash(session, user, hashed)
    return user, kind
