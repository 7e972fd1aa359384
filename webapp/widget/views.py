"""The address that a page's script tag names."""

from flask import Blueprint, current_app, make_response, request
from werkzeug.wrappers import Response

from webapp.widget.script import ScriptSource

blueprint = Blueprint("widget", __name__)

# Pages keep naming the same address, so a new version must reach them soon; until then what they have goes on working.
_KEPT = "public, max-age=600, stale-while-revalidate=86400"


@blueprint.get("/widget.js")
def script() -> Response:
    """The same for everybody: no cookie and no language of the reader decides about it."""
    source: ScriptSource = current_app.extensions.setdefault("kb_widget_script", ScriptSource())
    made = source.get()
    encoding = next((name for name in made.forms if not name or request.accept_encodings.quality(name) > 0), "")
    response = make_response(made.forms[encoding])
    response.content_type = "text/javascript; charset=utf-8"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _KEPT
    response.set_etag(made.tag, weak=True)
    return response.make_conditional(request)
