"""Log-in and log-out."""

from math import ceil

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from kb.accounts.audit import AuditKind
from kb.accounts.people import authenticate, find_user
from kb.core.errors import NotAllowedError, TooOftenError
from webapp.auth.attempts import counted_attempt
from webapp.auth.challenges import Purpose
from webapp.auth.other_ways import other_ways
from webapp.auth.steps import after_password, end_log_in, home_of
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit_refusal
from webapp.shared.database import session
from webapp.shared.error_words import message_of

blueprint = Blueprint("auth", __name__)


@blueprint.get("/login")
def login() -> str | AnyResponse:
    """The log-in page; who is logged in already goes straight on."""
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or home_of(current_user.role))
    return login_page(target)


@blueprint.post("/login")
def log_in() -> AnyResponse:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    target = safe_next(request.form.get("next"))
    try:
        with counted_attempt(email):
            user = authenticate(session(), email, password)
    except NotAllowedError:
        known = find_user(session(), email)
        # What was typed is written down only where it is an address of ours: people type passwords into the wrong field.
        audit_refusal(AuditKind.LOG_IN_FAILED, known.email if known else "")
        return _refused(_("The e-mail address or the password is wrong."), email, target, 422)
    except TooOftenError as error:
        answer = _refused(message_of(error), email, target, 429)
        answer.headers["Retry-After"] = str(ceil(error.wait))
        return answer
    return after_password(user, target)


@blueprint.post("/logout")
def logout() -> AnyResponse:
    end_log_in()
    return redirect(url_for("auth.login"))


def login_page(target: str, *, email: str = "") -> str:
    """target: a path of ours to which it leads, or ""."""
    return render_template("auth/login.html", email=email, next=target, ways=other_ways(Purpose.LOG_IN, target))


def _refused(message: str, email: str, target: str, status: int) -> Response:
    flash(message, "error")
    return make_response(login_page(target, email=email), status)
