"""The paragraphs of a rendered article: what a comment can be about. Steps and items of a list are paragraphs of their own."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser

from kb.articles.text import hash_bytes
from kb.text.html import html_to_text
from kb.text.words import find_words

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_LISTS = frozenset({"ol", "ul"})
_START = re.compile(r'\bstart="(\d{1,6})"')
_SOURCE = re.compile(r'<img[^>]*\bsrc="([^"]+)"')
_BLANKS = re.compile(r"\s+")
# Of the words of both, so many have to be the same for a paragraph to be what became of another.
_ALIKE = 0.5
LONGEST_QUOTE = 4_000
MOST_BESIDE = 400


@dataclass(frozen=True)
class Paragraph:
    """html: that can stand alone; text: what is read, on one line."""

    html: str
    text: str


class Standing(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class Anchor:
    """Where a comment belongs now. place: of the paragraph, None where it is gone."""

    standing: Standing
    place: int | None


def paragraphs_of(html: str) -> list[Paragraph]:
    """html: sanitised, so every element that is opened is closed."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    found = [Paragraph(piece, as_line(html_to_text(read)) or _picture(piece)) for piece, read in reader.pieces]
    return [one for one in found if one.text]


def _picture(html: str) -> str:
    """The address of a picture that has no words."""
    found = _SOURCE.search(html)
    return found[1] if found else ""


def as_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def short_digest(text: str) -> str:
    return hash_bytes(text.encode())[:12]


def beside(texts: Sequence[str], place: int) -> list[str]:
    """What stands in a text besides the paragraph at `place`, to be kept with a comment."""
    return [short_digest(text) for at, text in enumerate(texts[:MOST_BESIDE]) if at != place]


def find_anchor(quote: str, place: int, others: Sequence[str], texts: Sequence[str], words: "WordPlaces") -> Anchor:
    """quote, place, others: as they were kept with the comment, see `beside`; texts: the paragraphs of today."""
    same = [at for at, text in enumerate(texts) if text[:LONGEST_QUOTE] == quote]
    if same:
        return Anchor(Standing.SAME, min(same, key=lambda at: abs(at - place)))
    stood_there = frozenset(others)
    best, likeness = None, 0.0
    for at, share in words.alike(quote):
        nearer = best is not None and share == likeness and abs(at - place) < abs(best - place)
        if (share > likeness or nearer) and short_digest(texts[at]) not in stood_there:
            best, likeness = at, share
    if best is None or likeness < _ALIKE:
        return Anchor(Standing.GONE, None)
    return Anchor(Standing.CHANGED, best)


class WordPlaces:
    """Which words stand in which paragraphs, to find the one that is most like another in time linear in its words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._sizes: list[int] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            words = _words(text)
            self._sizes.append(len(words))
            for word in words:
                self._places[word].append(place)

    def alike(self, quote: str) -> list[tuple[int, float]]:
        """(place, share of the words that both have) of all that have one in common, in order."""
        words = _words(quote)
        common: Counter[int] = Counter()
        for word in words:
            common.update(self._places.get(word, ()))
        return [(place, 2 * count / (len(words) + self._sizes[place])) for place, count in sorted(common.items())]


def _words(text: str) -> frozenset[str]:
    return frozenset(find_words(text[:LONGEST_QUOTE].casefold()))


class _Reader(HTMLParser):
    """Cuts at the outermost elements, and within lists at their items."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[tuple[str, str]] = []  # what is shown, and what of it is read: without the number of a step
        self._html, self._depth, self._begun = html, 0, 0
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._list: tuple[str, int] | None = None  # the outermost list that is open, and the number of its next item
        self._item = 0

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _VOID:
            if not self._depth:
                self._add(self.get_starttag_text() or "")
            return
        if not self._depth:
            self._begun = self._here()
            if tag in _LISTS:
                start = _START.search(self.get_starttag_text() or "")
                self._list = (tag, int(start[1]) if start else 1)
        elif self._depth == 1 and self._list is not None:
            self._item = self._here()
        self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not self._depth:
            return
        self._depth -= 1
        end = self._html.find(">", self._here()) + 1
        if self._depth == 1 and self._list is not None:
            kind, number = self._list
            item = self._html[self._item : end]
            opening = f'<ol start="{number}">' if kind == "ol" else "<ul>"
            self.pieces.append((f"{opening}{item}</{kind}>", item[item.find(">") + 1 : item.rfind("<")]))
            self._list = (kind, number + 1)
        elif not self._depth:
            if self._list is None:
                self._add(self._html[self._begun : end])
            self._list = None

    def handle_data(self, data: str) -> None:
        if not self._depth and data.strip():
            self._add(f"<p>{data}</p>")

    def _add(self, piece: str) -> None:
        self.pieces.append((piece, piece))
