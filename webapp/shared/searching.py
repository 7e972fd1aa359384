"""Searching from a request: the searcher of the place, figures for `/metrics`, the event written after the answer."""

import logging

from flask import current_app
from flask_login import current_user
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.search.events import record_search
from kb.search.types import Audience, SearchAnswer
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.metrics import observe_search
from webapp.shared.runtime import search_runtime

logger = logging.getLogger(__name__)


def search_and_record(
    text: str, *, audience: Audience, place: str, reader_language: str, limit: int = 10, visit: str | None = None
) -> SearchAnswer:
    """Search as `audience` and record the event once the response is out.

    A customer's searcher holds nothing but public articles. Raises ModelError or IndexUnavailableError.
    """
    answer = search_runtime().searcher(audience).search(session(), text, reader_language=reader_language, limit=limit)
    observe_search(place, answer)
    record_after_response(answer, audience=audience, place=place, reader_language=reader_language, visit=visit)
    return answer


def record_after_response(
    answer: SearchAnswer, *, audience: Audience, place: str, reader_language: str, visit: str | None = None
) -> None:
    """Write down a search of this request's person once the response is out; the query is redacted before it is stored.

    What asked nothing is not written down.
    """
    if answer.no_question:
        return
    region = current_settings().phone_region
    user_id: int | None = current_user.id if current_user.is_authenticated else None

    def record(separate: Session) -> None:
        record_search(
            separate,
            answer,
            place=place,
            audience=audience,
            region=region,
            visit=visit,
            user_id=user_id,
            reader_language=reader_language,
        )

    run_after_response(record)


def current_settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings
