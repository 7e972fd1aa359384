"""Answers that are the same for everybody: any cache may keep them for a moment."""

import hashlib

from flask import Response, make_response, request

# Seconds for which what shows articles may be kept: an edited one is never stale for longer than a minute.
A_MOMENT = 30


def shared_answer(body: bytes | str, content_type: str, *, max_age: int = A_MOMENT) -> Response:
    """With a tag of its content; 304 where the client has it already."""
    response = make_response(body)
    response.content_type = content_type
    response.headers["Cache-Control"] = f"public, max-age={max_age}"
    data = body if isinstance(body, bytes) else body.encode()
    response.set_etag(hashlib.blake2b(data, digest_size=12).hexdigest(), weak=True)
    response.make_conditional(request)
    return response
