"""Searching from a request: the searcher of the place, figures for `/metrics`, the event written after the answer."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import regex
from flask import current_app, request
from flask_login import current_user
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.search.events import is_recorded, record_search
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience, SearchAnswer
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.metrics import observe_search
from webapp.shared.not_counted import wants_no_count
from webapp.shared.runtime import search_runtime

logger = logging.getLogger(__name__)

_PUBLIC_ID = regex.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def search_and_record(
    text: str,
    *,
    audience: Audience,
    place: str,
    reader_language: str,
    limit: int = 10,
    visit: str | None = None,
    is_typing: bool = False,
) -> SearchAnswer:
    """Search as `audience` and record the event once the response is out, unless the text is typed on.

    A customer's searcher holds nothing but public articles. Raises ModelError or IndexUnavailableError.
    """
    answer = search_unrecorded(
        text, audience=audience, place=place, reader_language=reader_language, limit=limit, is_typing=is_typing
    )
    if not is_typing:
        record_after_response(answer, audience=audience, place=place, reader_language=reader_language, visit=visit)
    return answer


def search_unrecorded(
    text: str, *, audience: Audience, place: str, reader_language: str, limit: int, is_typing: bool
) -> SearchAnswer:
    """The same for whoever decides by the answer whether it is recorded."""
    answer = (
        search_runtime()
        .searcher(audience)
        .search(session(), text, reader_language=reader_language, limit=limit, is_typing=is_typing)
    )
    observe_search(place, answer)
    return answer


def record_if_typed(
    public_id: str, *, audience: Audience, place: str, reader_language: str, limit: int, visit: str | None = None
) -> None:
    """Record the search of which a result was opened before the typing rested: `typed` in the address says what it was.

    It keeps the name `public_id` that its results were shown under. For what is recorded already nothing happens.
    """
    text = request.args.get("typed", "")
    if not text or _is_not_counted(audience) or _PUBLIC_ID.fullmatch(public_id) is None:
        return
    searcher = search_runtime().searcher(audience)
    record_search_here = _recorder(audience, place, reader_language, visit)

    def record(separate: Session) -> None:
        if is_recorded(separate, public_id):
            return
        # As it was shown: typed on, see `is_typing`.
        answer = searcher.search(separate, text, reader_language=reader_language, limit=limit, is_typing=True)
        if answer.words_only:
            return
        record_search_here(separate, replace(answer, public_id=public_id))
        drop_partial_queries(separate, public_id)

    run_after_response(record)


def record_after_response(
    answer: SearchAnswer, *, audience: Audience, place: str, reader_language: str, visit: str | None = None
) -> None:
    """Write down a search of this request's person once the response is out, and once under its name; the query is redacted
    before it is stored. Of a customer who does not want to be counted nothing is, nor of a search without the encoder: what
    it missed is no gap."""
    if answer.words_only or _is_not_counted(audience):
        return
    record = _recorder(audience, place, reader_language, visit)
    run_after_response(lambda separate: record(separate, answer))


def _is_not_counted(audience: Audience) -> bool:
    return audience is Audience.CUSTOMER and wants_no_count()


def _recorder(
    audience: Audience, place: str, reader_language: str, visit: str | None
) -> Callable[[Session, SearchAnswer], object]:
    """Stores a search of this request's person; what is known of them is taken now, for the request is over by then."""
    return partial(
        record_search,
        place=place,
        audience=audience,
        region=current_settings().phone_region,
        visit=visit,
        user_id=current_user.id if current_user.is_authenticated else None,
        reader_language=reader_language,
    )


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings
