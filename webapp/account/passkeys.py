"""A person's passkeys: adding, removing, and showing once more by one that it is they who sit there."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.accounts.audit import AuditKind
from kb.accounts.links import MailKind
from kb.accounts.passkeys import add_passkey, creation_options, own_passkeys, remove_passkey
from kb.accounts.people import get_person
from kb.accounts.second_step import ways_of
from kb.accounts.sessions import confirm_session, note_second_step
from kb.core.errors import ConflictError, InvalidInputError, KbError, NotAllowedError
from webapp.account.views import confirm_page
from webapp.auth.challenges import Purpose, challenge_of, new_challenge, relying_party
from webapp.auth.mailing import tell
from webapp.auth.other_ways import AskedDevice
from webapp.auth.passkeys import person_of_passkey
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit, audit_refusal
from webapp.shared.database import session
from webapp.shared.error_words import message_of

blueprint = Blueprint("account_passkeys", __name__, url_prefix="/account/passkeys")


@blueprint.get("/")
def passkeys() -> str:
    return render_template(
        "account/passkeys.html",
        passkeys=own_passkeys(session(), current_user.id),
        is_possible=relying_party() is not None,
    )


@blueprint.get("/new")
def new() -> str:
    return _new_page()


@blueprint.post("/new")
def add() -> Response | tuple[str, int]:
    """Keep what a device made. What it was asked stands in the form that brings it."""
    user, party = get_person(session(), current_user.id), relying_party()
    name = request.form.get("name", "")
    try:
        if party is None:
            raise NotAllowedError(_("There are no passkeys under this address."))
        if current_user.lacks_second and (ways_of(session(), user.id) or own_passkeys(session(), user.id)):
            raise NotAllowedError(_("Your role needs a second step for logging in."))
        challenge = challenge_of(Purpose.ADD, request.form.get("challenge", ""))
        passkey = add_passkey(session(), user, party, challenge, request.form.get("credential", ""), name)
    except (InvalidInputError, ConflictError, NotAllowedError) as error:
        session().rollback()
        return _new_page(error=error, name=name), 422
    if current_user.lacks_second and current_user.session_id is not None:
        # It is their first second step, and they have just shown it.
        note_second_step(session(), current_user.session_id)
    audit(AuditKind.PASSKEY_ADDED, user.email, name=passkey.name)
    tell(user, MailKind.PASSKEY_ADDED)
    flash(_("You can log in with this passkey from now on."), "good")
    return redirect(url_for("account_passkeys.passkeys"), code=303)


@blueprint.post("/<int:passkey_id>")
def remove(passkey_id: int) -> Response:
    name = remove_passkey(session(), current_user.id, passkey_id)
    if name is not None:
        audit(AuditKind.PASSKEY_REMOVED, current_user.email, name=name)
        flash(_("The passkey has been removed. Delete it on your device, too."), "good")
    return redirect(url_for("account_passkeys.passkeys"), code=303)


@blueprint.post("/confirm")
def confirm() -> Response | tuple[str, int]:
    """In place of the password, where that is asked for once more."""
    goal = safe_next(request.form.get("next"))
    try:
        user = person_of_passkey(Purpose.CONFIRM, user_id=current_user.id)
    except NotAllowedError as error:
        session().rollback()
        audit_refusal(AuditKind.CONFIRMING_FAILED, current_user.email, way="passkey")
        flash(message_of(error), "error")
        return confirm_page(goal), 422
    if current_user.session_id is not None:
        confirm_session(session(), current_user.session_id)
    audit(AuditKind.CONFIRMED, user.email, way="passkey")
    return redirect(goal or url_for("account.account"), code=303)


def _new_page(*, error: KbError | None = None, name: str = "") -> str:
    party, device = relying_party(), None
    user = get_person(session(), current_user.id)
    if party is not None and user.password_hash:
        challenge, signed = new_challenge(Purpose.ADD)
        options = creation_options(session(), user, party, challenge)
        device = AskedDevice(url_for("account_passkeys.add"), options, signed)
    return render_template("account/passkey_new.html", device=device, error=error, name=name)
