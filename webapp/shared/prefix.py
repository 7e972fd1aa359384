"""A site under a path of another one: `/support` in front of every address, as the reverse proxy says it in X-Forwarded-Prefix.

Most proxies take the prefix away before they pass a request on, some leave it there; both lead to the same page.
"""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+){1,10}")
# What X-Forwarded-Proto may say; links begin with it.
_SCHEMES = frozenset({"http", "https"})
# First parts of addresses of our own, which no prefix that was left in a path can be told from.
_OWN = frozenset({"help", "desk", "studio", "admin", "api", "static", "login", "logout", "preferences"})


class UnderPrefix:
    """Inside of ProxyFix, which has written the prefix into SCRIPT_NAME."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix = str(environ.get("SCRIPT_NAME") or "").rstrip("/")
        # Whatever is no plain path would make links to other sites of it.
        prefix = prefix if _PREFIX.fullmatch(prefix) and "/.." not in prefix else ""
        environ["SCRIPT_NAME"] = prefix
        if environ.get("wsgi.url_scheme") not in _SCHEMES:
            environ["wsgi.url_scheme"] = "http"
        path = str(environ.get("PATH_INFO") or "/")
        if prefix and prefix.split("/")[1] not in _OWN and f"{path}/".startswith(f"{prefix}/"):
            path = path[len(prefix) :]
        environ["PATH_INFO"] = path or "/"
        return self._application(environ, start_response)
