"""Log-in and log-out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from kb.accounts.people import authenticate, role_allows
from kb.core.errors import NotAllowedError
from kb.tables import Role
from webapp.auth.person import to_person
from webapp.shared.access import safe_next
from webapp.shared.database import session

blueprint = Blueprint("auth", __name__)


@blueprint.get("/login")
def login() -> str | Response:
    """The log-in page; who is logged in already goes straight on."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or _home(current_user.role))
    return render_template("auth/login.html", email="", next=safe_next(request.args.get("next")))


@blueprint.post("/login")
def log_in() -> Response | tuple[str, int]:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    target = safe_next(request.form.get("next"))
    try:
        user = authenticate(session(), email, password)
    except NotAllowedError:
        flash(_("The e-mail address or the password is wrong."), "error")
        return render_template("auth/login.html", email=email, next=target), 422
    # What the anonymous session held (its CSRF token above all) is not carried over into that of a person.
    cookie.clear()
    cookie.permanent = True
    login_user(to_person(user))
    return redirect(target or _home(user.role))


@blueprint.post("/logout")
def logout() -> Response:
    logout_user()
    cookie.clear()
    return redirect(url_for("auth.login"))


def _home(role: str) -> str:
    return url_for("studio.gaps" if role_allows(role, Role.TRAINER) else "desk.home")
