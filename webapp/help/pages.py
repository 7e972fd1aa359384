"""A topic."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles import list_topic_articles
from kb.core.errors import NotFoundError
from webapp.help.blueprint import blueprint
from webapp.shared.database import session
from webapp.shared.help_order import help_order
from webapp.shared.locale import preferred_languages


@blueprint.get("/help/<language>/topics/<topic>")
def topic(language: str, topic: str) -> ResponseReturnValue:
    """The articles of a topic, in the best other language where there are none in this."""
    for tag in dict.fromkeys((language, *preferred_languages())):
        if articles := list_topic_articles(session(), tag, topic):
            return render_template("help/topic.html", topic=topic, articles=articles, shown_in=tag, **_around(topic))
    if help_order().children(topic):  # it has no articles of its own
        return render_template("help/topic.html", topic=topic, articles=[], shown_in=language, **_around(topic))
    raise NotFoundError(_("There is no such topic."))


def _around(topic: str) -> dict[str, object]:
    """The topics above and below it."""
    order = help_order()
    return {"above": order.parent(topic), "below": order.children(topic)}
