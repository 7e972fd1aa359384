"""Security headers, CSRF, cookies, and the key that signs them."""

import os
import secrets
from collections.abc import Mapping

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from kb.core.errors import ConfigurationError
from kb.core.home import make_home
from kb.core.settings import Settings
from webapp.auth.person import bearer_token
from webapp.shared.cross_site import CROSS_SITE, require_known_site
from webapp.shared.extension import EXTENSION_ORIGIN

# Nothing is allowed that is not named, and nothing inline: injected markup can neither run nor style anything.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# Browsers ask by HTTPS alone for a year.
_ONLY_HTTPS = "max-age=31556926; includeSubDomains"
_FRAMED = "desk_panel_frame.framed"
# Endpoints of which every POST is validated by a PageForm (webapp/shared/forms.py).
FORMS_THAT_CHECK = frozenset({"help.contact_send", "help.answer_request", "help.find_own_send"})
# Reads by POST, which is how a long question is asked: it does nothing that its GET would not do, and works from any old page.
_NOTHING_TO_FORGE = frozenset(("help.search",))


def content_security_policy(settings: Settings) -> dict[str, str]:
    """The policy, with the sites whose pictures articles may show."""
    sites = "".join(f" https://{host}" for host in settings.image_hosts)
    return {**CONTENT_SECURITY_POLICY, "img-src": CONTENT_SECURITY_POLICY["img-src"] + sites}


def session_cookie(settings: Settings) -> str:
    """Its name. Browsers take one that begins so only by HTTPS and for this host alone: no neighbouring site can plant it."""
    return "__Host-kb_session" if settings.secure_cookies else "kb_session"


def init_security(app: Flask, settings: Settings) -> None:
    app.config.update(
        SESSION_COOKIE_NAME=session_cookie(settings),
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # It is set when it changes, not with each answer: the session that it names ends this long after the log-in anyway.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=settings.session_longest * 3600,
        # Valid for as long as the session: a form may stay open through a long conversation.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    _send_headers(app, settings)
    csrf = CSRFProtect(app)

    def check_csrf() -> None:
        # A token is never sent by a browser on its own, so a request that carries one cannot be forged across sites.
        # A request that leads nowhere does nothing that could be forged; it gets its 404 or 405.
        if request.endpoint in _NOTHING_TO_FORGE:
            return
        if request.endpoint in CROSS_SITE:
            require_known_site()
            return
        if request.endpoint is None or bearer_token(request) is not None:
            return
        try:
            csrf.protect()
        except CSRFError:
            # Their form checks it once more, refuses it too, and gives back what was typed.
            if request.endpoint not in FORMS_THAT_CHECK:
                raise

    app.before_request(check_csrf)


def _send_headers(app: Flask, settings: Settings) -> None:
    """The same with every answer, made once."""
    policy = content_security_policy(settings)
    usual = {
        "Content-Security-Policy": _written(policy),
        "Permissions-Policy": "browsing-topics=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    # The one page that others may frame: the project's own extension and the sites of KB_PANEL_ORIGINS, nobody else.
    ancestors = " ".join((EXTENSION_ORIGIN, *settings.panel_origins))
    framed = {
        **usual,
        "Content-Security-Policy": _written({**policy, "form-action": "'none'", "frame-ancestors": ancestors}),
    }
    # It knows no list of sites; browsers that know frame-ancestors ignore it anyway.
    del framed["X-Frame-Options"]

    def send(response: Response) -> Response:
        for name, value in (framed if request.endpoint == _FRAMED else usual).items():
            response.headers[name] = value
        # Whoever ends TLS in front of us redirects to it; here we only know by a header.
        if settings.secure_cookies and "https" in (request.scheme, request.headers.get("X-Forwarded-Proto")):
            response.headers["Strict-Transport-Security"] = _ONLY_HTTPS
        return response

    app.after_request(send)


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def load_secret_key(settings: Settings) -> str:
    """KB_SECRET_KEY, else the key in `KB_HOME/secret_key`, which is made once with mode 600.

    Raises ConfigurationError where the key is too short or the file cannot be read or written.
    """
    if settings.secret_key:
        if len(settings.secret_key) < 32:
            raise ConfigurationError(
                "KB_SECRET_KEY has fewer than 32 characters.",
                remedy='Make one: python3 -c "import secrets; print(secrets.token_hex(32))"',
            )
        return settings.secret_key
    path = settings.home / "secret_key"
    try:
        make_home(settings.home)
        # Written beside and linked into place: of several processes that start at once all end with the same key.
        scratch = path.with_name(f".secret_key.{os.getpid()}")
        if not path.exists():
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(scratch, path)
            except FileExistsError:
                pass
            finally:
                scratch.unlink()
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The file {path}, which signs sessions, cannot be used: {error}.") from error
    if len(key) < 32:
        raise ConfigurationError(
            f"{path} holds no key.", remedy=f"Delete it; a new one is made at the next start: rm {path}"
        )
    return key
