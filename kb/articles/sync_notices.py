"""What a file says that readers will not see as it was meant: left-out shortcodes, links that lead nowhere."""

import re
from collections.abc import Iterable, Sequence
from html import unescape
from urllib.parse import unquote

from sqlalchemy.orm import Session

from kb.articles.dialects.inline import WIKI_SCHEME
from kb.articles.links import resolve_links
from kb.articles.rendering import ID_PREFIX, links_of, render_markdown
from kb.articles.source import ArticleSource
from kb.articles.store import get_article
from kb.articles.sync_report import Notice, SyncReport
from kb.core.errors import Rejection
from kb.tables import Article

_WORDS = {
    "template": "only its generator can fill in {}; it is left out",
    "include": "{} is not read; it is left out",
    "shortcode": "the shortcode {} has no meaning here; its words stay",
    "component": "the component {} has no meaning here; its words stay",
    "comment": "{}",
    "nesting": "{}",
}
_LOCAL_LINK = re.compile(r'href="#(a-[^"]*)"')
_EMBEDDED = re.compile(r"""(?:\]\(\s*<?|\bsrc\s*=\s*["']?)data:""", re.IGNORECASE)
_LINK_ELSEWHERE = re.compile(rf'href="/(\d+)/#{ID_PREFIX}([^"]*)"')
# The beginning of the page, and words that browsers look for.
_OF_BROWSERS = re.compile(rf"{ID_PREFIX}(?:top$|:~:)")
_MOST_ANCHORS = 500
_ID = re.compile(r' id="([^"]*)"')


def notices_of(source: ArticleSource, path: str, first_line: int) -> list[Rejection]:
    """What the renderer could not show, and links within the page to headings that it does not have."""
    rendered = render_markdown(source.body)
    found: list[Rejection] = [
        Notice(path, first_line + notice.line - 1, _WORDS.get(notice.kind, "{}").format(notice.what), notice.kind)
        for notice in rendered.notices
    ]
    for embedded in _EMBEDDED.finditer(source.body):
        line = first_line + source.body.count("\n", 0, embedded.start())
        reason = "a picture within the text (data:) is left out; put it in a file"
        found.append(Notice(path, line, reason, "embedded picture"))
    ids = _ids(rendered.html)
    for target in dict.fromkeys(unescape(value) for value in _LOCAL_LINK.findall(rendered.html)):
        if target not in ids and not _OF_BROWSERS.match(target):
            found.append(
                Notice(path, None, f"a link leads to #{target[2:]}, which is no heading of the page", "anchor")
            )
    return found


def note_links(
    session: Session, changed: Iterable[tuple[str, int]], report: SyncReport, languages: Sequence[str]
) -> None:
    """Links to other articles that lead to none are shown as text, those to headings that they lack lead to their beginning.

    Both are reported by file.
    """
    for path, article_id in changed:
        article = session.get(Article, article_id)
        links = links_of(article.body) if article is not None else []
        if article is None or not links:
            continue
        known = resolve_links(session, article, links, languages)
        report.warnings += [
            Notice(path, None, f"the link {_written(link)} leads to no article; its words are shown as text", "link")
            for link in links
            if link not in known
        ]
        anchors = _anchors_elsewhere(article.body, list(known))
        ids = {  # of each page that is linked to, rendered once
            number: _ids(render_markdown(get_article(session, number).body).html)
            for number in {known[link].id for link, _ in anchors}
        }
        report.warnings += [
            Notice(
                path,
                None,
                f"the link {_written(link, anchor)} leads to a page without such a heading: to its beginning",
                "anchor",
            )
            for link, anchor in anchors
            if ID_PREFIX + anchor not in ids[known[link].id] and not _OF_BROWSERS.match(ID_PREFIX + anchor)
        ]


def _written(link: str, anchor: str = "") -> str:
    """A link as its author wrote it."""
    whole = f"{link}#{anchor}" if anchor else link
    return f"[[{unquote(whole.removeprefix(WIKI_SCHEME))}]]" if link.startswith(WIKI_SCHEME) else whole


def _anchors_elsewhere(body: str, links: list[str]) -> list[tuple[str, str]]:
    """Of links to other pages those with a heading: the path as it was written and the id, once each."""
    numbers = {link: number for number, link in enumerate(links)}
    rendered = render_markdown(body, link=lambda target: f"/{numbers[target]}/" if target in numbers else None)
    found = dict.fromkeys(_LINK_ELSEWHERE.findall(rendered.html))
    return [(links[int(number)], unescape(anchor)) for number, anchor in list(found)[:_MOST_ANCHORS]]


def _ids(html: str) -> set[str]:
    return {unescape(value) for value in _ID.findall(html)}


def first_line(source: ArticleSource, data: bytes) -> int:
    """The line of the file on which the article's text begins."""
    text = data.decode(errors="replace").replace("\r\n", "\n")
    at = text.find(source.body[:200])
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
