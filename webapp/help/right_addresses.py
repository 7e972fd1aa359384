"""Addresses that are nearly right: `/HI/`, `/help/en-US/articles/x/`, `/help/articles/x` lead to the page that they mean."""

from flask import abort, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from webapp.help.blueprint import blueprint
from webapp.shared.locale import choose_language, is_language, match_offered, offered_languages
from webapp.shared.ui import with_query_of_request

# A segment more than the longest address of ours; what is longer is no slip.
_MOST = 12


@blueprint.url_value_preprocessor
def _check_language(_endpoint: str | None, values: dict[str, str] | None) -> None:
    if values and "language" in values and values["language"] not in offered_languages():
        abort(right_address() or 404)


@blueprint.before_app_request
def lead_right() -> Response | None:
    """Before old addresses of articles are looked up: it asks the database nothing."""
    return right_address() if isinstance(request.routing_exception, NotFound | RequestRedirect) else None


def right_address() -> Response | None:
    """To the page that the address of this request means, for good where the address itself says it; None where none is known."""
    segments = [segment for segment in request.path.split("/") if segment]
    if not segments or len(segments) > _MOST:
        return None
    if segments[0].lower() == "help":
        rest = segments[1:]
    elif match_offered(segments[0]):
        rest = segments
    else:
        return None
    named = match_offered(rest[0]) if rest else ""
    language, rest = named or choose_language(), rest[1:] if named else rest
    target = _address_of(language, rest)
    if not target and rest and not named and is_language(rest[0]):  # one that is not on offer
        target = _address_of(language, rest[1:])
    if not target:
        return None
    is_reading = request.method in {"GET", "HEAD"}
    code = (301 if is_reading else 308) if named else (302 if is_reading else 307)
    response = redirect(with_query_of_request(target), code=code)
    if not named:
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _address_of(language: str, rest: list[str]) -> str:
    """The address of the page of the help centre with these segments; "" where there is none."""
    if rest in (["articles"], ["topics"]):
        rest = []
    path = "/".join(["/help", language, *(rest[:1] and [rest[0].lower()]), *rest[1:]])
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    for candidate in (path, f"{path}/"):
        try:
            endpoint, values = adapter.match(candidate, method=request.method)
        except HTTPException:
            continue
        if endpoint.startswith("help."):
            return url_for(endpoint, **values)
    return ""
