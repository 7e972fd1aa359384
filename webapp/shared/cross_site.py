"""What pages of other sites may ask: the routes below, for the sites of KB_WIDGET_ORIGINS, never as somebody who is logged in.

A browser lets such a page read an answer only where these headers name its site; what changes something is also refused here
to others, so that no page can send a form in the name of its reader. Cookies play no part: none is asked for, none is sent.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from kb.core.errors import InvalidInputError, NotAllowedError
from kb.core.settings import Settings

CROSS_SITE = frozenset(
    {
        "api.search",
        "api.ask",
        "api_widget.suggestions",
        "api_widget.article",
        "api_widget.feedback",
        "api_widget.contact",
    }
)
# The same for everybody and says whether the page's site is named: how a page that is not learns why it gets no answers.
ANY_SITE = frozenset({"api_widget.start", "widget.script"})
# Seconds that a browser need not ask again before it sends what changes something.
_ASKED_ONCE = 7200


def init_cross_site(app: Flask) -> None:
    """Call after all else that changes answers, errors too: a page that may not read an error cannot say what was wrong."""
    app.after_request(_name_site)
    app.session_interface = _Sessions()


class _Sessions(SecureCookieSessionInterface):
    """No cookie is set by what pages of any site ask for, nor by what says that every cache may keep it (feeds, pictures, built
    files), and no shared cache keeps these apart by the cookies of their readers."""

    _serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        # Made once: each request asks for it, and the key stays the same as long as the process.
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint not in ANY_SITE and "public" not in response.headers.get("Cache-Control", ""):
            super().save_session(app, session, response)


def is_known_site(origin: str) -> bool:
    """Whether pages of this origin, as browsers write it, get answers: the help centre's own, and those of the setting."""
    settings: Settings = current_app.extensions["kb_settings"]
    if origin in settings.widget_origins or (settings.public_url and origin == settings.public_url):
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # Whoever ends TLS in front of us may not say so: the host decides, and it is one that is known.
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.netloc == request.host


def require_known_site() -> None:
    """Raises NotAllowedError for a page of a site that is not named, InvalidInputError for a session that no page sent."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    origin = request.headers.get("Origin")
    if origin is None:
        # No browser: they name the site of whatever they post. A program has nothing that could be misused but a session.
        if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
            raise InvalidInputError("This is sent without cookies.")
    elif not is_known_site(origin):
        raise NotAllowedError(
            "Pages of this site may not ask here.", remedy="Whoever runs the help centre names it in KB_WIDGET_ORIGINS."
        )


def _name_site(response: Response) -> Response:
    if request.endpoint in ANY_SITE:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    elif request.endpoint in CROSS_SITE:
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "")
        if origin and is_known_site(origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = "GET, POST"
                response.headers["Access-Control-Allow-Headers"] = "Content-Type"
                response.headers["Access-Control-Max-Age"] = str(_ASKED_ONCE)
    return response
