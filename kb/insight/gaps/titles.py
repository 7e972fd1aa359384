"""A short title for a gap: the question that says best what all of them ask, in one line."""

import numpy as np
import regex
from numpy.typing import NDArray

LONGEST = 90
_SHORTEST = 12
# Of questions that are nearly as near to the middle the one that reads best is taken.
_NEARLY = 0.06
_SENTENCES = regex.compile(r"(?<=[.!?।॥])\s+|\n+")
_SPACES = regex.compile(r"\s+")


def choose_title(questions: list[str], nearness: NDArray[np.float32]) -> str:
    """questions: one at least, redacted; nearness: cosine of each to the middle of its gap, shape (len(questions),)."""
    least = float(nearness.max()) - _NEARLY
    near = [(question, float(cosine)) for question, cosine in zip(questions, nearness, strict=True) if cosine >= least]
    return shorten_question(max(near, key=lambda one: (_reads_well(one[0]), one[1]))[0])


def _reads_well(question: str) -> bool:
    return _SHORTEST <= len(question.strip()) <= LONGEST


def shorten_question(text: str) -> str:
    """At most `LONGEST` characters: the sentence that asks, else the last that says something, cut between words."""
    text = _SPACES.sub(" ", text).strip()
    if len(text) <= LONGEST:
        return text
    sentences = [one.strip() for one in _SENTENCES.split(text) if len(one.strip()) >= _SHORTEST] or [text]
    asking = [one for one in sentences if one.endswith("?")]
    chosen = (asking or sentences)[-1] if asking else min(sentences, key=lambda one: abs(len(one) - LONGEST // 2))
    if len(chosen) <= LONGEST:
        return chosen
    words = chosen[: LONGEST - 1].rsplit(" ", 1)[0]
    # A script without spaces has no end of a word to cut at; what combines with the last letter goes with it.
    return regex.sub(r"\X\Z", "", words) + "…" if words == chosen[: LONGEST - 1] else words.rstrip(" ,;:–-") + "…"
