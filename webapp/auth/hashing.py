"""Which requests may hash a password: they get few threads of a server process, and a crowd of them keeps nobody else waiting."""

from flask import Flask
from werkzeug.exceptions import HTTPException

_BLUEPRINTS = frozenset({"auth", "auth_reset", "account", "admin"})


def may_hash(app: Flask, method: str, path: str) -> bool:
    """path: without a prefix."""
    if method != "POST":
        return False
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return False
    return str(endpoint).partition(".")[0] in _BLUEPRINTS
