"""Where the desk's pages listen for what changes."""

from flask import Response, jsonify, request
from flask_login import current_user

from kb.core.errors import InvalidInputError
from kb.service.changes import Cursor, changes_after, newest
from kb.service.drafts import note_at_desk
from webapp.shared.database import engine, session
from webapp.shared.live import TooManyStreamsError, current_hub, no_stream_response, stream_response


def live() -> Response:
    """What changes, as server-sent events."""
    try:
        return stream_response(current_hub().stream())
    except TooManyStreamsError:
        return no_stream_response("/desk/live/changes")


def present() -> Response:
    """This person has a page of the desk before them and can take the next customer."""
    note_at_desk(session(), current_user.id)
    return Response(status=204)


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
