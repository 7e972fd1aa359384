"""Choosing a password by a link: asking for one, and following it, also as somebody who was invited."""

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kb.accounts.audit import Actor, AuditKind, record
from kb.accounts.invitations import ask_for_reset, choose_by_link
from kb.accounts.known_names import names_of_site
from kb.accounts.links import MailKind, find_link
from kb.accounts.people import remember_language
from kb.accounts.slowing import forgive_attempt
from kb.core.errors import InvalidInputError, KbError, NotFoundError
from kb.tables import AccountMail, User
from webapp.auth.mailing import sends_mail, tell
from webapp.shared.account_links import nonce_of
from webapp.shared.after_response import run_after_response
from webapp.shared.auditing import audit
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.searching import current_settings

blueprint = Blueprint("auth_reset", __name__)


@blueprint.get("/login/forgotten")
def forgotten() -> str:
    return render_template("auth/forgotten.html", sends_mail=sends_mail(), asked=False)


@blueprint.post("/login/forgotten")
def ask() -> Response:
    """Have a link sent. The answer is the same, and there as soon, whoever has that address: it is looked for afterwards."""
    if not sends_mail():
        abort(404)
    typed, address = request.form.get("email", ""), request.remote_addr or ""

    def look(separate: Session) -> None:
        if (user := ask_for_reset(separate, typed)) is not None:
            record(separate, AuditKind.RESET_ASKED, Actor(address=address), about=user.email)

    run_after_response(look)
    return _kept_by_nobody(render_template("auth/forgotten.html", sends_mail=True, asked=True))


@blueprint.get("/login/password/<link_token>")
def follow(link_token: str) -> Response:
    """Looking changes nothing: programs that read mails follow links, too."""
    user, mail = _person_of(link_token)
    return _page(user, mail, link_token)


@blueprint.post("/login/password/<link_token>")
def choose(link_token: str) -> Response:
    user, mail = _person_of(link_token)
    password = request.form.get("new", "")
    name = request.form.get("name", "") if mail.kind == MailKind.INVITATION else None
    try:
        if password != request.form.get("again", ""):
            raise InvalidInputError(_("The two new passwords are not the same."))
        names = names_of_site(current_settings())
        user, kind = choose_by_link(session(), mail.nonce or "", password, name=name, site=names)
    except NotFoundError as error:
        raise _no_such_link() from error
    except InvalidInputError as error:
        session().rollback()
        answer = _page(user, mail, link_token, error=error, name=name)
        answer.status_code = 422
        return answer
    address = request.remote_addr or ""
    what = AuditKind.INVITATION_TAKEN if kind is MailKind.INVITATION else AuditKind.PASSWORD_RESET
    audit(what, user.email, Actor(user.id, user.email, address), way="link")
    if kind is MailKind.INVITATION:
        remember_language(session(), user.id, choose_language())
    else:
        tell(user, MailKind.PASSWORD_CHANGED)
    # Whoever has the mailbox need not wait for what was mistyped before.
    forgive_attempt(session(), user.email, address)
    flash(_("Your password is set. Log in with it."), "good")
    return redirect(url_for("auth.login"), code=303)


def _person_of(link_token: str) -> tuple[User, AccountMail]:
    """Raises NotFoundError, in the same words whether the link was made up, used or is too old."""
    nonce = nonce_of(link_token, current_app.config["SECRET_KEY"])
    found = find_link(session(), nonce) if nonce else None
    if found is None:
        raise _no_such_link()
    return found


def _no_such_link() -> NotFoundError:
    return NotFoundError(
        _("This link is not good any more: it was used, or is too old."), remedy=_("Ask for a new one at the log-in.")
    )


def _page(
    user: User, mail: AccountMail, link_token: str, *, error: KbError | None = None, name: str | None = None
) -> Response:
    is_invitation = mail.kind == MailKind.INVITATION
    page = render_template(
        "auth/choose.html",
        link_token=link_token,
        email=user.email,
        name=user.name if name is None else name,
        is_invitation=is_invitation,
        error=error,
    )
    return _kept_by_nobody(page)


def _kept_by_nobody(page: str) -> Response:
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer
