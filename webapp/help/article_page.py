"""What the help centre adds to a rendered article: numbers to dial, boxes to tick, anchors, the section that answers."""

import html
import re
from dataclasses import replace
from functools import lru_cache

from flask_babel import gettext as _

from kb.articles import RenderedArticle
from kb.articles.contact_links import link_contacts
from kb.articles.sanitising import ID_PREFIX

# Levels that the contents list, and that have an anchor to copy.
LISTED = (2, 3)
_HEADING = re.compile(r'<h([2-6])((?: [a-z-]+="[^"]*")*)>(.*?)</h\1>', re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_BOX = re.compile(r'(<input type="checkbox" aria-labelledby="[^"]*") disabled')
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_VOID = frozenset({"br", "hr", "img", "input"})


def present_article(rendered: RenderedArticle, *, region: str, at: str = "") -> RenderedArticle:
    """The article as customers see it. `region`: the country of phone numbers without a prefix; `at`: the id of a heading,

    with or without the prefix of articles, whose section is marked: an id that the article does not have marks nothing.
    """
    shown = _BOX.sub(r"\1", _with_contacts(rendered.html, region))
    shown = _mark_section(shown, at) if at else shown
    listed = {heading.id: heading.text for heading in rendered.headings if heading.level in LISTED}
    return replace(rendered, html=_HEADING.sub(lambda found: _with_anchor(found, listed), shown))


@lru_cache(maxsize=256)
def _with_contacts(shown: str, region: str) -> str:
    return link_contacts(shown, region)


def _with_anchor(found: re.Match[str], listed: dict[str, str]) -> str:
    name = _ID.search(found[2])
    if name is None or html.unescape(name[1]) not in listed:
        return found[0]
    label = html.escape(_("Link to “%(heading)s”", heading=listed[html.unescape(name[1])]))
    link = f'<a class="headerlink" href="#{name[1]}" aria-label="{label}" data-copy-link>#</a>'
    return f"<h{found[1]}{found[2]}>{found[3]}{link}</h{found[1]}>"


def _mark_section(shown: str, at: str) -> str:
    """Puts the heading and all that is below it into a box, where that leaves the markup whole; else the heading alone."""
    wanted = {html.escape(name) for name in (at, ID_PREFIX + at)}
    headings = list(_HEADING.finditer(shown))
    for place, heading in enumerate(headings):
        name = _ID.search(heading[2])
        if name is None or name[1] not in wanted:
            continue
        level = int(heading[1])
        ends = (later.start() for later in headings[place + 1 :] if int(later[1]) <= level)
        end = next(ends, len(shown))
        if not _is_whole(shown[heading.start() : end]):
            end = heading.end()
        return f'{shown[: heading.start()]}<div class="landed">{shown[heading.start() : end]}</div>{shown[end:]}'
    return shown


def _is_whole(piece: str) -> bool:
    """Whether every tag that is opened in a piece of HTML is closed in it, and none else."""
    opened: list[str] = []
    for tag in _TAG.finditer(piece):
        if tag[2] in _VOID:
            continue
        if not tag[1]:
            opened.append(tag[2])
        elif not opened or opened.pop() != tag[2]:
            return False
    return not opened
