"""A person's own account: where they are logged in, ending that, their password and tokens, and typing it once more."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.accounts.audit import AuditKind
from kb.accounts.known_names import names_of_site
from kb.accounts.links import MailKind
from kb.accounts.passkeys import own_passkeys
from kb.accounts.people import change_password, get_person, is_password_of
from kb.accounts.sessions import confirm_session, end_session, end_sessions, own_sessions
from kb.accounts.slowing import forgive_attempt
from kb.accounts.tokens import issue_token, own_tokens, revoke_token, scopes_of_role
from kb.core.errors import ConflictError, InvalidInputError, KbError, NotAllowedError
from kb.tables import utc_now
from webapp.auth.attempts import counted_attempt
from webapp.auth.challenges import Purpose
from webapp.auth.mailing import sends_mail, tell
from webapp.auth.other_ways import other_ways
from webapp.auth.person import session_lifetimes
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit, audit_refusal
from webapp.shared.database import session
from webapp.shared.searching import current_settings

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
def account() -> str:
    return _account_page()


def _account_page(*, made: str = "", error: KbError | None = None) -> str:
    return render_template(
        "account/account.html",
        sessions=own_sessions(session(), current_user.id, session_lifetimes()),
        tokens=own_tokens(session(), current_user.id),
        scopes=scopes_of_role(current_user.role),
        now=utc_now(),
        made=made,
        error=error,
    )


@blueprint.post("/tokens")
def make_token() -> str | tuple[str, int]:
    """A new token, shown this once on the page that answers."""
    form = request.form
    try:
        days = form.get("days", 0, type=int)
        user = get_person(session(), current_user.id)
        if not form.get("name", "").strip():
            raise InvalidInputError(_("Say what the token is for."))
        token = issue_token(session(), user, form["name"], scopes=form.getlist("scope"), days=days)
    except (InvalidInputError, ConflictError) as error:
        session().rollback()
        return _account_page(error=error), 422
    audit(AuditKind.TOKEN_MADE, current_user.email, name=form["name"].strip(), scopes=form.getlist("scope"), days=days)
    return _account_page(made=token)


@blueprint.post("/tokens/<int:token_id>")
def withdraw_token(token_id: int) -> Response:
    name = revoke_token(session(), current_user.id, token_id)
    if name is not None:
        audit(AuditKind.TOKEN_WITHDRAWN, current_user.email, name=name)
        flash(_("The token has been withdrawn."), "good")
    return redirect(url_for("account.account"), code=303)


@blueprint.get("/password")
def password() -> str:
    return render_template("account/password.html", error=None, sends_mail=sends_mail())


@blueprint.post("/password")
def choose_password() -> Response | tuple[str, int]:
    """Choose another password; logs out everywhere else and withdraws tokens."""
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise InvalidInputError(_("The two new passwords are not the same."))
        user = get_person(session(), current_user.id)
        # Whoever sits at somebody's open browser must not guess their password either.
        with counted_attempt(user.email):
            change_password(
                session(),
                user,
                request.form.get("password", ""),
                new,
                session_id=current_user.session_id,
                site=names_of_site(current_settings()),
            )
    except (InvalidInputError, NotAllowedError) as error:
        session().rollback()
        return render_template("account/password.html", error=error, sends_mail=sends_mail()), 422
    forgive_attempt(session(), user.email, request.remote_addr or "")
    audit(AuditKind.PASSWORD_CHANGED, current_user.email)
    tell(user, MailKind.PASSWORD_CHANGED)
    flash(_("Your password has been changed. You are logged out everywhere else."), "good")
    return redirect(url_for("account.account"), code=303)


@blueprint.post("/sessions")
def end_others() -> Response:
    """Log out everywhere but here."""
    end_sessions(session(), get_person(session(), current_user.id), but=current_user.session_id)
    audit(AuditKind.SESSION_ENDED, current_user.email, others=True)
    flash(_("Logged out everywhere else."), "good")
    return redirect(url_for("account.account"), code=303)


@blueprint.post("/sessions/<int:session_id>")
def end_one(session_id: int) -> Response:
    """End one of the others; this one is ended by logging out."""
    if session_id != current_user.session_id and end_session(session(), current_user.id, session_id):
        audit(AuditKind.SESSION_ENDED, current_user.email)
        flash(_("That log-in has ended."), "good")
    return redirect(url_for("account.account"), code=303)


@blueprint.get("/confirm")
def confirm() -> str:
    """Ask for the password once more."""
    return confirm_page(safe_next(request.args.get("next")))


@blueprint.post("/confirm")
def confirm_now() -> Response | tuple[str, int]:
    goal = safe_next(request.form.get("next"))
    user = get_person(session(), current_user.id)
    with counted_attempt(user.email):
        is_right = is_password_of(user, request.form.get("password", ""))
    if not is_right:
        audit_refusal(AuditKind.CONFIRMING_FAILED, user.email)
        flash(_("The password is wrong."), "error")
        return confirm_page(goal), 422
    forgive_attempt(session(), user.email, request.remote_addr or "")
    if current_user.session_id is not None:
        confirm_session(session(), current_user.session_id)
    audit(AuditKind.CONFIRMED, user.email)
    return redirect(goal or url_for("account.account"), code=303)


def confirm_page(goal: str) -> str:
    """goal: a path of ours to which it leads, or ""."""
    ways = other_ways(Purpose.CONFIRM, goal, own_passkeys(session(), current_user.id))
    return render_template("account/confirm.html", next=goal, ways=ways)
