"""A link by which somebody who is logged in, but has forgotten their password, chooses another."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.accounts.audit import AuditKind
from kb.accounts.invitations import ask_for_reset
from webapp.auth.mailing import sends_mail
from webapp.shared.auditing import audit
from webapp.shared.database import session

blueprint = Blueprint("account_link", __name__, url_prefix="/account/password/link")


@blueprint.post("")
def send_link() -> Response:
    """To their own address: whoever sits at somebody's open browser needs their mailbox, too."""
    if not sends_mail():
        abort(404)
    if ask_for_reset(session(), current_user.email) is not None:
        audit(AuditKind.RESET_ASKED, current_user.email)
    flash(_("A link is on its way to your address. It is good for an hour, once."), "good")
    return redirect(url_for("account.password"), code=303)
