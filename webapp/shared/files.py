"""Files of messages, handed out so that a browser runs nothing of them."""

from urllib.parse import quote

from flask import Response, request

from kb.service.attachments import ANYTHING, PICTURES
from kb.tables import Attachment


def file_response(found: Attachment) -> Response:
    """A picture to be looked at, anything else (and with `?save`) to be saved: no browser opens, guesses at or runs it."""
    is_picture = found.content_type in PICTURES
    response = Response(found.content, content_type=found.content_type if is_picture else ANYTHING)
    how = "inline" if is_picture and "save" not in request.args else "attachment"
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in found.name)
    response.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
