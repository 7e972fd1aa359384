"""How often an address may ask, counted in the memory of each server process: enough against guessing and loops."""

from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# endpoint: limit per address and server process. The rest has DEFAULT.
LIMITS = {
    "auth.log_in": "10 per minute; 60 per hour",
    "api.search": "300 per minute",
    "api_desk.search_desk": "300 per minute",
    "help.search": "300 per minute",
    "api_desk.assist": "300 per minute",
    "desk.home": "300 per minute",
    "desk.conversation": "300 per minute",
    "help.contact_send": "10 per minute",
}
DEFAULT = "1200 per minute"
# Probes and scrapers ask on a schedule, files come in bursts; neither costs us anything.
EXEMPT = ("static", "health.healthz", "health.readyz", "health.metrics")


def init_limits(app: Flask) -> None:
    """Call after the blueprints are registered."""
    limiter = Limiter(get_remote_address, app=app, default_limits=[DEFAULT], storage_uri="memory://")
    for endpoint in app.view_functions:
        view: Any = app.view_functions[endpoint]
        if endpoint in EXEMPT:
            app.view_functions[endpoint] = limiter.exempt(view)
        elif endpoint in LIMITS:
            app.view_functions[endpoint] = limiter.limit(LIMITS[endpoint])(view)
