"""A text in which detectors claim spans, one detector after the other; what is claimed is hidden from those after it."""

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
    # Invisible ones, but not the joiners U+200C and U+200D, which belong to Indic words.
    table |= dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), " ")
    table |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63"), "-")
    table |= dict.fromkeys(map(ord, "\u3002\uff61\ufe52\u2024"), ".")
    table |= dict.fromkeys(map(ord, "\u2018\u2019"), "'")
    table |= {ord("\ufe6b"): "@"}
    return table


_LOOK_ALIKES = _look_alikes()


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
        # What detectors read: as long as the text, with all digits as 0-9 and claimed spans filled.
        self.view = text if text.isascii() else text.translate(_LOOK_ALIKES)
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

    def render(self, keep: frozenset[str] = frozenset()) -> str:
        """The text with the placeholders of what was claimed, but for those to `keep`."""
        if not self._spans:
            return self.text
        pieces: list[str] = []
        position = 0
        for span in sorted(self._spans, key=lambda span: span.start):
            if span.placeholder is not None and span.placeholder not in keep:
                pieces += (self.text[position : span.start], span.placeholder)
                position = span.end
        return "".join(pieces) + self.text[position:]
