"""A text in which detectors claim spans, one detector after the other; what is claimed is hidden from those after it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Stands for a claimed character: neither letter, digit nor space, so that a claimed span looks like one odd word.
FILLER = "\ufffc"


def _look_alikes() -> dict[int, str]:
    """Characters that stand for ASCII ones (digits of all scripts, full width, kinds of spaces and hyphens), one for one."""
    table = {
        code: str(unicodedata.decimal(chr(code)))
        for code in (*range(0x80, 0x10000), *range(0x1D7CE, 0x1D800))  # the latter: digits in bold, outlined and so on
        if unicodedata.category(chr(code)) == "Nd"
    }
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys(map(ord, "\u00a0\u1680\u2007\u2008\u2009\u200a\u202f\u205f\u3000"), " ")
    # Invisible ones that stand between words (`_joined` has taken out those within).
    table |= dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), " ")
    table |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63"), "-")
    table |= dict.fromkeys(map(ord, "\u3002\uff61\ufe52\u2024"), ".")
    table |= dict.fromkeys(map(ord, "\u2018\u2019"), "'")
    table |= {ord("\ufe6b"): "@"}
    return table


_LOOK_ALIKES = _look_alikes()
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_HAS_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_TOKEN = re.compile(rf"\S*[{_INVISIBLE}]\S*")
# Within a number or within a word of Latin letters; the joiners U+200C and U+200D belong to Indic words.
_WITHIN = re.compile(
    rf"(?<=[\d@.+(-])[{_INVISIBLE}]+(?=[\d@.+()-])|(?<=[a-z@.])[{_INVISIBLE}]+(?=[a-z@.])", re.IGNORECASE
)
_ALL_INVISIBLE = re.compile(f"[{_INVISIBLE}]+")


def _joined(text: str) -> tuple[str, list[int] | None]:
    """The text without what is not seen within numbers and addresses, and where each character of it stood; None for
    "where it stands now"."""
    if text.isascii() or not _HAS_INVISIBLE.search(text):
        return text, None
    dropped: set[int] = set()
    for token in _TOKEN.finditer(text):
        within = _ALL_INVISIBLE if "@" in token[0] or "\uff20" in token[0] else _WITHIN
        for match in within.finditer(token[0]):
            dropped.update(range(token.start() + match.start(), token.start() + match.end()))
    if not dropped:
        return text, None
    places = [place for place in range(len(text)) if place not in dropped]
    return "".join(text[place] for place in places), places


def plain(text: str) -> str:
    """The text with digits, blanks and hyphens of all scripts as those of ASCII; of the same length."""
    return text if text.isascii() else text.translate(_LOOK_ALIKES)


def lower(text: str) -> str:
    """Lower case of the same length ("İ" would become two characters)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


@dataclass(frozen=True)
class Span:
    """A piece of the text, end exclusive. `placeholder` takes its place; None protects it from later detectors."""

    start: int
    end: int
    placeholder: str | None


Detector = Callable[[str], Iterable[Span]]


def _start_of(span: Span) -> int:
    return span.start


class Canvas:
    """The text and what has been claimed of it so far. Every pass over the text is linear in its length."""

    def __init__(self, text: str) -> None:
        self.text = text
        joined, self._places = _joined(text)
        # What detectors read: all digits as 0-9, claimed spans filled.
        self.view = plain(joined)
        self._spans: list[Span] = []

    def apply(self, detector: Detector, *, cased: bool = False) -> None:
        """Take the detector's spans; of two that overlap, the one that begins first.

        It reads lower case unless `cased`: expressions that ignore case are three times as slow.
        """
        pieces: list[str] = []
        position = 0
        found = detector(self.view if cased else lower(self.view))
        for span in sorted(found, key=_start_of):
            if span.start < position or span.end <= span.start:
                continue
            pieces += (self.view[position : span.start], FILLER * (span.end - span.start))
            position = span.end
            self._spans.append(span)
        if pieces:
            self.view = "".join(pieces) + self.view[position:]

    def places(self) -> list[Span]:
        """What a placeholder would take the place of, in order, as places in the text itself."""
        return [
            Span(*self._place(span), span.placeholder)
            for span in sorted(self._spans, key=_start_of)
            if span.placeholder is not None
        ]

    def render(self, keep: frozenset[str] = frozenset()) -> str:
        """The text with the placeholders of what was claimed, but for those to `keep`."""
        if not self._spans:
            return self.text
        pieces: list[str] = []
        position = 0
        for span in sorted(self._spans, key=lambda span: span.start):
            if span.placeholder is not None and span.placeholder not in keep:
                start, end = self._place(span)
                pieces += (self.text[position:start], span.placeholder)
                position = end
        return "".join(pieces) + self.text[position:]

    def _place(self, span: Span) -> tuple[int, int]:
        """Where the span stands in the text itself."""
        if self._places is None:
            return span.start, span.end
        return self._places[span.start], self._places[span.end - 1] + 1
