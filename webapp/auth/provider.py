"""Logging in by a provider (OpenID Connect): there, and back."""

import hmac
import logging
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, make_response, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.accounts.audit import Actor, AuditKind
from kb.accounts.passkeys import VALID_FOR
from kb.accounts.providers import Refusal, SignInRefusedError, end_all_of, is_same_person, sign_in
from kb.accounts.sessions import confirm_session
from kb.core.database import session_scope
from kb.core.errors import KbError, NotAllowedError
from kb.core.provider_settings import Provider
from kb.core.settings import Settings
from webapp.auth.openid import Asked, OpenIdClient, ProviderError
from webapp.auth.steps import finish_log_in
from webapp.auth.views import login_page
from webapp.shared.access import safe_next
from webapp.shared.auditing import audit, audit_refusal
from webapp.shared.database import engine, session

logger = logging.getLogger(__name__)

blueprint = Blueprint("auth_provider", __name__, url_prefix="/login/provider")

_EXTENSION = "kb_openid"
_LONGEST_CODE = 4096


@blueprint.get("/")
def begin() -> Response:
    """Send the browser to the provider; `again`: whoever is logged in shows once more that it is they."""
    client = _client()
    again = "again" in request.args and current_user.is_authenticated and current_user.session_id is not None
    asked = Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), time.time(), again)
    try:
        address = client.address_to_ask(asked, _callback())
    except ProviderError as error:
        return _unreached(error)
    # Whoever has the browser reads the cookie: of where to go on stands the page in it, not what was searched for there.
    goal = urlsplit(safe_next(request.args.get("next"))).path
    cookie["provider"] = [asked.state, asked.nonce, asked.verifier, asked.at, asked.again, goal]
    return redirect(address)


@blueprint.get("/callback")
def callback() -> Response:
    """Where the provider sends the browser back to. The one address that logs somebody in by GET: no form leads here."""
    client, found = _client(), _taken()
    if (
        found is None
        or not _is_answer_to(found[0])
        or request.args.get("iss", client.provider.issuer) != client.provider.issuer
    ):
        # Begun in another browser, too long ago, or never: nobody is logged in by an address that somebody sent them.
        return _refused(_("That took too long, or was begun elsewhere. Please log in again."), "state")
    asked, goal = found
    code = request.args.get("code", "")
    if not 0 < len(code) <= _LONGEST_CODE:
        return _refused(_("%(name)s did not log you in.", name=client.provider.name), "denied")
    try:
        claims = client.claims_of(asked, _callback(), code)
    except ProviderError as error:
        return _unreached(error)
    except NotAllowedError:
        return _refused(_("The provider did not ask you again. Log out there, then try once more."), "not asked again")
    return _confirm(client.provider, claims, goal) if asked.again else _let_in(client.provider, claims, goal)


def _let_in(provider: Provider, claims: dict[str, Any], goal: str) -> Response:
    try:
        signed_in = sign_in(session(), provider, claims)
    except SignInRefusedError as error:
        session().rollback()
        # Of its own, since all that this request did is undone: what was begun before the provider thought otherwise ends.
        with session_scope(engine()) as separate:
            known = end_all_of(separate, provider, str(claims.get("sub", "")))
            about = known.email if known is not None else ""
        return _refused(_words_of(error.refusal), error.refusal.value, about=about)
    user = signed_in.user
    actor = Actor(user.id, user.email, request.remote_addr or "")
    if signed_in.before is None:
        audit(AuditKind.PERSON_ADDED, user.email, actor, role=user.role, way="provider")
    elif signed_in.before != user.role:
        audit(AuditKind.ROLE_CHANGED, user.email, actor, before=signed_in.before, now=user.role, way="provider")
    if signed_in.linked:
        audit(AuditKind.PROVIDER_LINKED, user.email, actor)
    # Second steps are the provider's business.
    return finish_log_in(user, goal, way="provider", had_second=True)


def _confirm(provider: Provider, claims: dict[str, Any], goal: str) -> Response:
    if not current_user.is_authenticated or not is_same_person(session(), provider, claims, current_user.id):
        audit_refusal(AuditKind.CONFIRMING_FAILED, way="provider")
        return _refused(_("That was somebody else."), "")
    confirm_session(session(), current_user.session_id)
    audit(AuditKind.CONFIRMED, current_user.email, way="provider")
    return redirect(goal or url_for("account.account"))


def _words_of(refusal: Refusal) -> str:
    words = {
        Refusal.NO_SUBJECT: _("The provider does not say who you are."),
        Refusal.NO_ROLE: _("You have no role here. Whoever runs this place gives it to you at the provider."),
        Refusal.NO_ADDRESS: _("The provider does not say an address of yours that it has verified."),
        Refusal.ADDRESS_TAKEN: _(
            "There is an account with your address already. Log in with its password, or ask an administrator."
        ),
        Refusal.CLOSED: _("Your account here has been closed."),
        Refusal.LAST_ADMINISTRATOR: _("You are the last administrator here, and the provider gives you another role."),
    }
    return str(words[refusal])


def _client() -> OpenIdClient:
    """Of this process. 404 where no provider is set."""
    settings: Settings = current_app.extensions["kb_settings"]
    provider = settings.oidc
    if provider is None:
        abort(404)
    client: OpenIdClient = current_app.extensions.setdefault(_EXTENSION, OpenIdClient(provider))
    return client


def _callback() -> str:
    return url_for("auth_provider.callback", _external=True)


def _taken() -> tuple[Asked, str] | None:
    """What this browser was sent away with; it is good for one return, and within some minutes."""
    held = cookie.pop("provider", None)
    if held is None:
        return None
    *asked, goal = held
    found = Asked(*asked)
    return (found, goal) if time.time() - found.at < VALID_FOR.total_seconds() else None


def _is_answer_to(asked: Asked) -> bool:
    sent = request.args.get("state", "").encode("utf-8", "surrogatepass")
    return hmac.compare_digest(sent, asked.state.encode())


def _unreached(error: KbError) -> Response:
    logger.error("Sign-in by the provider: %s", error)
    message = _("The place where you log in does not answer as it should. Try again in a minute.")
    return _refused(message, "provider", status=503)


def _refused(message: str, why: str, *, about: str = "", status: int = 403) -> Response:
    if why:
        audit_refusal(AuditKind.LOG_IN_FAILED, about, way="provider", why=why)
    flash(message, "error")
    return make_response(login_page(""), status)
