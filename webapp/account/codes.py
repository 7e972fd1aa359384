"""A person's codes by time: setting them up, codes for when the app is lost, and turning them off."""

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.accounts.audit import AuditKind
from kb.accounts.codes import (
    address_for_app,
    begin_setup,
    codes_since,
    make_recovery_codes,
    recovery_codes_left,
    secret_to_set_up,
    turn_off,
    turn_on,
)
from kb.accounts.links import MailKind
from kb.accounts.people import get_person
from kb.core.errors import ConflictError, NotAllowedError
from kb.core.settings import Settings
from webapp.auth.mailing import tell
from webapp.auth.person import must_have_here
from webapp.auth.sealed import seal
from webapp.shared.auditing import audit
from webapp.shared.database import session

blueprint = Blueprint("account_codes", __name__, url_prefix="/account/codes")


@blueprint.get("/")
def codes() -> str:
    return _page()


@blueprint.post("/set-up")
def set_up() -> Response:
    """Make a secret for an app; it counts when a code of it was typed."""
    begin_setup(session(), get_person(session(), current_user.id), seal())
    return redirect(url_for("account_codes.codes"), code=303)


@blueprint.post("/on")
def turn_on_codes() -> Response | str | tuple[str, int]:
    """The first code of the app; shows the recovery codes, this once."""
    user = get_person(session(), current_user.id)
    try:
        made = turn_on(session(), user, request.form.get("code", ""), seal(), session_id=current_user.session_id)
    except ConflictError:  # sent twice
        return redirect(url_for("account_codes.codes"), code=303)
    except NotAllowedError:
        session().rollback()
        return _page(error=_("This is not what the app shows now. Wait for the next code and type that.")), 422
    audit(AuditKind.CODES_ON, user.email)
    tell(user, MailKind.CODES_ON)
    return _page(made=made)


@blueprint.post("/recovery")
def make_recovery() -> Response | str:
    """New recovery codes instead of those until now, shown this once."""
    user = get_person(session(), current_user.id)
    if codes_since(session(), user.id) is None:
        return redirect(url_for("account_codes.codes"), code=303)
    made = make_recovery_codes(session(), user)
    audit(AuditKind.RECOVERY_CODES_MADE, user.email)
    return _page(made=made)


@blueprint.post("/off")
def turn_off_codes() -> Response:
    """No more codes; refused to whoever needs them."""
    user = get_person(session(), current_user.id)
    if must_have_here(current_user.role):
        flash(_("Your role needs a second step for logging in."), "error")
    elif turn_off(session(), user):
        audit(AuditKind.CODES_OFF, user.email)
        tell(user, MailKind.CODES_OFF)
        flash(_("No more codes are asked for."), "good")
    return redirect(url_for("account_codes.codes"), code=303)


def _page(*, made: list[str] | None = None, error: str = "") -> str:
    secret = secret_to_set_up(session(), current_user.id, seal())
    settings: Settings = current_app.extensions["kb_settings"]
    picture = ""
    if secret:
        text = address_for_app(secret, email=current_user.email, site=settings.site_name)
        picture = segno.make(text, error="m", micro=False).svg_data_uri(scale=5, dark="#000", light="#fff")
    return render_template(
        "account/codes.html",
        since=codes_since(session(), current_user.id),
        left=recovery_codes_left(session(), current_user.id),
        must_have=must_have_here(current_user.role),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        picture=picture,
        made=made or [],
        error=error,
    )
