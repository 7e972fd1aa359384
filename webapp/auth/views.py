"""Log-in and log-out."""

from math import ceil

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user, login_user
from werkzeug.wrappers import Response as AnyResponse

from kb.accounts.audit import Actor, AuditKind
from kb.accounts.people import authenticate, find_user, role_allows
from kb.accounts.sessions import begin_session, end_session
from kb.accounts.slowing import forgive_attempt
from kb.core.errors import NotAllowedError, TooOftenError
from kb.tables import Role
from webapp.auth.attempts import counted_attempt
from webapp.auth.person import make_cookie_id, to_person
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit, audit_refusal
from webapp.shared.database import session

blueprint = Blueprint("auth", __name__)


@blueprint.get("/login")
def login() -> str | AnyResponse:
    """The log-in page; who is logged in already goes straight on."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or _home(current_user.role))
    return render_template("auth/login.html", email="", next=safe_next(request.args.get("next")))


@blueprint.post("/login")
def log_in() -> AnyResponse:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    target = safe_next(request.form.get("next"))
    address = request.remote_addr or ""
    try:
        with counted_attempt(email):
            user = authenticate(session(), email, password)
    except NotAllowedError:
        known = find_user(session(), email)
        # What was typed is written down only where it is an address of ours: people type passwords into the wrong field.
        audit_refusal(AuditKind.LOG_IN_FAILED, known.email if known else "")
        return _refused(_("The e-mail address or the password is wrong."), email, target, 422)
    except TooOftenError as error:
        answer = _refused(error.message, email, target, 429)
        answer.headers["Retry-After"] = str(ceil(error.wait))
        return answer
    forgive_attempt(session(), email, address)
    audit(AuditKind.LOG_IN, user.email, Actor(user.id, user.email, address))
    _end_own_session()
    key = begin_session(session(), user, address=address, device=request.headers.get("User-Agent", ""))
    # What the anonymous session held (its CSRF token above all) is not carried over into that of a person.
    cookie.clear()
    cookie.permanent = True
    login_user(to_person(user, cookie_id=make_cookie_id(user.id, key)))
    return redirect(target or _home(user.role))


@blueprint.post("/logout")
def logout() -> AnyResponse:
    if current_user.is_authenticated:
        audit(AuditKind.LOG_OUT, current_user.email)
    _end_own_session()
    cookie.clear()
    return redirect(url_for("auth.login"))


def _refused(message: str, email: str, target: str, status: int) -> Response:
    flash(message, "error")
    return make_response(render_template("auth/login.html", email=email, next=target), status)


def _end_own_session() -> None:
    if current_user.is_authenticated and current_user.session_id is not None:
        end_session(session(), current_user.id, current_user.session_id)


def _home(role: str) -> str:
    return url_for("studio.gaps" if role_allows(role, Role.TRAINER) else "desk.home")
