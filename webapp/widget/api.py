"""What the widget asks for beside search and conversation: where it is, offers for a page, an article, a message to a person.

Nobody is logged in here and no cookie is read; the page's own visit, made up anew whenever it is loaded, joins what was searched
and read on it.
"""

from http import HTTPStatus

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from kb.articles import article_link, get_published_article, list_topics
from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.demand import list_most_asked
from kb.insight.self_service import note_read
from kb.privacy.redaction import redact
from kb.search.types import Audience, Outcome
from kb.tables import Article, FeedbackKind
from webapp.api.parameters import json_object, offered_language, reader_language, text_field, widget_visit
from webapp.help.articles import public_address
from webapp.help.pictures import pictures_in
from webapp.help.topics import topic_name
from webapp.shared.after_response import run_after_response
from webapp.shared.article_html import show_article
from webapp.shared.cross_site import is_known_site
from webapp.shared.database import session
from webapp.shared.feedback import note_feedback
from webapp.shared.locale import choose_language, in_language, offered_languages
from webapp.shared.not_counted import wants_no_count
from webapp.shared.notices import notice_json, pinned_notices
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings, record_if_typed
from webapp.shared.ui import language_name
from webapp.widget.contact import send_to_person
from webapp.widget.nodes import html_to_nodes

blueprint = Blueprint("api_widget", __name__, url_prefix="/api/v1/widget")

PLACE, RESULTS = "widget", 5
OFFERED = 3
ASKED_MOST = 4
# Title, heading and path of a page; what is longer is not about one thing.
LONGEST_PAGE = 300
VOTES = frozenset({FeedbackKind.ANSWERED.value, FeedbackKind.NOT_ANSWERED.value})


@blueprint.get("")
def start() -> Response:
    """Asked when the widget is opened. For a page of a site that is not named: that it is not, and where the help centre is."""
    language = reader_language()
    origin = request.headers.get("Origin")
    allowed = origin is None or is_known_site(origin)
    answer = {
        "allowed": allowed,
        "site_name": current_settings().site_name,
        "language": language,
        "languages": {tag: language_name(tag) for tag in offered_languages()},
        "links": {
            "home": url_for("help.home", language=language),
            "contact": url_for("help.contact", language=language),
            "chat": url_for("help.chat", language=language),
            "person": url_for("help.person", language=language),
        },
        "notices": [notice_json(one) for one in pinned_notices(language)] if allowed else [],
        "questions": _questions(language) if allowed else [],
        "topics": _topics(language) if allowed else [],
    }
    return jsonify(answer)


def _questions(language: str) -> list[dict[str, str]]:
    return [
        {
            "title": one.text,
            "language": language,
            "url": url_for("help.article", language=language, slug=one.slug),
        }
        for one in list_most_asked(session(), language)[:ASKED_MOST]
    ]


def _topics(language: str) -> list[dict[str, str]]:
    with in_language(language):
        return [
            {"name": topic_name(one.topic), "url": url_for("help.topic", language=language, topic=one.topic)}
            for one in list_topics(session(), language)
            if one.topic
        ]


@blueprint.get("/suggestions")
def suggestions() -> Response:
    """Articles for what a page is about. Nobody asked: nothing is recorded, and no offer is better than a wrong one."""
    text = request.args.get("text", "")[:LONGEST_PAGE]
    language = reader_language()
    # The widget has left out what looks personal; what it did not know for such is out before anything else sees it.
    text = redact(text, region=current_settings().phone_region)
    answer = (
        search_runtime()
        .searcher(Audience.CUSTOMER)
        .search(session(), text, reader_language=language, limit=OFFERED, is_typing=True)
    )
    is_sure = answer.outcome is not Outcome.NONE and not answer.no_question
    shown = [one for one in answer.results if not one.less_likely] if is_sure else []
    return jsonify(
        {
            "outcome": answer.outcome.value,
            "results": [{"id": one.id, "title": one.title, "language": one.language, "url": one.url} for one in shown],
        }
    )


@blueprint.get("/articles/<language>/<path:slug>")
def article(language: str, slug: str) -> Response:
    """A public article as a tree of elements. `s`, `visit`, `typed` as in the help centre: opening it is a click on a result."""
    found = _find(language, slug)
    search_id, visit = request.args.get("s", ""), widget_visit(request.args.get("visit", ""))
    if visit and not wants_no_count():
        was_found = bool(search_id)
        run_after_response(lambda separate: note_read(separate, found.id, language, visit, from_search=was_found))
    if search_id and not wants_no_count():
        document = f"article:{found.id}"
        record_if_typed(
            search_id, audience=Audience.CUSTOMER, place=PLACE, reader_language=language, limit=RESULTS, visit=visit
        )
        run_after_response(lambda separate: note_feedback(separate, search_id, FeedbackKind.CLICK, document, visit))
    link = article_link(session(), found, public_address, offered_languages())
    rendered = show_article(found, link=link, picture=pictures_in(found))
    return jsonify(
        {
            "id": found.id,
            "title": found.title,
            "language": found.language,
            "url": url_for("help.article", language=found.language, slug=found.slug),
            "content": html_to_nodes(rendered.html),
        }
    )


def _find(language: str, slug: str) -> Article:
    if language not in offered_languages():
        raise NotFoundError("There is no such language here.")
    return get_published_article(session(), language, slug)


@blueprint.post("/feedback")
def feedback() -> tuple[Response, int]:
    """Whether an answer or an article helped."""
    body = json_object()
    kind, document = text_field(body, "kind"), text_field(body, "document")
    if kind not in VOTES:
        raise InvalidInputError(f"kind is {kind[:40]!r}; it can be {', '.join(sorted(VOTES))}.")
    search_id = text_field(body, "search_id", required=False)
    visit = widget_visit(text_field(body, "visit", required=False))
    note_feedback(session(), search_id, FeedbackKind(kind), document, visit)
    return jsonify({"kind": kind, "document": document}), HTTPStatus.CREATED


@blueprint.post("/contact")
def contact() -> tuple[Response, int]:
    """A message to a person: what the help centre's own form does."""
    body = json_object()
    language = offered_language(text_field(body, "language", required=False)) or choose_language()
    return send_to_person(body, language)
