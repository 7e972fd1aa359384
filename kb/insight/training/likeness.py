"""How like a reply is to what solved the case then: by meaning, sentence by sentence, whatever its words and language.

It tells whether the same was said, not whether it was said well: a page shows both texts beside the number. Figures:
docs/experiments/0051-practice.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kb.search.encoding import Vectors
from kb.text.sentences import split_sentences
from kb.text.words import find_words

# Cosines of sentences that have nothing to do with each other, and of two that say the same: 0 and 1 of the likeness.
NOTHING, SAME = 0.70, 0.94
# How much the texts as wholes count beside their sentences.
WHOLE = 0.3
# From here on the whole, or one sentence, says the same; from there on a part of it.
IS_SAME, IS_PART = 0.64, 0.10
# Fewer words are a greeting or thanks.
_LEAST_WORDS = 4
MOST_SENTENCES = 24


class PassageEncoder(Protocol):
    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True)
class SaidSentence:
    """A sentence of what was sent then, and how near anything in the reply comes to it (0 to 1)."""

    text: str
    likeness: float

    @property
    def was_said(self) -> bool:
        return self.likeness >= IS_SAME

    def to_json(self) -> dict[str, object]:
        return {"text": self.text, "likeness": round(self.likeness, 3)}


@dataclass(frozen=True)
class Likeness:
    value: float
    sentences: tuple[SaidSentence, ...]


def compare_replies(encoder: PassageEncoder, sent: str, reply: str) -> Likeness | None:
    """None where there is nothing to compare. One call of the encoder, of at most 2 * MOST_SENTENCES + 2 texts."""
    theirs, ours = _sentences(sent), _sentences(reply)
    if not theirs or not ours:
        return None
    vectors = encoder.encode_passages([*theirs, *ours, " ".join(theirs), " ".join(ours)])
    cosines = vectors @ vectors.T
    pairs = cosines[: len(theirs), len(theirs) : -2]
    # One long sentence of the reply may say what two said then.
    best = np.maximum(pairs.max(axis=1), cosines[: len(theirs), -1] - 0.02)
    found = [SaidSentence(text, _scaled(value)) for text, value in zip(theirs, best.tolist(), strict=True)]
    weights = np.asarray([min(20, len(find_words(text))) for text in theirs], np.float64)
    of_sentences = float(np.average([one.likeness for one in found], weights=weights))
    whole = _scaled(float(cosines[-2, -1]))
    return Likeness((1 - WHOLE) * of_sentences + WHOLE * whole, tuple(found))


def _scaled(cosine: float) -> float:
    return float(min(1.0, max(0.0, (cosine - NOTHING) / (SAME - NOTHING))))


def _sentences(text: str) -> list[str]:
    found = [one for one in split_sentences(text) if len(find_words(one)) >= _LEAST_WORDS]
    return (found or [one for one in [text.strip()] if find_words(one)])[:MOST_SENTENCES]
