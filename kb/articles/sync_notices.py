"""What a file says that readers will not see as it was meant: left-out shortcodes, links that lead nowhere."""

import re
from collections.abc import Iterable, Sequence
from html import unescape

from sqlalchemy.orm import Session

from kb.articles.links import resolve_links
from kb.articles.rendering import links_of, render_markdown
from kb.articles.source import ArticleSource
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
    ids = {unescape(value) for value in _ID.findall(rendered.html)}
    for target in dict.fromkeys(unescape(value) for value in _LOCAL_LINK.findall(rendered.html)):
        if target not in ids:
            found.append(
                Notice(path, None, f"a link leads to #{target[2:]}, which is no heading of the page", "anchor")
            )
    return found


def note_links(
    session: Session, changed: Iterable[tuple[str, int]], report: SyncReport, languages: Sequence[str]
) -> None:
    """Links to other articles that lead to none are shown as text: they are reported by file."""
    for path, article_id in changed:
        article = session.get(Article, article_id)
        links = links_of(article.body) if article is not None else []
        if article is None or not links:
            continue
        known = resolve_links(session, article, links, languages)
        report.warnings += [
            Notice(path, None, f"the link {link} leads to no article; its words are shown as text", "link")
            for link in links
            if link not in known
        ]


def first_line(source: ArticleSource, data: bytes) -> int:
    """The line of the file on which the article's text begins."""
    text = data.decode(errors="replace").replace("\r\n", "\n")
    at = text.find(source.body[:200])
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
