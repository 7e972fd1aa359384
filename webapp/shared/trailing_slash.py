"""An address typed with a slash behind it leads to the page without one. The other way round Werkzeug leads by itself."""

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from webapp.shared.ui import with_query_of_request


def init_trailing_slash(app: Flask) -> None:
    """Call after the blueprints are registered: who knows better where an address of theirs leads comes first."""
    app.before_request(_lead_to_page)


def _lead_to_page() -> Response | None:
    """Only where there is no such page otherwise, and only by reading: what is sent is not sent twice."""
    if request.method not in {"GET", "HEAD"} or not isinstance(request.routing_exception, NotFound):
        return None
    path = request.path.rstrip("/")
    adapter = current_app.create_url_adapter(request)
    if not path or path == request.path or adapter is None:
        return None
    try:
        endpoint, values = adapter.match(path, method="GET")
    except HTTPException:
        return None
    if endpoint.startswith("api"):  # programs are told what is wrong with their address
        return None
    # Built from the page that was found, never from what was typed, so that it leads nowhere else.
    return redirect(with_query_of_request(url_for(endpoint, **values)), code=301)
