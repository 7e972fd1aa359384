"""A topic."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles import list_topic_articles
from kb.core.errors import NotFoundError
from webapp.help.blueprint import blueprint
from webapp.shared.database import session
from webapp.shared.locale import preferred_languages


@blueprint.get("/help/<language>/topics/<topic>")
def topic(language: str, topic: str) -> ResponseReturnValue:
    """The articles of a topic, in the best other language where there are none in this."""
    for tag in dict.fromkeys((language, *preferred_languages())):
        if articles := list_topic_articles(session(), tag, topic):
            return render_template("help/topic.html", topic=topic, articles=articles, shown_in=tag)
    raise NotFoundError(_("There is no such topic."))
