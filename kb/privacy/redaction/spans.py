"""A text in which detectors claim spans, one detector after the other; what is claimed is hidden from those after it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Stands for a claimed character: neither letter, digit nor space, so that a claimed span looks like one odd word.
FILLER = "\ufffc"

_DIGITS = {ord(digit): str(value) for digits in ("०१२३४५६७८९", "০১২৩৪৫৬৭৮৯") for value, digit in enumerate(digits)}


@dataclass(frozen=True)
class Span:
    """A piece of the text, end exclusive. `placeholder` takes its place; None protects it from later detectors."""

    start: int
    end: int
    placeholder: str | None


Detector = Callable[[str], Iterable[Span]]


class Canvas:
    """The text and what has been claimed of it so far. Every pass over the text is linear in its length."""

    def __init__(self, text: str) -> None:
        self.text = text
        # What detectors read: as long as the text, with Devanagari and Bengali digits as 0-9 and claimed spans filled.
        self.view = text.translate(_DIGITS)
        self._spans: list[Span] = []

    def apply(self, detector: Detector) -> None:
        """Take the detector's spans in order; one that overlaps the one before it is dropped."""
        pieces: list[str] = []
        position = 0
        for span in detector(self.view):
            if span.start < position or span.end <= span.start:
                continue
            pieces += (self.view[position : span.start], FILLER * (span.end - span.start))
            position = span.end
            self._spans.append(span)
        if pieces:
            self.view = "".join(pieces) + self.view[position:]

    def render(self) -> str:
        pieces: list[str] = []
        position = 0
        for span in sorted(self._spans, key=lambda span: span.start):
            if span.placeholder is not None:
                pieces += (self.text[position : span.start], span.placeholder)
                position = span.end
        return "".join(pieces) + self.text[position:]
