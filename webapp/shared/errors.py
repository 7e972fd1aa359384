"""Errors become answers here and nowhere else: an HTML page, or `application/problem+json` (RFC 9457) for programs."""

import logging
from http import HTTPStatus
from math import ceil

from flask import Flask, current_app, g, json, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from kb.core.database import is_same_at_once
from kb.core.errors import (
    ConfigurationError,
    ConflictError,
    GoneError,
    IndexUnavailableError,
    InvalidInputError,
    KbError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    TooBusyError,
    TooOftenError,
)
from webapp.shared.access import wants_json
from webapp.shared.error_words import message_of, remedy_of
from webapp.shared.meters import DATABASE_ERRORS
from webapp.shared.request_ids import request_id

logger = logging.getLogger(__name__)

# Seconds after which a request that found the database busy may come again.
RETRY_AFTER = 3

STATUS_OF: dict[type[KbError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.BAD_REQUEST,
    NotFoundError: HTTPStatus.NOT_FOUND,
    GoneError: HTTPStatus.GONE,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    ConflictError: HTTPStatus.CONFLICT,
    ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooOftenError: HTTPStatus.TOO_MANY_REQUESTS,
    KbError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def init_errors(app: Flask) -> None:
    app.register_error_handler(KbError, _handle_kb_error)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(OperationalError, _handle_busy_database)
    app.register_error_handler(IntegrityError, _handle_same_at_once)
    app.register_error_handler(Exception, _handle_anything_else)


def _handle_kb_error(error: KbError) -> Response:
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    if status < 500 or isinstance(error, TooBusyError):
        response = error_response(status, message_of(error), remedy=remedy_of(error))
        if isinstance(error, TooBusyError):
            response.headers["Retry-After"] = str(RETRY_AFTER)
        if isinstance(error, TooOftenError):
            response.headers["Retry-After"] = str(ceil(error.wait))
        return response
    # What is wrong inside (paths, models, settings) is for the log; outside it is for those who run the place.
    reference = request_id()
    logger.error("%s [%s] %s", type(error).__name__, reference, error)
    return error_response(status, _status_text(status), reference=reference)


def _handle_http_error(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return Response.force_type(error.get_response())
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, OperationalError):  # of the commit after the view
        return _handle_busy_database(cause)
    if isinstance(cause, IntegrityError):
        return _handle_same_at_once(cause)
    status = HTTPStatus(error.code)
    if isinstance(error, CSRFError) and request.blueprint == "help":
        return error_response(status, _("The page was open for too long. Please send it again."), is_outdated=True)
    response = error_response(status, _status_text(status))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="kb-assist"'
    return response


def _handle_busy_database(error: OperationalError) -> Response:
    """Somebody else writes for longer than a request may wait, or the database is not there: it can be sent again soon."""
    reference = request_id()
    _ask_for_nobody()
    DATABASE_ERRORS.inc()
    logger.error("Database [%s] in %s %s: %s", reference, request.method, request.endpoint, error.orig)
    response = error_response(
        HTTPStatus.SERVICE_UNAVAILABLE, _status_text(HTTPStatus.SERVICE_UNAVAILABLE), reference=reference
    )
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _handle_same_at_once(error: IntegrityError) -> Response:
    """Two requests added the same in one moment, or one took away what the other belongs to: the database kept the first."""
    if not is_same_at_once(error):
        return _handle_anything_else(error)
    logger.warning("The same at once: %s %s", request.method, request.endpoint)
    text = _("Somebody changed the same in this moment.")
    return error_response(HTTPStatus.CONFLICT, text, remedy=_("Look at it again; then repeat what is still missing."))


def _ask_for_nobody() -> None:
    """What is wrong is the database, which would be asked once more who has logged in: for the language, and for the page."""
    if "_login_user" not in g:
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def _fields_to_send_again(status: HTTPStatus, is_outdated: bool) -> list[tuple[str, str]]:
    """What was sent with a form that could not be taken just now, for a button that sends it again. No password is shown."""
    is_for_later = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS} or is_outdated
    if not is_for_later or request.method != "POST" or request.endpoint is None:
        return []
    if any("password" in name for name in request.form):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def _handle_anything_else(error: Exception) -> Response:
    reference = request_id()
    if isinstance(error, SQLAlchemyError):
        _ask_for_nobody()
    logger.error("Unexpected error [%s] in %s %s", reference, request.method, request.endpoint, exc_info=error)
    return error_response(
        HTTPStatus.INTERNAL_SERVER_ERROR, _status_text(HTTPStatus.INTERNAL_SERVER_ERROR), reference=reference
    )


def error_response(
    status: HTTPStatus, detail: str, *, remedy: str = "", reference: str = "", is_outdated: bool = False
) -> Response:
    """What went wrong in this moment, which no cache keeps."""
    response = _error_in_form(status, detail, remedy, reference, is_outdated=is_outdated)
    response.headers["Cache-Control"] = "no-store"
    return response


def _error_in_form(status: HTTPStatus, detail: str, remedy: str, reference: str, *, is_outdated: bool) -> Response:
    """The answer for an error in the form that the client reads. `reference` leads to the line in the log; a page names the
    request in any case, for whoever asks us about it.

    is_outdated: a form of the help centre whose session is over; nobody is logged in there, so that sending it again, which its
    page offers, does nothing in anybody's name.
    """
    if wants_json():
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
        }
        if remedy:
            problem["remedy"] = remedy
        if reference:
            problem["reference"] = reference
        return Response(json.dumps(problem), status, content_type="application/problem+json")
    try:
        page = render_template(
            "errors/error.html",
            status=status.value,
            detail=detail,
            remedy=remedy,
            reference=reference or request_id(),
            fields=_fields_to_send_again(status, is_outdated),
            waiting=0,  # asks the database nothing: it may be what is wrong
        )
    except Exception:
        # The page shares its frame with all pages; if that is what broke, a plain line still tells what happened.
        logger.exception("The error page could not be rendered [%s]", reference)
        line = " ".join(part for part in (f"{status.value} {detail}", remedy, reference) if part)
        return Response(line + "\n", status, content_type="text/plain; charset=utf-8")
    return Response(page, status, content_type="text/html; charset=utf-8")


def _status_text(status: HTTPStatus) -> str:
    texts = {
        400: _("That could not be understood. Go back, reload the page and try again."),
        401: _("Please log in first."),
        403: _("You may not open this page."),
        404: _("There is no such page. It may have moved; a search will find it."),
        405: _("This page cannot be used in that way."),
        413: _("That is too large to be sent."),
        429: _("That was too often in a short time. Wait a minute and try again."),
        500: _("Something went wrong on our side. It has been noted."),
        503: _("This is not available right now. Please try again in a minute."),
    }
    return str(texts.get(status.value, status.phrase))
