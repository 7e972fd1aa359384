"""The people page: who may log in, with which role; add, change, close, log out everywhere."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kb.accounts.audit import AuditKind
from kb.accounts.invitations import invite, invite_again
from kb.accounts.links import MailKind, invitations
from kb.accounts.passwords import generate_password
from kb.accounts.people import (
    change_role,
    create_user,
    find_person,
    get_person,
    list_users,
    set_active,
    set_password,
)
from kb.accounts.second_step import people_with_second_step, take_away
from kb.accounts.sessions import end_sessions
from kb.accounts.tokens import revoke_tokens
from kb.core.errors import InvalidInputError, KbError
from kb.tables import Role, utc_now
from webapp.auth.mailing import sends_mail, tell
from webapp.shared.auditing import audit
from webapp.shared.database import session

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/")
def home() -> Response:
    return redirect(url_for("admin.people"))


@blueprint.get("/people")
def people() -> str:
    saved = find_person(session(), request.args.get("saved", 0, type=int))
    return _page(saved=saved.email if saved else "")


@blueprint.post("/people")
def add_person() -> str | tuple[str, int]:
    """Add a person, who gets a link by mail; or a password, which is made here and shown this once, on the page that answers."""
    typed = {name: request.form.get(name, "") for name in ("email", "name", "role")}
    password = generate_password()
    try:
        if request.form.get("action") == "invite" and sends_mail():
            user, _nonce = invite(session(), typed["email"], _role(typed["role"]), typed["name"])
            audit(AuditKind.INVITED, user.email, role=user.role)
            return _page(saved=user.email)
        user = create_user(
            session(), typed["email"], _role(typed["role"]), password, name=typed["name"], must_change=True
        )
    except KbError as error:
        return _page(error=error, typed=typed), 422
    audit(AuditKind.PERSON_ADDED, user.email, role=user.role)
    return _page(made=(user.email, password))


@blueprint.post("/people/<int:user_id>")
def change_person(user_id: int) -> str | tuple[str, int] | Response:
    """Do one of: role, close, reopen, log-out, tokens, password, invite, second-step."""
    user = get_person(session(), user_id)
    action = request.form.get("action", "")
    try:
        if action == "password":
            password = generate_password()
            set_password(session(), user, password, must_change=True)
            audit(AuditKind.PASSWORD_RESET, user.email)
            tell(user, MailKind.PASSWORD_CHANGED)
            return _page(made=(user.email, password))
        if action == "role":
            before, role = user.role, _role(request.form.get("role", ""))
            change_role(session(), user, role)
            audit(AuditKind.ROLE_CHANGED, user.email, before=before, now=role.value)
        elif action in {"close", "reopen"}:
            set_active(session(), user, action == "reopen")
            audit(AuditKind.ACCOUNT_REOPENED if action == "reopen" else AuditKind.ACCOUNT_CLOSED, user.email)
        elif action == "log-out":
            end_sessions(session(), user)
            audit(AuditKind.SESSION_ENDED, user.email, all=True)
        elif action == "tokens":
            count = revoke_tokens(session(), user)
            audit(AuditKind.TOKEN_WITHDRAWN, user.email, count=count)
        elif action == "invite":
            invite_again(session(), user)
            audit(AuditKind.INVITED, user.email, role=user.role)
        elif action == "second-step":
            if take_away(session(), user):
                audit(AuditKind.CODES_OFF, user.email)
                tell(user, MailKind.CODES_OFF)
        else:
            raise InvalidInputError(f"There is no action {action!r}.")
    except KbError as error:
        session().rollback()
        return _page(error=error), 422
    # Not by `flash`, which would put the address into the cookie, where anybody with the browser can read it.
    return redirect(url_for("admin.people", saved=user.id), code=303)


def _role(text: str) -> Role:
    if text not in set(Role):
        raise InvalidInputError(f"There is no role {text!r}.", remedy=f"Roles are {', '.join(Role)}.")
    return Role(text)


def _page(
    *,
    error: KbError | None = None,
    typed: dict[str, str] | None = None,
    made: tuple[str, str] | None = None,
    saved: str = "",
) -> str:
    return render_template(
        "admin/people.html",
        people=list_users(session()),
        invited=invitations(session()),
        with_second=people_with_second_step(session()),
        now=utc_now(),
        sends_mail=sends_mail(),
        roles=list(Role),
        error=error,
        typed=typed or {},
        made=made,
        saved=saved,
    )
