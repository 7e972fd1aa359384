"""Which requests may be larger than the others: exports that people upload who may, files of replies, pictures."""

from flask import Flask, request
from itsdangerous import BadSignature
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_cookie

from kb.core.settings import Settings
from kb.service.attachments import MOST_FILES

EXPORTS = ("admin_jobs.start_import",)
FILES_OF_REPLIES = ("desk_inbox.send", "desk_inbox.add")
PICTURES_OF_CUSTOMERS = ("help.contact_send", "help.answer_request")
# What is written and pasted: more than an article may have, so that what is too long is said to be so and comes back.
TEXTS_OF_TRAINERS = ("studio_articles.create", "studio_articles.change", "studio_articles.preview", "studio_articles.keep",
                     "studio_articles.picture", "studio_articles.markdown")  # fmt: skip
MOST_OF_A_TEXT = 16 * 2**20
# More than is kept: a form is only given back, with a word on the picture that is too large, where it has arrived.
MOST_OF_PICTURES = 64 * 2**20
# What comes beside the files: the text, and what the browser writes around each.
_BESIDE = 2**20


def init_uploads(app: Flask, settings: Settings) -> None:
    """Call after the check of access and before that of forged forms, which reads the body."""

    def raise_limit() -> None:
        limit = _limit_of(request.endpoint or "", settings)
        if limit is not None:
            request.max_content_length = limit
        if request.endpoint in TEXTS_OF_TRAINERS:
            request.max_form_memory_size = MOST_OF_A_TEXT

    app.before_request(raise_limit)


def most_to_read(app: Flask, method: str, path: str, cookies: str) -> int:
    """Bytes of a body that a server should read before it calls the application, which decides itself.

    path: without a prefix; cookies: the header. What only people who are logged in may send is not read from anybody else.
    """
    usual: int = app.config["MAX_CONTENT_LENGTH"]
    try:
        endpoint, _ = app.url_map.bind("").match(path, method)
    except HTTPException:
        return usual
    limit = _limit_of(endpoint, app.extensions["kb_settings"]) if "kb_settings" in app.extensions else None
    if limit is None or (endpoint not in PICTURES_OF_CUSTOMERS and not is_logged_in_by_cookie(app, cookies)):
        return usual
    return max(limit, usual)


def _limit_of(endpoint: str, settings: Settings) -> int | None:
    """Bytes; None where it is the usual one."""
    if endpoint in EXPORTS:
        return settings.largest_upload
    if endpoint in FILES_OF_REPLIES:
        return MOST_FILES * settings.largest_attachment + _BESIDE
    if endpoint in TEXTS_OF_TRAINERS:
        return MOST_OF_A_TEXT
    return MOST_OF_PICTURES if endpoint in PICTURES_OF_CUSTOMERS else None


def is_logged_in_by_cookie(app: Flask, cookies: str) -> bool:
    """By the signature of the cookie alone; whether it still counts, the application finds out."""
    signed = parse_cookie(cookies).get(app.config["SESSION_COOKIE_NAME"], "")
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    try:
        found = serializer.loads(signed, max_age=int(app.permanent_session_lifetime.total_seconds()))
    except BadSignature:
        return False
    return isinstance(found, dict) and "_user_id" in found
