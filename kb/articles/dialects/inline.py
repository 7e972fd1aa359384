"""What stands within a paragraph: tags, links between notes, marks of a generator; escaped or rewritten for the renderer."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from kb.articles.dialects.names import HTML_TAGS, VOID, WORDS_IF_BARE

Stash = Callable[[str], str]
# How `[[links]]` to a note are written on, so that whoever resolves links knows that a name was meant.
WIKI_SCHEME = "/kb-wiki:"

_ATTRIBUTE = r"""\s+[a-zA-Z_:@.][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:{_ATTRIBUTE})*)\s*(/?)>")
_AUTOLINK = r"<(?:[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+)>"
_ATTRIBUTES_WORD = r"""(?:[.#][\w:-]+|[\w:-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}]+))"""
_PIECE = re.compile(
    r"(?P<escape>\\(?:\n|[!-/:-@\[-`{-~]))"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:[^`]|(?!(?P=ticks)(?!`))`+)*?[^`](?P=ticks)(?!`))"
    r"|(?P<ticks_alone>`+)"
    r"|(?P<target>\]\(<[^<>\n]*>)"
    rf"|(?P<autolink>{_AUTOLINK})"
    rf"|(?P<tag>{TAG.pattern})"
    r"|(?P<less><)"
    r"|(?P<wiki>!?\[\[(?P<page>[^\[\]|#\n]{0,300})(?P<part>\#[^\[\]|\n]{0,300})?(?:\\?\|(?P<alias>[^\[\]\n]{0,300}))?\]\](?!\())"
    r"|(?P<size>(?<=[^\s(])[ ]+=\d{0,5}%?x\d{0,5}%?(?=\)))"
    r"|(?P<width>\|\d{1,4}(?:x\d{1,4})?(?=\]\())"
    r"|(?P<ial>[ ]?\{:[^{}\n]{0,500}\})"
    rf"|(?P<attributes>(?<=[)\]`*_])\{{[ ]*{_ATTRIBUTES_WORD}(?:[ ]+{_ATTRIBUTES_WORD})*[ ]*\}})"
    r"|(?P<icon>:(?:material|octicons|fontawesome|simple|lucide)-[a-z0-9-]+:)"
    r"|(?P<block_id>[ ]\^[a-zA-Z0-9-]{4,40}\Z)"
    r"|(?P<note>\^\[(?P<aside>[^\[\]\n]{1,1000})\])"
)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|avif|bmp)$", re.IGNORECASE)
# What the renderer knows as escaped; of the others it would show the backslash too.
_KNOWN_ESCAPES = "\\`*_{}[]()>#+-.!|~=^"


class InlineReader:
    """Rewrites running text. `stash` keeps HTML away from the renderer and gives what stands for it."""

    def __init__(self, stash: Stash, footnotes: frozenset[str], whole: str, note: Callable[[str, str], None]) -> None:
        self.stash = stash
        self.closed = _closed_names(whole)  # a block of HTML may end far below
        self.footnotes = footnotes
        self.note = note

    def rewrite(self, text: str) -> str:
        """The same text for the renderer."""
        if not re.search(r"[<\\`\[{|=:^]", text):
            return text
        pairs = _closed_names(text)
        out: list[str] = []
        position = 0
        for match in _PIECE.finditer(text):
            out.append(text[position : match.start()])
            out.append(self._piece(match, pairs))
            position = match.end()
        out.append(text[position:])
        return _drop_unknown_footnotes("".join(out), self.footnotes)

    def html(self, text: str) -> str:
        """A block of HTML: tags that HTML does not have are text."""

        def tag(match: re.Match[str]) -> str:
            is_markup = _is_markup(match[1], match[2], match[3], match[4], self.closed)
            return match[0] if is_markup else escape(match[0], quote=False)

        return TAG.sub(tag, text)

    def _piece(self, match: re.Match[str], pairs: frozenset[str]) -> str:
        text = match[0]
        if match["escape"]:
            if text == "\\\n":
                return "  \n"
            return text if text[1] in _KNOWN_ESCAPES else f"&#{ord(text[1])};"
        if match["code"] or match["autolink"] or match["target"]:
            return text
        if match["ticks_alone"]:
            return "\\`" * len(text)
        if match["tag"]:
            return self._tag(match, pairs)
        if match["less"]:
            return "&lt;"
        if match["wiki"]:
            return self._wiki(match)
        if match["note"]:
            return f" ({match['aside']})"
        return ""  # sizes, attributes and icons: there is nothing to show

    def _tag(self, match: re.Match[str], pairs: frozenset[str]) -> str:
        found = TAG.fullmatch(match["tag"])
        assert found is not None
        if _is_markup(found[1], found[2], found[3], found[4], pairs):
            return self.stash(found[0])
        if "-" in found[2] and (found[3] or found[4] or found[2].lower() in pairs):
            self.note("component", found[0][:80])
            return ""
        return found[0].replace("<", "&lt;")

    def _wiki(self, match: re.Match[str]) -> str:
        page, part = match["page"].strip(), (match["part"] or "").strip()
        if match[0].startswith("!") and _PICTURE.search(page):
            alias = match["alias"] or ""
            alt = "" if re.fullmatch(r"\d+(?:x\d+)?", alias) else alias
            return f"![{alt}](<{quote(page, safe='/.-_~')}>)"
        if not re.search(r"\w", page + part):
            return match[0].replace("[", "\\[").replace("]", "\\]")
        words = (match["alias"] or (page.rpartition("/")[2] if page else part.lstrip("#^"))).strip()
        target = WIKI_SCHEME + quote(page, safe="/.-_~") + (f"#{quote(part[1:], safe='-_~')}" if part else "")
        return f"[{words}](<{target}>)"


def _is_markup(slash: str, name: str, attributes: str, void: str, pairs: frozenset[str]) -> bool:
    """Whether a tag is one and no word in angle brackets."""
    lowered = name.lower()
    if lowered not in HTML_TAGS:
        return False
    if lowered not in WORDS_IF_BARE:
        return True
    if lowered in VOID:
        return bool(attributes or void)
    return lowered in pairs or (
        bool(attributes) and not slash and lowered not in {"script", "style", "title", "textarea"}
    )


def _closed_names(text: str) -> frozenset[str]:
    """Names of tags that are both opened and closed in the text."""
    opened: set[str] = set()
    closed: set[str] = set()
    for match in TAG.finditer(text):
        (closed if match[1] else opened).add(match[2].lower())
    return frozenset(opened & closed)


def _drop_unknown_footnotes(text: str, known: frozenset[str]) -> str:
    return re.sub(r"\[\^([^\]\s]{1,100})\]", lambda match: match[0] if match[1] in known else "", text)
