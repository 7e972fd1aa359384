"""The routes under `/api/v1`. What they take and give stands in `webapp.api.openapi`; a test compares the two."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask import session as cookie
from werkzeug.wrappers import Response

from kb.assist.suggestions import with_safety
from kb.assist.transcript import MAX_LENGTH, Transcript, read_transcript
from kb.assist.turns import Turn, parse_turns
from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.gaps import count_gaps, list_gaps
from kb.search.events import record_feedback
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience
from kb.tables import FeedbackKind
from webapp.api.openapi import openapi_document
from webapp.api.parameters import (
    HIGHEST_ID,
    HIGHEST_OFFSET,
    LONGEST_CHECKED,
    MOST_GAPS,
    SUGGESTED,
    id_field,
    json_object,
    number_argument,
    number_field,
    offered_language,
    query_text,
    reader_language,
    result_limit,
    text_field,
    turns_field,
    widget_visit,
)
from webapp.desk.copying import find_copy_forms
from webapp.shared.after_response import run_after_response
from webapp.shared.assisting import assist_and_record, customer_language
from webapp.shared.checking import check_text
from webapp.shared.database import session
from webapp.shared.notices import notice_json, notices_about
from webapp.shared.searching import search_and_record

public = Blueprint("api", __name__, url_prefix="/api/v1")
desk = Blueprint("api_desk", __name__, url_prefix="/api/v1/desk")
studio = Blueprint("api_studio", __name__, url_prefix="/api/v1/studio")


@public.get("/search")
def search() -> Response:
    """Search as a customer, whoever asks: what is internal is not in reach of this route."""
    return _search(Audience.CUSTOMER, visit=widget_visit(request.args.get("visit", "")))


@public.get("/openapi.json")
def openapi() -> Response:
    return jsonify(openapi_document(current_app.extensions["kb_settings"]))


@desk.get("/search")
def search_desk() -> Response:
    """Search as a rep: public and internal articles, past tickets."""
    return _search(Audience.REP)


@desk.post("/feedback")
def give_feedback() -> tuple[Response, int]:
    """Record what a person did with a search."""
    body = json_object()
    search_id, kind = text_field(body, "search_id"), text_field(body, "kind")
    if kind not in set(FeedbackKind):
        raise InvalidInputError(f"kind is {kind!r}; it can be {', '.join(FeedbackKind)}.")
    document = text_field(body, "document", required=False)
    record_feedback(session(), search_id, FeedbackKind(kind), document=document, visit=cookie.get("visit"))
    return jsonify({"search_id": search_id, "kind": kind, "document": document}), 201


@desk.post("/assist")
def assist() -> Response:
    """Suggestions for a conversation: what `kb assist --json` prints, with the turns where a pasted `transcript` was read. The
    conversation itself is not kept."""
    body = json_object()
    turns, transcript = _conversation(body)
    language = offered_language(text_field(body, "lang", required=False)) or customer_language(turns)
    limit = number_field(body, "limit", SUGGESTED)
    shown = assist_and_record(
        turns, place="api", reader_language=language, limit=limit, closed=turns_field(body, "closed")
    )
    answer = with_safety(session(), turns, shown.answer, reader_language=language).to_json()
    return jsonify(answer | transcript.to_json() if transcript else answer)


@desk.get("/articles/<int:article_id>/forms")
def forms_of_article(article_id: int) -> Response:
    """A published article as it is handed over: as text, Markdown and link, in the language `to` if it is there."""
    return _forms("article", article_id, offered_language(request.args.get("to", "")))


@desk.get("/tickets/<int:ticket_id>/forms")
def forms_of_ticket(ticket_id: int) -> Response:
    """What resolved a past ticket, as it is handed over."""
    return _forms("ticket", ticket_id, "")


def _forms(kind: str, number: int, to: str) -> Response:
    forms = find_copy_forms(kind, number, to) if number <= HIGHEST_ID else None
    if forms is None:
        raise NotFoundError(f"There is no {kind} with this number, or it is not published.")
    return jsonify(asdict(forms))


@desk.post("/check")
def check() -> Response:
    """What of a text for a customer should not go out, and what it asks that they have told already. The text is not kept."""
    body = json_object()
    text = text_field(body, "text", required=False, longest=LONGEST_CHECKED)
    return jsonify(check_text(text, id_field(body, "conversation_id")).to_json())


def _conversation(body: dict[str, Any]) -> tuple[list[Turn], Transcript | None]:
    """The turns of a request, and how they were read where it holds a paste. Raises InvalidInputError."""
    if "transcript" not in body:
        return parse_turns(body), None
    if "turns" in body:
        raise InvalidInputError("Send either turns or a transcript.")
    swapped = body.get("swapped", False)
    if not isinstance(swapped, bool):
        raise InvalidInputError("swapped must be true or false.")
    transcript = read_transcript(text_field(body, "transcript", required=False, longest=MAX_LENGTH), swapped=swapped)
    return transcript.turns, transcript


@studio.get("/gaps")
def gaps() -> Response:
    """The open gaps, as the last job left them."""
    limit = number_argument("limit", MOST_GAPS, 1, MOST_GAPS)
    offset = number_argument("offset", 0, 0, HIGHEST_OFFSET)
    answer = jsonify([gap.to_json() for gap in list_gaps(session(), limit=limit, offset=offset)])
    answer.headers["X-Total-Count"] = str(count_gaps(session())[0])
    return answer


def _search(audience: Audience, visit: str | None = None) -> Response:
    """visit: of a widget's page."""
    answer = search_and_record(
        query_text(),
        audience=audience,
        place="widget" if visit else "api",
        reader_language=reader_language(),
        limit=result_limit(),
        visit=visit or cookie.get("visit"),
        is_typing=request.args.get("typing") == "1",
    )
    if visit and request.args.get("typing") != "1":
        run_after_response(lambda separate: drop_partial_queries(separate, answer.public_id))
    about = [notice_json(one) for one in notices_about(answer, reader_language())]
    return jsonify(answer.to_json() | {"notices": about})
