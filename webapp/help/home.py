"""Home: what people ask most just now, and all topics by how much they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.articles.queries import TopicSummary, list_topics
from kb.articles.topics import HelpOrder, featured_articles
from kb.insight.demand import TILES, HomeQuestion, list_most_asked, topic_demand
from kb.insight.rising import list_rising
from webapp.help.blueprint import blueprint
from webapp.shared.database import session
from webapp.shared.help_order import help_order
from webapp.shared.locale import choose_language
from webapp.shared.ui import is_partial, render_fresh

# Of so many tiles that people asked for in the last month the page says so.
LEAST_ASKED = 3
# Fewer people make no shares, only an order.
LEAST_FOR_SHARES = 10


@dataclass(frozen=True)
class TopicTile:
    """children: topics that stand under it; share: of all who asked for something, how many asked for this topic, in percent;
    None while too few have asked."""

    topic: str
    count: int
    share: int | None
    children: tuple[str, ...] = ()


@blueprint.get("/help/")
def start() -> ResponseReturnValue:
    response = redirect(url_for("help.home", language=choose_language()))
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@blueprint.get("/help/<language>/")
def home(language: str) -> ResponseReturnValue:
    return render_home(language)


def render_home(language: str) -> Response:
    """The page, or what stands below its search box. Four statements, one more where something is featured."""
    order = help_order()
    topics = list_topics(session(), language)
    questions = list_most_asked(session(), language) or _first_of_each(topics)
    shown = {
        "topics": _in_order(_by_demand(topics, topic_demand(session(), language)), order),
        "featured": featured_articles(session(), order.featured, language),
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


def _in_order(tiles: Sequence[TopicTile], order: HelpOrder) -> list[TopicTile]:
    """What trainers have ordered first, in their order; topics that stand under another one are shown with it."""
    by_topic = {tile.topic: tile for tile in tiles}
    above = {order.parent(tile.topic) for tile in tiles} - {""} - by_topic.keys()
    tops = [
        *(tile for tile in tiles if not order.parent(tile.topic)),
        *(TopicTile(topic, 0, None) for topic in sorted(above)),
    ]
    shown = []
    for tile in tops:
        below = tuple(topic for topic in order.children(tile.topic) if topic in by_topic)
        count = tile.count + sum(by_topic[topic].count for topic in below)
        shares = [one.share for one in (tile, *(by_topic[topic] for topic in below)) if one.share is not None]
        shown.append(replace(tile, count=count, children=below, share=sum(shares) if shares else None))
    return sorted(shown, key=lambda tile: (tile.topic == "", order.position(tile.topic)))


def _first_of_each(topics: Sequence[TopicSummary]) -> list[HomeQuestion]:
    """Before anything was counted: an article of each of the largest topics."""
    largest = sorted(topics, key=lambda topic: -topic.count)[:TILES]
    firsts = [topic.articles[0] for topic in largest]
    return [HomeQuestion(first.title, first.title, first.slug, first.topic, 0, "usual") for first in firsts]
