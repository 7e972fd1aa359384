"""Sessions on the server: who is logged in where. The cookie holds a random key, the table its SHA-256."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from kb.accounts.askers import ASKER_COLUMNS, Asker, split_asker
from kb.accounts.stored_text import LONGEST_ADDRESS, hash_key, visible
from kb.tables import Announcement, User, UserSession, utc_now
from kb.tables.base import UtcDateTime
from kb.tables.training import FRESH, unread_condition

# Use is written down this often: looking at a page must not write each time.
SEEN_PRECISION = timedelta(minutes=5)
# For this long after the password was typed a person may do what could hand the whole place to somebody else.
CONFIRMED_FOR = timedelta(minutes=15)
# For this long after the password was right the second step may be taken.
SECOND_STEP_WITHIN = timedelta(minutes=10)
_LONGEST_DEVICE = 200


@dataclass(frozen=True)
class Lifetimes:
    """idle: a session ends when nobody has used it for this long; longest: and this long after the log-in in any case."""

    idle: timedelta
    longest: timedelta


def begin_session(
    session: Session,
    user: User,
    *,
    address: str = "",
    device: str = "",
    awaits_second: bool = False,
    had_second: bool = False,
) -> str:
    """Log a person in; returns the key for the cookie, which is kept nowhere.

    awaits_second: they are not logged in yet; `take_second_step` is next. had_second: more than a password was asked for.
    """
    key = secrets.token_urlsafe(24)
    session.add(
        UserSession(
            user_id=user.id,
            key_hash=hash_key(key),
            address=address[:LONGEST_ADDRESS],
            device=visible(device)[:_LONGEST_DEVICE],
            awaits_second=awaits_second,
            had_second=had_second,
        )
    )
    session.flush()
    return key


class FoundSession(NamedTuple):
    asker: Asker
    id: int
    seen_at: datetime
    confirmed_at: datetime
    had_second: bool
    unread: int  # announcements that the person has not read


def find_session(session: Session, user_id: int, key: str, lifetimes: Lifetimes) -> FoundSession | None:
    """The session with a key and its active person, unless it was ended or has run out: one statement."""
    now = utc_now()
    values = {
        "user_id": user_id,
        "key_hash": hash_key(key),
        "unused_since": now - lifetimes.idle,
        "begun_since": now - lifetimes.longest,
        "fresh_since": now - FRESH,
    }
    # As plain values, past the ORM: each request asks this, and objects that nobody changes take as long again.
    row = session.connection().execute(_found_session(), values).one_or_none()
    if row is None:
        return None
    asker, rest = split_asker(row)
    return FoundSession(asker, *rest)


@cache
def _found_session() -> Select[*tuple[Any, ...]]:
    # Made once: each request asks it, and putting it together takes longer than asking it.
    fresh_since = bindparam("fresh_since", type_=UtcDateTime())
    unread = select(func.count(Announcement.id)).where(unread_condition(User.id, fresh_since)).correlate(User)
    return (
        select(
            *ASKER_COLUMNS,
            UserSession.id,
            UserSession.seen_at,
            UserSession.confirmed_at,
            UserSession.had_second,
            unread.scalar_subquery(),
        )
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.key_hash == bindparam("key_hash"),
            User.id == bindparam("user_id"),
            User.active,
            _lasts(bindparam("unused_since", type_=UtcDateTime()), bindparam("begun_since", type_=UtcDateTime())),
        )
    )


def _lasts(
    unused_since: datetime | BindParameter[datetime], begun_since: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Of sessions that were used and begun after these times."""
    is_young = (UserSession.seen_at > unused_since) & (UserSession.created_at > begun_since)
    return is_young & ~UserSession.awaits_second


def find_waiting(session: Session, user_id: int, key: str) -> User | None:
    """The active person whose password was right a short time ago, and who has the second step before them."""
    return session.scalars(
        select(User).join(UserSession, UserSession.user_id == User.id).where(User.active, _waits(user_id, key))
    ).one_or_none()


def take_second_step(session: Session, user_id: int, key: str) -> bool:
    """The second step went well: what waited for it is over, and the caller begins a session. False where it is over already,
    as after another password."""
    # Held first, as whoever changes password or account holds it: they end what is begun here, or this finds nothing any more.
    held = update(User).where(User.id == user_id, User.active).values(last_login_at=utc_now()).returning(User.id)
    if session.execute(held).first() is None:
        return False
    waiting = delete(UserSession).where(_waits(user_id, key)).returning(UserSession.id)
    return session.execute(waiting).first() is not None


def _waits(user_id: int, key: str) -> ColumnElement[bool]:
    is_this = (UserSession.user_id == user_id) & (UserSession.key_hash == hash_key(key))
    return is_this & UserSession.awaits_second & (UserSession.created_at > utc_now() - SECOND_STEP_WITHIN)


def note_second_step(session: Session, session_id: int) -> None:
    """In this session more than the password was shown."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(had_second=True))


def note_session_use(session: Session, session_id: int) -> None:
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=utc_now()))


def is_confirmed(confirmed_at: datetime) -> bool:
    """Whether the password was typed a short time ago; a time to come is one of a clock that has been set back since."""
    return abs(utc_now() - confirmed_at) < CONFIRMED_FOR


def confirm_session(session: Session, session_id: int) -> None:
    """The password was typed once more in this session."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(confirmed_at=utc_now()))


def own_sessions(session: Session, user_id: int, lifetimes: Lifetimes) -> list[UserSession]:
    """Where a person is logged in now, the last used first."""
    now = utc_now()
    return list(
        session.scalars(
            select(UserSession)
            .where(UserSession.user_id == user_id, _lasts(now - lifetimes.idle, now - lifetimes.longest))
            .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        )
    )


def end_session(session: Session, user_id: int, session_id: int) -> bool:
    """Log one browser of a person out; False where that session is not theirs or over already."""
    ended = session.execute(
        delete(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user_id)
        .returning(UserSession.id)
    ).first()
    return ended is not None


def end_sessions(session: Session, user: User, *, but: int | None = None) -> None:
    """Log the person out everywhere, but for the session with the number `but`."""
    condition = UserSession.user_id == user.id
    if but is not None:
        condition &= UserSession.id != but
    session.execute(delete(UserSession).where(condition))
