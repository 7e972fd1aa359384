"""Who may go where: one table, one check in front of every request, deny by default.

A blueprint that is in no table stops the application at start; an endpoint outside all blueprints that is in no table
is refused. So a page that somebody forgot to protect is a page that nobody sees.
"""

import hmac
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.accounts.people import role_allows
from kb.core.errors import ConfigurationError, NotAllowedError
from kb.core.settings import Settings
from kb.tables import Role

PUBLIC = None

# The lowest role that may use a blueprint; each role may do what the ones before it may.
BLUEPRINT_ACCESS: Mapping[str, Role | None] = {
    "help": PUBLIC,
    "auth": PUBLIC,
    "auth_second": PUBLIC,
    "auth_reset": PUBLIC,
    "account": Role.REP,
    "account_codes": Role.REP,
    "auth_passkeys": PUBLIC,
    "auth_provider": PUBLIC,
    "account_passkeys": Role.REP,
    "account_link": Role.REP,
    "health": PUBLIC,
    # What is asked, how often, and what fails, is for those who run the place; a scraper has KB_METRICS_TOKEN.
    "metrics": Role.ADMIN,
    "api": PUBLIC,
    "widget": PUBLIC,
    "api_widget": PUBLIC,
    "desk": Role.REP,
    "desk_customers": Role.REP,
    "desk_handover": Role.REP,
    "desk_simulations": Role.REP,
    "desk_inbox": Role.REP,
    "desk_panel": Role.REP,
    # The same page for everybody, with nothing in it: see webapp/desk/panel.py.
    "desk_panel_frame": PUBLIC,
    "desk_macros": Role.REP,
    "desk_flags": Role.REP,
    "desk_practice": Role.REP,
    "desk_news": Role.REP,
    "api_desk": Role.REP,
    "api_conversations": Role.REP,
    "studio": Role.TRAINER,
    "studio_content": Role.TRAINER,
    "studio_articles": Role.TRAINER,
    "studio_drafts": Role.TRAINER,
    "studio_wordings": Role.TRAINER,
    "studio_confidence": Role.TRAINER,
    "studio_translations": Role.TRAINER,
    "studio_feedback": Role.TRAINER,
    "studio_voice": Role.TRAINER,
    "studio_flags": Role.TRAINER,
    "studio_edits": Role.TRAINER,
    "studio_safety": Role.TRAINER,
    "studio_escalation": Role.TRAINER,
    "studio_search": Role.TRAINER,
    "studio_flows": Role.TRAINER,
    "studio_widget": Role.TRAINER,
    "studio_service": Role.TRAINER,
    "studio_notices": Role.TRAINER,
    "studio_numbers": Role.TRAINER,
    "studio_self_service": Role.TRAINER,
    "studio_training": Role.TRAINER,
    "api_studio": Role.TRAINER,
    "admin": Role.ADMIN,
    "admin_jobs": Role.ADMIN,
    "admin_audit": Role.ADMIN,
    "admin_privacy": Role.ADMIN,
}

# What could hand the whole place to somebody else: the password must have been typed a short time ago.
CONFIRMED_FIRST = frozenset(
    {
        "admin.add_person",
        "admin.change_person",
        "admin_audit.export",
        "account.make_token",
        "account_codes.set_up",
        "account_passkeys.new",
        "account_passkeys.add",
        "account_codes.make_recovery",
        "account_codes.turn_off_codes",
        "desk_panel.make_token",
        "admin_privacy.export",
        "admin_privacy.erase",
    }
)

# What somebody may do who has not chosen a password of their own yet.
_WITHOUT_OWN = frozenset({"account.password", "account.choose_password"})

# What somebody may do whose role needs a second step, and who has logged in without one: setting it up, and no more.
_WITHOUT_SECOND = frozenset(
    {
        "account_codes.codes",
        "account_codes.set_up",
        "account_codes.turn_on_codes",
        "account_passkeys.passkeys",
        "account_passkeys.new",
        "account_passkeys.add",
        "account_passkeys.confirm",
        "account.confirm",
        "account.confirm_now",
    }
)

# What a token must be good for, as "…:read" or "…:write"; a blueprint that is not here takes no tokens.
TOKEN_AREAS: Mapping[str, str] = {"api_desk": "desk", "api_conversations": "desk", "api_studio": "studio"}
# Asked by POST because a conversation is too long for an address; they change nothing.
_READS_BY_POST = frozenset({"api_desk.assist", "api_desk.check"})

# Endpoints that belong to no blueprint.
ENDPOINT_ACCESS: Mapping[str, Role | None] = {"static": PUBLIC, "root": PUBLIC}


def required_role(endpoint: str, blueprint: str | None) -> Role | None:
    """The lowest role for an endpoint, None for everybody. Raises KeyError where no table names it."""
    return ENDPOINT_ACCESS[endpoint] if blueprint is None else BLUEPRINT_ACCESS[blueprint]


