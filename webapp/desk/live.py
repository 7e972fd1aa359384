"""Where the desk's pages listen for what changes."""

from flask import Response, jsonify, request

from kb.core.errors import InvalidInputError
from kb.service.changes import Cursor, changes_after, newest
from webapp.shared.database import engine
from webapp.shared.live import TooManyStreamsError, current_hub


def live() -> Response:
    """What changes, as server-sent events, for ten minutes; then the browser connects again, and is checked again."""
    try:
        events = current_hub().stream()
    except TooManyStreamsError:
        busy = Response("All places are taken; poll /desk/live/changes.\n", status=503, mimetype="text/plain")
        busy.headers["Retry-After"] = "30"
        return busy
    answer = Response(events, mimetype="text/event-stream")
    # Proxies must neither keep nor gather it.
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def changes() -> Response:
    """The same for browsers whose way here lets no stream through: what has changed since `after`, and where it ends."""
    text = request.args.get("after", "")
    after = Cursor.parse(text) if text else None
    if text and after is None:
        raise InvalidInputError("after is what the last answer said under cursor.")
    with engine().connect() as connection:
        if after is None:
            return jsonify({"cursor": str(newest(connection)), "changes": []})
        found, cursor = changes_after(connection, after)
    return jsonify({"cursor": str(cursor), "changes": [change.to_json() for change in dict.fromkeys(found)]})
