"""What programs read of the whole: site maps for search engines, a feed of what has changed for people who follow it."""

import re
from datetime import datetime
from textwrap import shorten

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from kb.articles import list_newest, list_public_addresses, list_topics, shown_text
from webapp.help.blueprint import blueprint
from webapp.help.shared_answers import shared_answer
from webapp.shared.database import session
from webapp.shared.locale import offered_languages
from webapp.shared.paging import page_number

# Search engines take ten times as many.
ADDRESSES = 5_000
_NEWEST, _SUMMARY = 50, 300
# XML has no way to write these.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML = "application/xml; charset=utf-8"


def _groups(language: str) -> list[tuple[str, datetime, dict[str, str]]]:
    """(slug, last change, slugs by language) of each public article of a language."""
    offered = offered_languages()
    slugs: dict[str, dict[str, str]] = {}
    mine: list[tuple[str, str, datetime]] = []
    for key, tag, slug, changed in list_public_addresses(session()):
        if tag in offered:
            slugs.setdefault(key, {})[tag] = slug
        if tag == language:
            mine.append((key, slug, changed))
    return [(slug, changed, slugs[key] | {language: slug}) for key, slug, changed in mine]


@blueprint.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """The index: the site maps of all languages, by page."""
    counts = dict.fromkeys(offered_languages(), 0)
    for _key, tag, _slug, _changed in list_public_addresses(session()):
        if tag in counts:
            counts[tag] += 1
    maps = [(tag, page) for tag, count in counts.items() for page in range(1, 2 + max(0, count - 1) // ADDRESSES)]
    return shared_answer(render_template("help/sitemap_index.xml", maps=maps), _XML)


@blueprint.get("/help/<language>/sitemap.xml")
def language_sitemap(language: str) -> ResponseReturnValue:
    """Every public page in one language, with its other languages beside it."""
    page = page_number()
    groups = _groups(language)[(page - 1) * ADDRESSES : page * ADDRESSES]
    if page > 1 and not groups:
        abort(404)
    topics = [topic.topic for topic in list_topics(session(), language) if topic.topic] if page == 1 else []
    text = render_template(
        "help/sitemap.xml", language=language, languages=offered_languages(), groups=groups, topics=topics, page=page
    )
    return shared_answer(text, _XML)


@blueprint.get("/help/<language>/changes.atom")
def changes(language: str) -> ResponseReturnValue:
    """The articles that were published or changed last, as an Atom feed."""
    articles = [
        (article, _line(article.title), _line(shorten(shown_text(article.body), width=_SUMMARY, placeholder="…")))
        for article in list_newest(session(), language, limit=_NEWEST)
    ]
    text = render_template("help/changes.atom.xml", language=language, articles=articles)
    return shared_answer(text, "application/atom+xml; charset=utf-8")


def _line(text: str) -> str:
    return _UNWRITABLE.sub("", text)
