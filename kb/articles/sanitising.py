"""HTML as Markdown makes it, made safe to show: nh3 with lists of our own.

Every author is trusted to write and none to write HTML: links, pictures, ids and classes are decided one by one.
"""

import html
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import nh3

from kb.articles.dialects.inline import WIKI_SCHEME
from kb.articles.text import slugify
from kb.articles.videos import link_videos, video_link

# A page's own ids never start like this, so that an article cannot take one of them over.
ID_PREFIX = "a-"

_TEXT_TAGS = (
    "p br hr h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp var em strong b i s del ins mark small "
    "sub sup abbr cite q a img div span table caption thead tbody tfoot tr th td input details summary bdi figure figcaption"
)
_TAGS = set(_TEXT_TAGS.split())
_WITH_ID = {
    "a",
    "span",
    "p",
    "div",
    "li",
    "sup",
    "dt",
    "td",
    "figure",
    "details",
    *(f"h{level}" for level in range(2, 7)),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "lang"},
    "a": {"href", "title", "name"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"checked"},
    "li": {"value"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}
for _tag in _WITH_ID:
    _ATTRIBUTES.setdefault(_tag, set()).add("id")
_CLASS_NAMES = (
    "admonition admonition-title of-kind part part-title note tip hint info important warning caution danger attention "
    "error success question example footnote footnote-ref footnote-backref task-list task-list-item align-left "
    "align-center align-right keys video frame"
)
_CLASSES = set(_CLASS_NAMES.split())
_CODE_CLASS = re.compile(r"language-[A-Za-z0-9_+#-]{1,30}")
_NEVER_SHOWN = {
    *("script", "style", "iframe", "object", "template", "noscript", "svg", "math", "title", "video", "audio")
}
_SHORT_NUMBER = re.compile(r"[0-9]{1,4}")
_IMAGE = re.compile(r"<img([^>]*)>")
# The box of an item of a task list, or an input that somebody wrote as HTML.
_INPUT = re.compile(r'(?:<li class="task-list-item">(\s*(?:<p>)?\s*))?<input[^>]*>')
_SCHEMES = {"http", "https", "mailto", "tel", "sms"}
_ALT = re.compile(r' alt="([^"]*)"')
_SOURCE = re.compile(r' src="([^"]*)"')
_SIZE = re.compile(r' (?:width|height)="[0-9]*"')

Link = Callable[[str], str | None]


@dataclass(frozen=True)
class Picture:
    """Where a picture is fetched, and its size in pixels where that is known."""

    address: str
    width: int = 0
    height: int = 0


# Gets the source of a picture as it was written; None where it may not be shown.
FindPicture = Callable[[str], Picture | None]


def external_picture(source: str) -> Picture | None:
    """The picture of another site, by https; the page's policy decides whether it is fetched."""
    return Picture(source) if _is_good_address(source) else None


class Sanitiser:
    """One run of nh3. It asks the filter for the attributes of a tag in order, `rel` of a link as the last of them."""

    def __init__(self, link: Link | None, picture: FindPicture) -> None:
        self.link = link
        self.picture = picture
        self.ids: set[str] = set()
        self.leads_out = False

    def clean(self, raw: str) -> str:
        cleaned = nh3.clean(
            link_videos(raw),
            tags=_TAGS,
            clean_content_tags=_NEVER_SHOWN,
            attributes=_ATTRIBUTES,
            attribute_filter=self._filter,
            url_schemes=_SCHEMES,
            link_rel="noopener nofollow",
        )
        # nh3 writes every `>` in an attribute as `&gt;`, so that a tag ends at the first one.
        return _INPUT.sub(self._checkbox, _IMAGE.sub(self._show, cleaned))

    def _filter(self, tag: str, name: str, value: str) -> str | None:
        if name == "class":
            return _keep_classes(tag, value)
        if name in {"id", "name"}:
            return self._keep_id(value)
        if name == "href":
            return self._follow(value)
        if name == "rel":
            leads_out, self.leads_out = self.leads_out, False
            return value if leads_out else None
        if name in {"width", "height", "colspan", "rowspan", "start", "value"}:
            return value if _SHORT_NUMBER.fullmatch(value) else None
        if name == "dir":
            return value if value in {"ltr", "rtl", "auto"} else None
        return value

    def _show(self, match: re.Match[str]) -> str:
        """A picture where there is one, else the words that stand for it."""
        source, alt = _SOURCE.search(match[1]), _ALT.search(match[1])
        address, words = (html.unescape(found[1]).strip() if found else "" for found in (source, alt))
        if video := video_link(address, words):
            return video.replace(" href=", ' rel="noopener nofollow" href=')
        picture = self.picture(address) if source else None
        if source is None or picture is None:
            return html.escape(words, quote=False)
        attributes = match[1].replace(source[0], f' src="{html.escape(picture.address)}"')
        if picture.width and picture.height:
            attributes = _SIZE.sub("", attributes) + f' width="{picture.width}" height="{picture.height}"'
        if ' alt="' not in attributes:
            attributes += ' alt=""'
        return f'<img{attributes} loading="lazy">'

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
            return f"#{ID_PREFIX}{unquote(href[1:])}" if len(href) > 1 else None
        if href.startswith(WIKI_SCHEME) or is_internal(href):
            target, _mark, fragment = href.partition("#")
            address = self.link(target) if self.link is not None and target else None
            if address is None and not target.removeprefix(WIKI_SCHEME):
                address = ""
            anchor = unquote(fragment)
            if target.startswith(WIKI_SCHEME):
                anchor = slugify(anchor)  # a note is linked by the words of its heading
            part = f"#{ID_PREFIX}{anchor}" if anchor else ""
            return (address or "") + part or None if address is not None else None
        scheme, colon, _ = re.split(r"[/?#]", href)[0].partition(":")
        if colon and scheme.lower() not in _SCHEMES:
            return None
        try:
            parts = urlsplit(href)
        except ValueError:
            return None
        self.leads_out = bool(parts.netloc) or parts.scheme in {"http", "https"} or href.startswith(("//", "/\\", "\\"))
        return href


def is_internal(href: str) -> bool:
    """Whether a link names something of the same collection of articles: a path without a site, or the name of a note."""
    if href.startswith(WIKI_SCHEME):
        return True
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return not (parts.scheme or parts.netloc) and bool(parts.path) and not href.startswith(("//", "/\\", "\\"))


def _keep_classes(tag: str, value: str) -> str | None:
    kept = [name for name in value.split() if name in _CLASSES or (tag == "code" and _CODE_CLASS.fullmatch(name))]
    return " ".join(kept) or None


def _is_good_address(source: str) -> bool:
    """https or a path of this site; no protocol-relative address, no data."""
    try:
        parts = urlsplit(source.strip())
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme == "https" and bool(parts.netloc)
    return not parts.netloc and not source.strip().startswith(("//", "/\\", "\\"))
