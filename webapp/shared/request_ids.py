"""A name for each request: in its answer, on its error page, and in every line that is logged while it is worked on.

A proxy in front may give it (X-Request-Id), so that its log and ours speak of the same one.
"""

import re
import secrets

from flask import Flask, g, request
from werkzeug.wrappers import Response

from kb.core.log_context import set_log_about

HEADER = "X-Request-Id"
# Made by programs: long enough that no telephone number fits, and without what an address has.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{15,63}")


def init_request_ids(app: Flask) -> None:
    """Call before all that looks at requests, so that what goes wrong there has a name too."""
    app.before_request(_begin)
    app.after_request(_give_back)
    app.teardown_request(_end)


def name_for(given: str) -> str:
    """What the proxy gave, if it is sane, else a new one."""
    return given if _SANE.fullmatch(given) else secrets.token_hex(6)


def request_id() -> str:
    """That of the running request."""
    if "request_id" not in g:
        g.request_id = name_for(request.headers.get(HEADER, ""))
    found: str = g.request_id
    return found


def _begin() -> None:
    set_log_about({"request_id": request_id()})


def _give_back(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    return response


def _end(_error: BaseException | None) -> None:
    # The thread works on another request next.
    set_log_about({})
