"""Home: what people ask most just now, and all topics by how much they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.articles.queries import TopicSummary, list_topics
from kb.insight.demand import TILES, HomeQuestion, list_most_asked, topic_demand
from kb.insight.rising import list_rising
from webapp.help.blueprint import blueprint
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.ui import is_partial, render_fresh

# Of so many tiles that people asked for in the last month the page says so.
LEAST_ASKED = 3
# Fewer people make no shares, only an order.
LEAST_FOR_SHARES = 10


@dataclass(frozen=True)
class TopicTile:
    """share: of all who asked for something, how many asked for this topic, in percent; None while too few have asked."""

    topic: str
    count: int
    share: int | None


@blueprint.get("/help/")
def start() -> ResponseReturnValue:
    response = redirect(url_for("help.home", language=choose_language()))
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@blueprint.get("/help/<language>/")
def home(language: str) -> ResponseReturnValue:
    return render_home(language)


def render_home(language: str) -> Response:
    """The page, or what stands below its search box. Four statements."""
    topics = list_topics(session(), language)
    questions = list_most_asked(session(), language) or _first_of_each(topics)
    shown = {
        "topics": _by_demand(topics, topic_demand(session(), language)),
        "questions": questions,
        "are_asked": sum(question.is_asked for question in questions) >= LEAST_ASKED,
        "rising": list_rising(session(), language),
        "partial": is_partial(),
    }
    if is_partial():
        return render_fresh("help/_home.html", **shown)
    return make_response(render_template("help/home.html", **shown))


def _by_demand(topics: Sequence[TopicSummary], people: dict[str, int]) -> list[TopicTile]:
    """The most wanted first, then those with most articles; articles without a topic last."""
    total = sum(people.get(topic.topic, 0) for topic in topics)
    order = sorted(topics, key=lambda topic: (topic.topic == "", -people.get(topic.topic, 0), -topic.count))
    return [
        TopicTile(
            topic.topic,
            topic.count,
            round(100 * people.get(topic.topic, 0) / total) if total >= LEAST_FOR_SHARES else None,
        )
        for topic in order
    ]


def _first_of_each(topics: Sequence[TopicSummary]) -> list[HomeQuestion]:
    """Before anything was counted: an article of each of the largest topics."""
    largest = sorted(topics, key=lambda topic: -topic.count)[:TILES]
    firsts = [topic.articles[0] for topic in largest]
    return [HomeQuestion(first.title, first.title, first.slug, first.topic, 0, "usual") for first in firsts]
