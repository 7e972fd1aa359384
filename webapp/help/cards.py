"""Pictures of the site and of its articles, for links on other sites."""

from threading import Lock

from cachetools import LRUCache
from flask import current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.articles import get_published_article
from webapp.help.blueprint import blueprint, current_settings
from webapp.help.card_drawing import CardFonts, can_write, draw_card
from webapp.help.shared_answers import shared_answer
from webapp.help.topics import topic_name
from webapp.shared.assets import built_file
from webapp.shared.database import session

_FILES = {
    "latin": "noto-sans-latin-wght-normal.woff2",
    "rupee": "noto-sans-devanagari-latin-ext-wght-normal.woff2",
    "devanagari": "noto-sans-devanagari-devanagari-wght-normal.woff2",
    "bengali": "noto-sans-bengali-bengali-wght-normal.woff2",
}
# About 15 KB each.
_MOST = 200
_MAX_AGE = 3600  # seconds; other sites keep their own copy anyway
_EXTENSION = "kb_cards"


class _Cards:
    def __init__(self) -> None:
        self._fonts = CardFonts({script: built_file(name) for script, name in _FILES.items()})
        self._drawn: LRUCache[tuple[str, str, str], bytes] = LRUCache(_MOST)
        self._lock = Lock()

    def draw(self, title: str, above: str, site_name: str) -> bytes:
        key = (title, above, site_name)
        with self._lock:
            found = self._drawn.get(key)
            if found is None:
                found = self._drawn[key] = draw_card(self._fonts, title=title, above=above, site_name=site_name)
        return found


@blueprint.get("/help/<language>/card.png")
def site_card(language: str) -> ResponseReturnValue:  # noqa: ARG001 (the page's language is chosen by it)
    return _card(_("How can we help?"), _("Help"))


@blueprint.get("/help/<language>/cards/<path:slug>.png")
def card(language: str, slug: str) -> ResponseReturnValue:
    """The picture of an article in its own language."""
    article = get_published_article(session(), language, slug)
    return _card(article.title, topic_name(article.topic))


def _card(title: str, above: str) -> ResponseReturnValue:
    cards: _Cards = current_app.extensions.setdefault(_EXTENSION, None) or _Cards()
    current_app.extensions[_EXTENSION] = cards
    name = current_settings().site_name
    above = above if can_write(above) else ""
    # A title in a script that no font here has is left to the page that shows the link.
    return shared_answer(cards.draw(title if can_write(title) else name, above, name), "image/png", max_age=_MAX_AGE)
