"""The first line of a block: `note "Title"`, `tip[Title]{.x}`, `details | Title`, `js title="a.js"`."""

import re
from dataclasses import dataclass, field

from kb.articles.dialects.names import DETAILS, NOTE_WRAPPERS, PARTS, is_note, note_kind

_NAME = re.compile(r"\{?[ ]*\.?(?:callout-)?([A-Za-z][\w+#.-]*)?")
_PAIR = re.compile(r"""([\w:-]+)[ ]*=[ ]*(?:"([^"]*)"|'([^']*)'|\{([^{}]*)\}|([^\s"'{}]+))""")
_QUOTED = re.compile(r"""(?:^|(?<=\s))(?:"([^"]*)"|“([^”]*)”|'([^']*)'(?=\s|$))""")


@dataclass(frozen=True)
class Header:
    """`name` as it was typed; `title` None where none is given ("" asks for none); `values` of `key="value"` pairs."""

    name: str
    title: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    text: str = ""

    @property
    def kind(self) -> str:
        """details, part, group, or the look of a note."""
        name = self.name.lower()
        if name in DETAILS:
            return "details"
        if name in PARTS or name.startswith("part-"):
            return "part"
        if is_note(name):
            return note_kind(self.values.get("type", "") if name in NOTE_WRAPPERS and "type" in self.values else name)
        return "group"


def read_header(text: str) -> Header:
    """Never raises; what is no name is a title."""
    text = text.strip()
    bracketed = re.match(r"([\w.-]+)[ ]*\[(.*)\](.*)", text)
    if bracketed:
        return Header(bracketed[1], bracketed[2].strip(), words=_words(bracketed[3]), text=text)
    name = _NAME.match(text)
    assert name is not None
    rest = text[name.end() :].strip()
    values = {key: next((v for v in found if v), "") for key, *found in _PAIR.findall(text)}
    title: str | None = values.get("title")
    without_pairs = _PAIR.sub("", rest).strip(" }")
    if title is None and without_pairs.startswith("|"):
        title = without_pairs[1:].strip()
    elif title is None and (quoted := _QUOTED.search(without_pairs)):
        title = _first(quoted).strip()
    elif title is None and without_pairs and not re.fullmatch(r"[\s{}.#,\d-]*|inline(?: end)?|open", without_pairs):
        title = re.sub(r"\{[^}]*\}?", "", without_pairs).strip() or None
    plain = _QUOTED.match(text)
    words = _words(_QUOTED.sub("", without_pairs))
    return Header(name[1] or "", title, values, words, _first(plain) if plain else text.strip("\"'"))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w-]+", text.lower()))


def _first(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group is not None), "")
