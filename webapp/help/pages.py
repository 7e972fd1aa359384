"""Home, search and topics."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles import (
    list_topic_articles,
    list_topics,
)
from kb.core.errors import NotFoundError
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience, SearchAnswer
from webapp.help.blueprint import PLACE, RESULTS, blueprint, visit_id
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.searching import search_and_record
from webapp.shared.ui import is_partial, is_typing, render_fresh


@blueprint.get("/help/")
def start() -> ResponseReturnValue:
    response = redirect(url_for("help.home", language=choose_language()))
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@blueprint.get("/help/<language>/")
def home(language: str) -> ResponseReturnValue:
    return render_template("help/home.html", topics=list_topics(session(), language), answer=None)


@blueprint.get("/help/<language>/search")
def search(language: str) -> ResponseReturnValue:
    """Results as a page, or, for what is typed with scripts on, as a piece of one. Both come from the same template."""
    text = request.args.get("q", "")
    typing = is_typing(text)
    answer = _search(text, language, typing) if text.strip() else None
    topics = list_topics(session(), language) if answer is None else []
    template = "help/_results.html" if is_partial() else "help/home.html"
    response = render_fresh(template, topics=topics, answer=answer, partial=is_partial(), typing=typing)
    if is_partial():
        target = "help.search" if answer else "help.home"
        response.headers["HX-Replace-Url"] = url_for(target, language=language, q=text if answer else None)
    return response


def _search(text: str, language: str, typing: bool) -> SearchAnswer:
    answer = search_and_record(
        text,
        audience=Audience.CUSTOMER,
        place=PLACE,
        reader_language=language,
        limit=RESULTS,
        visit=visit_id(),
        is_typing=typing,
    )
    if not typing:
        run_after_response(lambda separate: drop_partial_queries(separate, answer.public_id))
    return answer


@blueprint.get("/help/<language>/topics/<topic>")
def topic(language: str, topic: str) -> ResponseReturnValue:
    articles = list_topic_articles(session(), language, topic)
    if not articles:
        raise NotFoundError(_("There is no such topic."))
    return render_template("help/topic.html", topic=topic, articles=articles)
