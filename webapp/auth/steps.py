"""The steps of a log-in: after the first of them somebody is logged in, or has a second one before them.

Between the two nobody is logged in: the server keeps a session that waits, and the cookie its key. A way to take the second step
asks `waiting_person` who they are and calls `finish_second_step`; a way that is strong by itself calls `finish_log_in`.
"""

from flask import flash, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from kb.accounts.askers import asker_of
from kb.accounts.audit import Actor, AuditKind
from kb.accounts.passkeys import own_passkeys
from kb.accounts.people import role_allows
from kb.accounts.second_step import ways_of
from kb.accounts.sessions import begin_session, end_session, find_waiting, take_second_step
from kb.accounts.slowing import forgive_attempt, uncount_attempt
from kb.tables import Role, User
from webapp.auth.person import make_cookie_id, must_have_here, split_cookie_id, to_person
from webapp.shared.auditing import audit
from webapp.shared.database import session


def after_password(user: User, target: str) -> Response:
    """The password was right. target: where they want to go, a path of this site or ""."""
    if not ways_of(session(), user.id):
        if must_have_here(user.role) and own_passkeys(session(), user.id):
            # Else whoever learned the password would set up a second step of their own.
            flash(_("Your role needs a second step: log in with your passkey."), "error")
            return redirect(url_for("auth.login", next=target or None), code=303)
        return finish_log_in(user, target, way="password")
    uncount_attempt(session(), user.email, request.remote_addr or "")
    key = _begin(user, awaits_second=True)
    _end_own_session()
    cookie.clear()
    cookie["second"] = make_cookie_id(user.id, key)
    return redirect(url_for("auth_second.second_step", next=target or None), code=303)


def waiting_person() -> User | None:
    """Who has typed the right password and has the second step before them."""
    number, key = split_cookie_id(str(cookie.get("second", "")))
    return find_waiting(session(), number, key) if number else None


def finish_second_step(user: User, target: str, *, way: str) -> Response:
    """It went well. way: how, for the audit trail. Leads back to the beginning where it came too late."""
    _number, key = split_cookie_id(str(cookie.get("second", "")))
    if not take_second_step(session(), user.id, key):
        cookie.clear()
        return redirect(url_for("auth.login", next=target or None), code=303)
    return finish_log_in(user, target, way=way, had_second=True)


def finish_log_in(user: User, target: str, *, way: str, had_second: bool = False) -> Response:
    """Begin the session of a person who has shown all that is asked for. had_second: more than a password."""
    address = request.remote_addr or ""
    forgive_attempt(session(), user.email, address)
    audit(AuditKind.LOG_IN, user.email, Actor(user.id, user.email, address), way=way)
    _end_own_session()
    key = _begin(user, had_second=had_second)
    # What the anonymous session held (its CSRF token above all) is not carried over into that of a person.
    cookie.clear()
    cookie.permanent = True
    login_user(to_person(asker_of(user), cookie_id=make_cookie_id(user.id, key)))
    return redirect(target or home_of(user.role))


def end_log_in() -> None:
    """Log the person of this request out here; what somebody shows for a second step counts no more."""
    if current_user.is_authenticated:
        audit(AuditKind.LOG_OUT, current_user.email)
    _end_own_session()
    cookie.clear()


def home_of(role: str) -> str:
    return url_for("studio.gaps" if role_allows(role, Role.TRAINER) else "desk.home")


def _end_own_session() -> None:
    if current_user.is_authenticated and current_user.session_id is not None:
        end_session(session(), current_user.id, current_user.session_id)


def _begin(user: User, *, awaits_second: bool = False, had_second: bool = False) -> str:
    return begin_session(
        session(),
        user,
        address=request.remote_addr or "",
        device=request.headers.get("User-Agent", ""),
        awaits_second=awaits_second,
        had_second=had_second,
    )
