"""What shortcodes, Liquid tags and components turn into: blocks, pictures, links, nothing.

The same names mean the same in all of them.
"""

import re
from dataclasses import dataclass, field

from kb.articles.dialects.names import DETAILS, NOTE_WRAPPERS, PARTS, is_note, names

_VALUE = r"""(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"'`,()]+))"""
_ARGUMENT = re.compile(rf"([\w:-]+)[ \t\n]*[=:][ \t\n]*{_VALUE}|{_VALUE}")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|avif|bmp)(?:[?#]|$)", re.IGNORECASE)
_SOURCES = ("src", "image_path", "file", "url", "path", "image", "img", "link", "href", "light", "name")
_WRAPPERS = names(
    "tabs tabset tabpane tabbed steps stepper cardgroup cards columns row grid accordiongroup codegroup codetabs code-group "
    "frame div section center fragment group wrapper accordions requestexample responseexample panel update rightcolumn "
    "leftcolumn html rawhtml content unless if else elsif elif endif case when"
)
_LINKS = names("link a navlink button btn ref relref link_to doc-link page-link linkbutton xref")
_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "vimeo": "https://vimeo.com/",
    "loom": "https://www.loom.com/share/",
}
_WORDS = names(
    "kbd tooltip badge mark highlight span strong em b i icon-text term glossary glossary_tooltip key keys sub sup abbr"
)
_KINDS = ("type", "style", "color", "context", "intent", "variant", "kind", "level")
_SILENT = names("icon br toc space spacer clear clearfix hr more endraw tabs-end anchor include_relative-end")


@dataclass(frozen=True)
class Element:
    """A tag of some dialect. `plain` are values without a name, in order."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    plain: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.name.lower()

    @property
    def title(self) -> str:
        for name in (
            "title",
            "label",
            "header",
            "heading",
            "summary",
            "caption",
            "question",
            "tab",
            "name",
            "value",
            "alt",
        ):
            if self.values.get(name):
                return _one_line(self.values[name])
        words = [word for word in self.plain if not is_note(word)]
        return _one_line(words[0]) if words else ""

    @property
    def picture(self) -> str:
        """Where the picture is that it shows, "" where it shows none."""
        for name in _SOURCES:
            if _PICTURE.search(self.values.get(name, "")):
                return self.values[name]
        return next((word for word in self.plain if _PICTURE.search(word)), "")


def read_arguments(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """`src="a.png" alt='b' "c"` as pairs and single values."""
    values: dict[str, str] = {}
    plain: list[str] = []
    for found in _ARGUMENT.findall(text[:5000]):
        name, *rest = found
        if name:
            values.setdefault(name.lower(), next((value for value in rest[:4] if value), ""))
        elif word := next((value for value in rest[4:] if value), ""):
            plain.append(word)
    return values, tuple(plain)


def block_header(element: Element) -> str | None:
    """The header of a `:::` block for an element that has a body; None for one that only has words within a line."""
    key, title = element.key, element.title
    if key in NOTE_WRAPPERS or is_note(key):
        kind = key
        if key in NOTE_WRAPPERS:
            asked = [element.values.get(name, "") for name in _KINDS]
            kind = next((word for word in (*asked, *element.plain) if is_note(word)), key)
        title = title if title.lower() != kind.lower() else ""
        return f"{kind}[{title}]" if title else kind
    if key in DETAILS:
        return f"details[{title}]" if title else "details"
    if key in PARTS:
        target = element.values.get("href") or element.values.get("link") or element.values.get("to") or ""
        if key.endswith("field"):
            title = next(
                (v for k, v in element.values.items() if k in {"path", "query", "body", "header", "name"} and v), title
            )
        if title and target:
            title = f"[{title}](<{target}>)"
        return f"part-{key}[{title}]" if title else "group"
    if key == "frame" and element.values.get("caption"):
        return f"part-frame[{_one_line(element.values['caption'])}]"
    if key in _WRAPPERS:
        return "group"
    return None


def alone(element: Element) -> str | None:
    """Markdown for an element without a body; None where there is none for it."""
    key, values = element.key, element.values
    if element.picture and key not in _LINKS:
        return _picture(element)
    if key in _VIDEOS:
        number = values.get("id") or values.get("videoid") or (element.plain[0] if element.plain else "")
        if re.fullmatch(r"[\w-]{1,60}", number):
            return f"<{_VIDEOS[key]}{number}>"
        return f"<{number}>" if number.startswith("https://") else None
    if key in {"embed", "content-ref", "video", "iframe", "audio", "file"}:
        target = values.get("url") or values.get("src") or (element.plain[0] if element.plain else "")
        if not target or re.search(r"[\s<>]", target):
            return None
        return (
            f"<{target}>" if target.startswith(("https://", "http://")) else f"[{element.title or target}](<{target}>)"
        )
    if key in PARTS or key in {"linkcard", "link-card"}:
        header = block_header(element) or ""
        found = re.search(r"\[(.*)\]$", header)
        words = values.get("description") or values.get("content") or ""
        return " ".join(part for part in (found[1] if found else "", words) if part) or ""
    if key in _LINKS:
        target = link_target(element)
        words = values.get("text") or values.get("label") or values.get("title") or ""
        return f"[{words}](<{target}>)" if words and target else target
    text = values.get("content") or values.get("text") or values.get("message") or values.get("children")
    if text and (is_note(key) or key in NOTE_WRAPPERS or "." in key):
        kind = block_header(element) or "note"
        return f"\n\n:::{kind}\n{_one_line(text)}\n:::\n\n"
    if key in _WORDS:
        return text or values.get("label") or (element.plain[0] if element.plain else "")
    if key in _SILENT or key in _WRAPPERS:
        return ""
    return text


def link_target(element: Element) -> str:
    """Where a link of a generator leads."""
    for name in ("href", "to", "link", "url", "path", "relref", "slug"):
        if element.values.get(name):
            return element.values[name].strip()
    return element.plain[0].strip() if element.plain else ""


def is_link(element: Element) -> bool:
    return element.key in _LINKS


def is_words(element: Element) -> bool:
    """Whether it stands within a line and its words stay."""
    return element.key in _WORDS


def _picture(element: Element) -> str:
    alt = element.values.get("alt") or element.values.get("title") or element.values.get("caption") or ""
    caption = element.values.get("caption") or ""
    shown = f"![{_one_line(alt).replace('[', '').replace(']', '')}](<{element.picture}>)"
    return f"{shown}\n\n*{_one_line(caption)}*\n" if caption and caption != alt else shown


def _one_line(text: str) -> str:
    return " ".join(text.split())
