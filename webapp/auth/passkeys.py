"""Logging in by a passkey."""

from flask import Blueprint, flash, make_response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kb.accounts.audit import AuditKind
from kb.accounts.passkeys import authenticate_by_passkey
from kb.core.errors import NotAllowedError
from kb.tables import User
from webapp.auth.challenges import Purpose, challenge_of, relying_party
from webapp.auth.steps import finish_log_in
from webapp.auth.views import login_page
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit_refusal
from webapp.shared.database import session

blueprint = Blueprint("auth_passkeys", __name__, url_prefix="/login")


@blueprint.post("/passkey")
def log_in() -> Response:
    target = safe_next(request.form.get("next"))
    try:
        user = person_of_passkey(Purpose.LOG_IN)
    except NotAllowedError:
        session().rollback()
        audit_refusal(AuditKind.LOG_IN_FAILED, way="passkey")
        flash(_("This passkey did not get you in. Try again, or log in with your password."), "error")
        return make_response(login_page(target), 422)
    # A thing that they have, and a finger, a face or a code: two steps in one.
    return finish_log_in(user, target, way="passkey", had_second=True)


def person_of_passkey(purpose: Purpose, *, user_id: int | None = None) -> User:
    """Whose device answered what the page of this form asked. user_id: only this person will do. Raises NotAllowedError."""
    party = relying_party()
    if party is None:
        raise NotAllowedError(_("There are no passkeys under this address."))
    challenge = challenge_of(purpose, request.form.get("challenge", ""))
    return authenticate_by_passkey(session(), party, challenge, request.form.get("credential", ""), user_id=user_id)
