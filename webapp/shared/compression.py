"""Answers go out compressed, by brotli or gzip, as the client takes them; built files lie beside themselves compressed already.

A page of somebody who has logged in goes out as it is: from the size of a compressed page that holds both a secret and what an
address says, the secret can be guessed (BREACH).
"""

import gzip
from pathlib import Path

import brotli
from flask import Flask, Response, request, send_from_directory
from flask_login import current_user

# Bytes; below it fits into one packet either way.
SMALLEST = 900
_MEDIA_TYPES = frozenset(
    {
        "text/html",
        "text/plain",
        "text/javascript",
        "application/json",
        "application/problem+json",
        "application/xml",
        "application/atom+xml",
    }
)
# Of built files: their ending by encoding, and what they are, which the ending hides.
_ENDINGS = {"br": ".br", "gzip": ".gz"}
_BUILT_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# Quality against the time that a page takes: about half a millisecond for 50 KB.
_BROTLI_QUALITY, _GZIP_LEVEL = 4, 5


def init_compression(app: Flask) -> None:
    """Call before everything else that looks at answers, so that it sees them last."""
    app.after_request(_compress)
    assert app.static_folder is not None
    folder = Path(app.static_folder)

    def built_file(filename: str) -> Response:
        media_type = _BUILT_TYPES.get(Path(filename).suffix)
        encoding = _encoding() if media_type else ""
        if encoding and (folder / f"{filename}{_ENDINGS[encoding]}").is_file():
            response = send_from_directory(folder, f"{filename}{_ENDINGS[encoding]}", mimetype=media_type)
            response.headers["Content-Encoding"] = encoding
        else:
            response = app.send_static_file(filename)
        if media_type:
            response.vary.add("Accept-Encoding")
        return response

    app.view_functions["static"] = built_file


def _encoding() -> str:
    """br, gzip or "" for this client."""
    accepted = request.accept_encodings
    return next((name for name in _ENDINGS if accepted.quality(name) > 0), "")


def _compress(response: Response) -> Response:
    if response.mimetype not in _MEDIA_TYPES or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    is_whole = response.status_code not in {204, 206, 304} and "Content-Encoding" not in response.headers
    encoding = _encoding() if is_whole and not _is_known() else ""
    body = response.get_data() if encoding else b""
    if len(body) < SMALLEST:
        return response
    if encoding == "br":
        response.set_data(brotli.compress(body, quality=_BROTLI_QUALITY))
    else:
        response.set_data(gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0))
    response.headers["Content-Encoding"] = encoding
    tag, is_weak = response.get_etag()
    if tag and not is_weak:
        response.set_etag(tag, weak=True)
    return response


def _is_known() -> bool:
    # Without a cookie nobody is, and asking for the session would make the answer one that no shared cache may keep.
    return bool(request.cookies and current_user.is_authenticated) or "Authorization" in request.headers