def init_access(app: Flask) -> None:
    """Check that every blueprint has a rule and put the check in front of every request.

    Call after the blueprints are registered. Raises ConfigurationError for a blueprint without a rule.
    """
    nameless = sorted(set(app.blueprints) - set(BLUEPRINT_ACCESS))
    if nameless:
        raise ConfigurationError(
            f"No access rule for blueprint {', '.join(nameless)}.",
            remedy="Add it to BLUEPRINT_ACCESS in webapp/shared/access.py with the lowest role that may use it.",
        )
    app.before_request(_check_access)
    app.after_request(_keep_from_caches)


def _check_access() -> Response | None:
    if request.endpoint is None:
        return None  # No such page, or not by this method: Flask answers 404 or 405, whoever asks.
    try:
        role = required_role(request.endpoint, request.blueprint)
    except KeyError:
        abort(403)
    if role is PUBLIC or (request.blueprint == "metrics" and _is_scraper()):
        return None
    person: Any = current_user._get_current_object()  # asked for once: each look through the proxy takes its time
    if person.is_authenticated and role_allows(person.role, role):
        if person.scopes is not None:
            _check_scope(request.endpoint, person.scopes)
        if person.must_change and person.session_id is not None and request.endpoint not in _WITHOUT_OWN:
            return _lead_to(url_for("account.password"), _("Your first password must be changed before anything else."))
        if person.lacks_second and request.endpoint not in _WITHOUT_SECOND | _WITHOUT_OWN:
            return _lead_to(url_for("account_codes.codes"), _("Your role needs a second step for logging in."))
        return _ask_to_confirm() if request.endpoint in CONFIRMED_FIRST and not person.is_confirmed else None
    if person.is_authenticated:
        raise NotAllowedError(
            _(
                "This page is for the role “%(role)s” and above; you are “%(own)s”.",
                role=role.value,
                own=person.role,
            )
        )
    if wants_json():
        abort(401)
    # A form that was sent after the session ran out cannot be sent again by a redirect, so back to its page.
    goal = this_address() if request.method in {"GET", "HEAD"} else _local_referrer()
    if request.headers.get("HX-Request") == "true":
        # A redirect would put the log-in page into the middle of the page that asked; this makes the browser go there.
        return Response(
            status=204, headers={"HX-Redirect": url_for("auth.login", next=_local_referrer() or goal or None)}
        )
    return redirect(url_for("auth.login", next=goal or None))


def _keep_from_caches(response: Response) -> Response:
    """What not everybody may have is kept by nobody: not by a cache, nor by the browser for whoever sits there next.

    Nor is what only the holder of a signed link may see or do, nor a page of everybody's that names who has logged in, such as
    one that says that there is none.
    """
    try:
        is_private = request.endpoint is not None and required_role(request.endpoint, request.blueprint) is not PUBLIC
    except KeyError:
        is_private = True
    # Whom nobody has asked for yet stands in no page; asking now would cost a statement.
    if response.mimetype == "text/html" and "_login_user" in g and current_user.is_authenticated:
        is_private = True
    if request.url_rule is not None and any(name.endswith("token") for name in request.url_rule.arguments):
        is_private = True
    if is_private and "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "no-store"
    return response


def required_scope(endpoint: str, method: str) -> str | None:
    """What a token must be good for; None where no token counts."""
    area = TOKEN_AREAS.get(endpoint.rpartition(".")[0])
    is_reading = method in {"GET", "HEAD", "OPTIONS"} or endpoint in _READS_BY_POST
    return f"{area}:{'read' if is_reading else 'write'}" if area else None


def _check_scope(endpoint: str, scopes: Collection[str]) -> None:
    scope = required_scope(endpoint, request.method)
    if scope is None or scope not in scopes:
        raise NotAllowedError(
            f"This token is not good for that; it needs {scope}." if scope else "No token counts here."
        )


def _lead_to(page: str, why: str) -> Response:
    """What must be done before anything else."""
    if wants_json():
        raise NotAllowedError(why)
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": page})
    return redirect(page, code=303)


def _is_scraper() -> bool:
    """Whether the request has the token of the setting. Raises 401 where it has another one."""
    authorization = request.authorization
    if authorization is None:
        return False
    settings: Settings = current_app.extensions["kb_settings"]
    sent = (authorization.token or "").encode("utf-8", "surrogatepass")
    if not settings.metrics_token or not hmac.compare_digest(sent, settings.metrics_token.encode()):
        abort(401)
    return True


def _ask_to_confirm() -> Response:
    goal = this_address() if request.method in {"GET", "HEAD"} else _local_referrer()
    return redirect(url_for("account.confirm", next=goal or None), code=303)


def _local_referrer() -> str:
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return safe_next(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def wants_json() -> bool:
    """True for the API and for clients that rather have JSON than a page."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    json = max(accepted["application/json"], accepted["application/problem+json"])
    return json > accepted["text/html"]


def this_address() -> str:
    """Path and query of this request as a browser asked for it, with the prefix of the site."""
    return request.script_root + request.full_path.rstrip("?")


def safe_next(target: str | None) -> str:
    """`target` if it is a path on this site, else "". Browsers take `//host`, `/\\host` for other sites."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    if "\\" in target or any(ord(character) < 0x20 for character in target):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target
