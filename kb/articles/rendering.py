"""Markdown to HTML that is safe to show, and to plain text that is good to paste.

Every author is trusted to write and none to write HTML: whatever Markdown makes goes through nh3 with the lists below.
"""

import html
import itertools
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import markdown
import nh3

from kb.articles.markup import ArticleMarkup, heading_id
from kb.articles.text import MAX_BYTES, slugify
from kb.text.cleaning import clean_text
from kb.text.html import html_to_text

# A page's own ids never start like this, so that an article cannot take one of them over.
ID_PREFIX = "a-"
# Bodies above this size are rendered anew each time, so that the cache stays at some tens of megabytes.
_CACHED_CHARACTERS = 64_000
# Markdown looks for the end of every bracket separately, which takes minutes for tens of thousands in one block.
_TANGLED = 2_000

_TEXT_TAGS = (
    "p br hr h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var em strong b i s del ins mark small "
    "sub sup abbr cite q a img div span table caption thead tbody tfoot tr th td input details summary bdi"
)
_TAGS = set(_TEXT_TAGS.split())
_ATTRIBUTES = {
    "*": {"class", "dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"checked"},
    "li": {"id", "value"},
    "ol": {"start"},
    "sup": {"id"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
_CLASSES = {
    *("admonition", "admonition-title", "note", "tip", "hint", "info", "important", "warning", "caution", "danger"),
    *(
        "attention",
        "error",
        "success",
        "question",
        "example",
        "footnote",
        "footnote-ref",
        "footnote-backref",
        "task-list",
    ),
    *("task-list-item", "align-left", "align-center", "align-right"),
}
_CODE_CLASS = re.compile(r"language-[A-Za-z0-9_+#-]{1,30}")
_SHORT_NUMBER = re.compile(r"[0-9]{1,4}")
_IMAGE_WITHOUT_SOURCE = re.compile(r'<img(?![^>]* src=")[^>]*>')
# The box of an item of a task list, or an input that somebody wrote as HTML.
_INPUT = re.compile(r'(?:<li class="task-list-item">(\s*(?:<p>)?\s*))?<input[^>]*>')
_SCHEMES = {"http", "https", "mailto", "tel", "sms"}
_ALT = re.compile(r' alt="([^"]*)"')

Link = Callable[[str], str | None]


@dataclass(frozen=True)
class Heading:
    """A heading of the rendered article: `level` from 2 (the page's h1 is the title), `id` as in the HTML."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class RenderedArticle:
    """Sanitised HTML and its headings in order."""

    html: str
    headings: tuple[Heading, ...]


def render_markdown(body: str, *, link: Link | None = None) -> RenderedArticle:
    """Render a body. `link` gets the slug that a link to another article names (`../returns/return-an-item.md` and

    `return-an-item` both name `return-an-item`) and gives its address, or None where there is nothing to lead to; such
    a link, like every one of them without `link`, keeps its text alone. Text that Markdown cannot take in (nested or
    bracketed thousands of times) is shown as it was typed. Never raises.
    """
    raw, headings = _to_html(body) if len(body) <= _CACHED_CHARACTERS else _to_html.__wrapped__(body)
    return RenderedArticle(_Sanitiser(link).clean(raw), headings)


def plain_text(body: str) -> str:
    """The text for copying and for snippets: lists keep their numbers and bullets, links their words."""
    raw, _ = _to_html(body) if len(body) <= _CACHED_CHARACTERS else _to_html.__wrapped__(body)
    return html_to_text(_Sanitiser(None).clean(raw))


def linked_slugs(body: str) -> set[str]:
    """The slugs of all articles that a body links to, for one query instead of one for each link."""
    found: set[str] = set()

    def note(slug: str) -> None:
        found.add(slug)

    render_markdown(body, link=note)
    return found


def article_link_target(href: str) -> tuple[str, str] | None:
    """Slug and fragment of a link to another article: relative, to a `.md` file or to a bare slug. None for others."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or parts.query or not path or path.startswith("/"):
        return None
    name = PurePosixPath(path)
    if name.suffix.lower() in {".md", ".markdown"}:
        return slugify(name.stem), parts.fragment
    if "/" not in path and slugify(path) == path:
        return path, parts.fragment
    return None


class _Sanitiser:
    """One run of nh3. It asks the filter for the attributes of a tag in order, `rel` of a link as the last of them."""

    def __init__(self, link: Link | None) -> None:
        self.link = link
        self.ids: set[str] = set()
        self.leads_out = False

    def clean(self, raw: str) -> str:
        cleaned = nh3.clean(
            raw,
            tags=_TAGS,
            clean_content_tags={"script", "style", "iframe", "object", "template", "noscript", "svg", "math", "title"},
            attributes=_ATTRIBUTES,
            attribute_filter=self._filter,
            url_schemes=_SCHEMES,
            link_rel="noopener nofollow",
        )
        # nh3 writes every `>` in an attribute as `&gt;`, so that a tag ends at the first one.
        return _INPUT.sub(self._checkbox, _IMAGE_WITHOUT_SOURCE.sub(_alternative_text, cleaned))

    def _filter(self, tag: str, name: str, value: str) -> str | None:
        if name == "class":
            return _keep_classes(tag, value)
        if name == "id":
            return self._keep_id(value)
        if name == "href":
            return self._follow(value)
        if name == "rel":
            leads_out, self.leads_out = self.leads_out, False
            return value if leads_out else None
        if name == "src":
            return value if _is_good_image(value) else None
        if name in {"width", "height", "colspan", "rowspan", "start", "value"}:
            return value if _SHORT_NUMBER.fullmatch(value) else None
        if name == "dir":
            return value if value in {"ltr", "rtl", "auto"} else None
        return value

    def _checkbox(self, match: re.Match[str]) -> str:
        """The only kind of input there is, and only in a task list: its item is its name for those who hear the page."""
        if match[1] is None:
            return ""
        name = next(name for n in itertools.count(1) if (name := f"{ID_PREFIX}task:{n}") not in self.ids)
        self.ids.add(name)
        checked = " checked" if " checked=" in match[0] else ""
        return (
            f'<li class="task-list-item" id="{name}">{match[1]}'
            f'<input type="checkbox" aria-labelledby="{name}" disabled{checked}>'
        )

    def _keep_id(self, value: str) -> str | None:
        prefixed = ID_PREFIX + value
        if not value or re.search(r"\s", value) or prefixed in self.ids:
            return None
        self.ids.add(prefixed)
        return prefixed

    def _follow(self, href: str) -> str | None:
        href = href.strip()
        if href.startswith("#"):
            return f"#{ID_PREFIX}{href[1:]}" if len(href) > 1 else None
        scheme, colon, _ = re.split(r"[/?#]", href)[0].partition(":")
        if colon and scheme.lower() not in _SCHEMES:
            return None
        target = article_link_target(href)
        if target is not None:
            address = self.link(target[0]) if self.link is not None and target[0] else None
            fragment = f"#{ID_PREFIX}{target[1]}" if target[1] else ""
            return address + fragment if address else None
        try:
            parts = urlsplit(href)
        except ValueError:
            return None
        self.leads_out = bool(parts.netloc) or parts.scheme in {"http", "https"} or href.startswith(("//", "/\\", "\\"))
        return href


def _keep_classes(tag: str, value: str) -> str | None:
    kept = [name for name in value.split() if name in _CLASSES or (tag == "code" and _CODE_CLASS.fullmatch(name))]
    return " ".join(kept) or None


def _is_good_image(source: str) -> bool:
    """https or a path of this site; no protocol-relative address, no data."""
    try:
        parts = urlsplit(source.strip())
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme == "https" and bool(parts.netloc)
    return not parts.netloc and not source.strip().startswith(("//", "/\\", "\\"))


def _alternative_text(match: re.Match[str]) -> str:
    alt = _ALT.search(match[0])
    return html.escape(html.unescape(alt[1]), quote=False) if alt else ""


_local = threading.local()


def _converter() -> markdown.Markdown:
    """One converter per thread: it holds state while it works."""
    converter: markdown.Markdown | None = getattr(_local, "converter", None)
    if converter is None:
        converter = markdown.Markdown(
            extensions=[
                "tables",
                "fenced_code",
                "admonition",
                "footnotes",
                "sane_lists",
                "toc",
                "pymdownx.tasklist",
                ArticleMarkup(),
            ],
            extension_configs={
                "tables": {"use_align_attribute": True},
                "toc": {"slugify": heading_id, "marker": ""},
                "footnotes": {"BACKLINK_TITLE": "↩ {}"},
            },
            output_format="html",
        )
        _local.converter = converter
    return converter.reset()


@lru_cache(maxsize=256)
def _to_html(body: str) -> tuple[str, tuple[Heading, ...]]:
    """HTML as Markdown makes it, not yet safe."""
    body = clean_text(body)[:MAX_BYTES]
    if any(block.count("[") > _TANGLED or block.count("<") > _TANGLED for block in re.split(r"\n[ \t]*\n", body)):
        return f"<pre>{html.escape(body)}</pre>", ()
    converter = _converter()
    try:
        raw = converter.convert(body)
        headings = tuple(_headings(converter))
    except RecursionError:
        _local.converter = None  # its state is anybody's guess now
        raw, headings = f"<pre>{html.escape(body)}</pre>", ()
    return raw, headings


def _headings(converter: markdown.Markdown) -> list[Heading]:
    found: list[Heading] = []
    waiting = list(reversed(getattr(converter, "toc_tokens", [])))
    while waiting:
        token = waiting.pop()
        found.append(Heading(token["level"], ID_PREFIX + token["id"], html.unescape(token["name"])))
        waiting.extend(reversed(token["children"]))
    return found


__all__ = [
    "ID_PREFIX",
    "Heading",
    "RenderedArticle",
    "article_link_target",
    "linked_slugs",
    "plain_text",
    "render_markdown",
]
