"""A topic."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles import list_topic_articles
from kb.core.errors import NotFoundError
from webapp.help.blueprint import blueprint
from webapp.shared.database import session


@blueprint.get("/help/<language>/topics/<topic>")
def topic(language: str, topic: str) -> ResponseReturnValue:
    articles = list_topic_articles(session(), language, topic)
    if not articles:
        raise NotFoundError(_("There is no such topic."))
    return render_template("help/topic.html", topic=topic, articles=articles)
