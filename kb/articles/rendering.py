"""Markdown to HTML that is safe to show, to plain text that is good to paste, and to the blocks that search reads.

There is one parse: text and blocks are read from the HTML that readers see, so that nothing else can be found or quoted.
"""

import html
import re
import threading
from dataclasses import dataclass
from functools import lru_cache

import markdown
from pymdownx.emoji import gemoji, to_alt

from kb.articles.dialects import Notice
from kb.articles.dialects.blocks import TooDeepError
from kb.articles.markup import ArticleMarkup, heading_id
from kb.articles.sanitising import ID_PREFIX, FindPicture, Link, Sanitiser, external_picture, is_internal
from kb.articles.text import MAX_BYTES
from kb.text.blocks import Block
from kb.text.cleaning import clean_text
from kb.text.html import html_to_blocks, html_to_quoted_blocks, html_to_text
from kb.text.html_message import html_to_message

# Bodies above this size are rendered anew each time, so that the cache stays at some tens of megabytes.
_CACHED_CHARACTERS = 64_000
# Markdown looks for the end of every bracket separately, which takes minutes for tens of thousands in one block.
_TANGLED = 2_000


@dataclass(frozen=True)
class Heading:
    """A heading of the rendered article: `level` from 2 (the page's h1 is the title), `id` as in the HTML."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class RenderedArticle:
    """Sanitised HTML, its headings in order, and what of the source could not be shown as it was meant."""

    html: str
    headings: tuple[Heading, ...]
    notices: tuple[Notice, ...] = ()


def render_markdown(body: str, *, link: Link | None = None, picture: FindPicture = external_picture) -> RenderedArticle:
    """Render a body. `link` gets the path of a link within the articles as it was written, without its fragment

    (`../returns/return-an-item.md`, `/docs/faq`, `kb-wiki:Some%20note`), and gives an address, or None where there is nothing to
    lead to; such a link, like every one of them without `link`, keeps its text alone. `picture` does the same for the sources of
    pictures. Text that Markdown cannot take in (nested or bracketed thousands of times) is shown as it was typed. Never raises.
    """
    raw = _render(body)
    return RenderedArticle(Sanitiser(link, picture).clean(raw.html), raw.headings, raw.notices)


def shown_text(body: str) -> str:
    """What is read on the page, for titles and descriptions: links are their words, a row of a table is one line."""
    return html_to_text(Sanitiser(None, _no_picture).clean(_render(body).html))


def plain_text(body: str, *, link: Link | None = None) -> str:
    """The text to send in a chat or an SMS: rows of tables as lines, links with their addresses in brackets, no marks.

    `link` gives the addresses of other articles, see render_markdown; without it such a link is its words alone.
    """
    return html_to_message(Sanitiser(link, _no_picture).clean(_render(without_front_matter(body)).html))


def plain_markdown(body: str, *, link: Link | None = None) -> str:
    """What readers see as plain Markdown, to paste into a chat: no words of a generator, no boxes; `link` as in plain_text."""
    import html_to_markdown  # only for those who copy

    cleaned = Sanitiser(link, _no_picture).clean(_render(without_front_matter(body)).html)
    cleaned = _BOX.sub("", _LEFT_OUT.sub("", _LINK_WITHIN.sub(r"\1", cleaned)))
    return (
        html_to_markdown.convert(cleaned, html_to_markdown.ConversionOptions(extract_metadata=False)).content or ""
    ).strip()


def article_blocks(body: str) -> list[Block]:
    """What is to be found and quoted, block by block, with marks (see kb.text.blocks) around links to other articles."""
    cleaned = Sanitiser(lambda target: f"/{_REFERENCE}{target}", _no_picture).clean(_render(body).html)
    return html_to_blocks(cleaned, lambda href: href.startswith(f"/{_REFERENCE}"))


def quoted_blocks(body: str, quote: str) -> list[Block]:
    """What is read, block by block and without marks; `quote` stands before each line of a quotation."""
    return html_to_quoted_blocks(Sanitiser(None, _no_picture).clean(_render(body).html), quote)


def links_of(body: str) -> list[str]:
    """The paths of all links within the articles, as they were written, once each: for one query instead of one for each."""
    found: dict[str, None] = {}
    render_markdown(body, link=lambda target: found.setdefault(target, None))
    return list(found)


def pictures_of(body: str) -> list[str]:
    """The sources of all pictures, as they were written, once each."""
    found: dict[str, None] = {}
    render_markdown(body, picture=lambda source: found.setdefault(source, None))
    return list(found)


def without_front_matter(body: str) -> str:
    """A body that begins with the front matter of a file, which nobody is to read, without it."""
    return _FRONT_MATTER.sub("", body, count=1)


# With a key that only front matter has: a rule and a line with a colon may begin an article.
_FRONT_MATTER = re.compile(
    r"\A\s*---[ \t]*\n(?=(?:.*\n)*?(?:title|slug|layout|permalink|translation_key|audience|status|weight):)"
    r"(?:[A-Za-z_][\w-]*:.*\n|[ \t]+\S.*\n|(?:#|-[ \t]).*\n|[ \t]*\n)+(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_BOX = re.compile(r'<input type="checkbox"[^>]*>\s*')
_REFERENCE = "to-article:"
# As in plain text: marks of footnotes, and titles that only say the kind of a note, in English.
_LEFT_OUT = re.compile(
    r'<sup id="[^"]*"><a class="footnote-ref"[^>]*>.*?</a></sup>|<a class="footnote-backref"[^>]*>.*?</a>'
    r'|<p class="admonition-title of-kind">[^<]*</p>'
)
_LINK_WITHIN = re.compile(r'<a(?: href="#[^"]*")?(?: title="[^"]*")?>(.*?)</a>')


def _no_picture(_source: str) -> None:
    return None


_local = threading.local()


@dataclass(frozen=True)
class _Raw:
    """HTML as Markdown makes it, not yet safe."""

    html: str
    headings: tuple[Heading, ...] = ()
    notices: tuple[Notice, ...] = ()


def _converter() -> tuple[markdown.Markdown, ArticleMarkup]:
    """One converter per thread: it holds state while it works."""
    found: tuple[markdown.Markdown, ArticleMarkup] | None = getattr(_local, "converter", None)
    if found is None:
        markup = ArticleMarkup()
        converter = markdown.Markdown(
            extensions=[
                "tables",
                "footnotes",
                "sane_lists",
                "toc",
                "def_list",
                "abbr",
                "pymdownx.tasklist",
                "pymdownx.tilde",
                "pymdownx.mark",
                "pymdownx.keys",
                "pymdownx.magiclink",
                "pymdownx.emoji",
                markup,
            ],
            extension_configs={
                "tables": {"use_align_attribute": True},
                "toc": {"slugify": heading_id, "marker": ""},
                "footnotes": {"BACKLINK_TITLE": "↩ {}"},
                "pymdownx.tilde": {"subscript": False},
                "pymdownx.emoji": {"emoji_index": gemoji, "emoji_generator": to_alt},
            },
            output_format="html",
        )
        found = _local.converter = (converter, markup)
    found[0].reset()
    return found


def _render(body: str) -> _Raw:
    return _to_html(body) if len(body) <= _CACHED_CHARACTERS else _to_html.__wrapped__(body)


# An item of a list that is an empty quotation: the library trips over it.
_EMPTY_QUOTATION = re.compile(
    r"^([ \t]*(?:>[ \t]*|(?:[-*+]|\d+[.)])[ \t]+)*(?:[-*+]|\d+[.)])[ \t]+)>[ \t>]*$", re.MULTILINE
)


@lru_cache(maxsize=256)
def _to_html(body: str) -> _Raw:
    body = clean_text(body)[:MAX_BYTES]
    if any(block.count("[") > _TANGLED or block.count("<") > _TANGLED for block in re.split(r"\n[ \t]*\n", body)):
        return _as_typed(body)
    body = _EMPTY_QUOTATION.sub(r"\1\\>", body)
    converter, markup = _converter()
    try:
        return _Raw(converter.convert(body), tuple(_headings(converter)), tuple(markup.notices))
    except (RecursionError, TooDeepError, IndexError):
        _local.converter = None  # its state is anybody's guess now
        return _as_typed(body)


def _as_typed(body: str) -> _Raw:
    notice = Notice(1, "nesting", "it is nested or bracketed too often and is shown as it was typed")
    return _Raw(f"<pre>{html.escape(body)}</pre>", notices=(notice,))


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
    "FindPicture",
    "Heading",
    "Link",
    "RenderedArticle",
    "article_blocks",
    "is_internal",
    "links_of",
    "pictures_of",
    "plain_markdown",
    "plain_text",
    "render_markdown",
    "shown_text",
]
