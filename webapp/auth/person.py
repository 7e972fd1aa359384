"""Who is asking: the person of a session cookie or a bearer token, as views and templates see them (`current_user`)."""

from dataclasses import dataclass

from flask import Flask, Request, request
from flask_login import LoginManager

from kb.accounts.people import find_person_at_work, note_token_use, role_allows, user_for_token
from kb.tables import Role, User
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
    session_version: int
    unread: int = 0  # announcements that they have not read
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session cookie holds. The version makes old cookies worthless when it is raised."""
        return f"{self.id}:{self.session_version}"

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


def to_person(user: User, unread: int = 0) -> Person:
    return Person(
        id=user.id,
        email=user.email,
        name=user.name or user.email.partition("@")[0],
        role=user.role,
        language=user.language,
        session_version=user.session_version,
        unread=unread,
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
    authorization = incoming.authorization
    if not incoming.path.startswith("/api/") or authorization is None or authorization.type != "bearer":
        return None
    return authorization.token or ""


def _load_from_session(cookie_id: str) -> Person | None:
    if bearer_token(request) is not None:
        # Who sends a token is who the token says. A cookie that a browser adds by itself must not lend it other rights.
        return None
    number, _, version = cookie_id.partition(":")
    if not (number.isascii() and number.isdigit() and version.isascii() and version.isdigit()):
        return None
    found = find_person_at_work(session(), int(number))
    if found is None or not found[0].active or found[0].session_version != int(version):
        return None
    return to_person(found[0], unread=found[1])


def _load_from_token(incoming: Request) -> Person | None:
    token = bearer_token(incoming)
    user = user_for_token(session(), token) if token is not None else None
    if token is None or user is None:
        return None
    run_after_response(lambda separate: note_token_use(separate, token))
    return to_person(user)
