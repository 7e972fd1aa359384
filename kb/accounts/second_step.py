"""The second step of a log-in: who must take one, by which ways they can, and taking it away from who has lost them."""

from enum import StrEnum

from sqlalchemy.orm import Session

from kb.accounts.codes import codes_since, people_with_codes, turn_off
from kb.accounts.passkeys import people_with_passkeys, remove_passkeys
from kb.accounts.people import role_allows
from kb.accounts.sessions import end_sessions
from kb.tables import Role, User


class Way(StrEnum):
    """How a second step can be taken."""

    CODE = "code"


def ways_of(session: Session, user_id: int) -> tuple[Way, ...]:
    """Those that a person has set up; () where the password is enough for them."""
    return (Way.CODE,) if codes_since(session, user_id) is not None else ()


def people_with_second_step(session: Session) -> set[int]:
    """The numbers of those who have codes or passkeys. Two statements."""
    return people_with_codes(session) | people_with_passkeys(session)


def must_have(role: str, lowest: str) -> bool:
    """Whether somebody with this role needs a second step. lowest: the setting, "" where nobody does."""
    return bool(lowest) and role_allows(role, Role(lowest))


def take_away(session: Session, user: User) -> bool:
    """For who has lost their ways: the password is enough again, and all sessions end. False where it was enough before.

    Their passkeys go, too: they lie on what was lost.
    """
    was_on = turn_off(session, user)
    was_on |= bool(remove_passkeys(session, user))
    end_sessions(session, user)
    return was_on
