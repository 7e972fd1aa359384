"""Under which names the site is reached, and the address that absolute links begin with.

The Host header is what somebody sent: believed, it would put any name into the sitemap, into links that reps paste, and
from there into caches.
"""

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request
from werkzeug.routing import MapAdapter

from kb.core.errors import InvalidInputError
from kb.core.settings import Settings


class Site(Flask):
    """Flask, with absolute links that begin with KB_PUBLIC_URL, or with the host of the request where that is known."""

    kb_settings: Settings

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        adapter = super().create_url_adapter(request)
        if adapter is not None and request is not None:
            if self.kb_settings.public_url:
                parts = urlsplit(self.kb_settings.public_url)
                adapter.url_scheme, adapter.server_name = parts.scheme, parts.netloc
            elif not is_known_host(request.host, self.kb_settings):
                adapter.server_name = "localhost"
        return adapter


def is_known_host(host: str, settings: Settings) -> bool:
    """Whether the site is reached under `host` ("name", "name:port", "[::1]:8000"): named in the settings, this machine, or an
    address in figures, which nobody takes for a name.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if not name or "@" in host or "/" in host:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in settings.own_hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def init_hosts(app: Flask) -> None:
    """Call before anything else looks at requests."""
    app.before_request(_refuse_unknown_host)


def _refuse_unknown_host() -> None:
    # Probes and scrapers come under names of their own, and get no links.
    if request.blueprint in {"health", "metrics"} or request.endpoint == "static":
        return
    if not is_known_host(request.host, current_app.extensions["kb_settings"]):
        raise InvalidInputError(
            "This site is not known under that name.",
            remedy="Whoever runs it names it in the setting KB_PUBLIC_URL or KB_TRUSTED_HOSTS.",
        )
