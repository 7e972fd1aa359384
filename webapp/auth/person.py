"""Who is asking: the person of a session cookie or a bearer token, as views and templates see them (`current_user`)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Flask, Request, current_app, request
from flask_login import LoginManager

from kb.accounts.askers import Asker
from kb.accounts.people import role_allows
from kb.accounts.second_step import must_have
from kb.accounts.sessions import SEEN_PRECISION, FoundSession, Lifetimes, find_session, is_confirmed, note_session_use
from kb.accounts.tokens import find_token, note_token_use, was_noted_lately
from kb.core.settings import Settings
from kb.tables import Role, utc_now
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session


@dataclass(frozen=True)
class Person:
    """A signed-in person: plain values, so that nothing is loaded behind a template's back."""

    id: int
    email: str
    name: str
    role: str
    language: str
    session_id: int | None  # None for who comes with a token
    confirmed_at: datetime | None  # when they last typed their password in this session
    unread: int = 0  # announcements that they have not read
    must_change: bool = False  # their password, which somebody else made
    lacks_second: bool = False  # their role must log in with a second step, and this session had none
    has_password: bool = True  # or else logs in by a provider
    scopes: frozenset[str] | None = None  # of the token that they came with
    cookie_id: str = ""  # what the session cookie holds of them
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.cookie_id

    @property
    def is_confirmed(self) -> bool:
        """Whether the password was typed a short time ago in this session."""
        return self.confirmed_at is not None and is_confirmed(self.confirmed_at)

    def allows(self, role: str) -> bool:
        """For templates: may this person do what needs `role`?"""
        return role_allows(self.role, Role(role))


class Anonymous:
    """Nobody in particular: a customer, or a rep who has not logged in yet."""

    is_authenticated = False
    is_active = False
    is_anonymous = True
    language = ""
    unread = 0

    def get_id(self) -> None:
        return None

    def allows(self, role: str) -> bool:  # noqa: ARG002
        return False


def make_cookie_id(user_id: int, key: str) -> str:
    """What the session cookie holds of a person: their number, by which limits count, and the key of the session."""
    return f"{user_id}:{key}"


def split_cookie_id(cookie_id: str) -> tuple[int, str]:
    """The number of the person and the key; (0, "") for what cannot be one."""
    number, _, key = cookie_id.partition(":")
    is_one = number.isascii() and number.isdigit() and len(number) <= 10 and bool(key)
    return (int(number), key) if is_one else (0, "")


def session_lifetimes() -> Lifetimes:
    settings = _settings()
    return Lifetimes(idle=timedelta(hours=settings.session_idle), longest=timedelta(hours=settings.session_longest))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings


def must_have_here(role: str) -> bool:
    """Whether this place asks somebody with that role for a second step."""
    return must_have(role, _settings().second_step)


def to_person(asker: Asker, held: FoundSession | None = None, cookie_id: str = "") -> Person:
    return Person(
        id=asker.id,
        email=asker.email,
        name=asker.name or asker.email.partition("@")[0],
        role=asker.role,
        language=asker.language,
        session_id=held.id if held else None,
        confirmed_at=held.confirmed_at if held else None,
        must_change=asker.must_change,
        lacks_second=held is not None and not held.had_second and must_have_here(asker.role),
        has_password=asker.has_password,
        cookie_id=cookie_id,
        unread=held.unread if held else 0,
    )


def init_login(app: Flask) -> None:
    manager = LoginManager()
    manager.anonymous_user = Anonymous
    manager.session_protection = "basic"
    manager.user_loader(_load_from_session)
    manager.request_loader(_load_from_token)
    manager.init_app(app)


def bearer_token(incoming: Request) -> str | None:
    """The token that came with an API request. Elsewhere tokens count for nothing."""
    if not incoming.path.startswith("/api/"):
        return None
    authorization = incoming.authorization
    if authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def _load_from_session(cookie_id: str) -> Person | None:
    if bearer_token(request) is not None:
        # Who sends a token is who the token says. A cookie that a browser adds by itself must not lend it other rights.
        return None
    number, key = split_cookie_id(cookie_id)
    held = find_session(session(), number, key, session_lifetimes()) if number else None
    if held is None:
        return None
    if utc_now() - held.seen_at > SEEN_PRECISION:
        run_after_response(lambda separate: note_session_use(separate, held.id))
    return to_person(held.asker, held, cookie_id)


def _load_from_token(incoming: Request) -> Person | None:
    token = bearer_token(incoming)
    found = find_token(session(), token) if token is not None else None
    if token is None or found is None:
        return None
    if not was_noted_lately(found.last_used_at):
        run_after_response(lambda separate: note_token_use(separate, token))
    return replace(to_person(found.asker), scopes=frozenset(found.scopes))
