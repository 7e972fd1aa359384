"""What a customer's text is: feedback about the product, a complaint, a question or praise.

A logistic regression over the vector of the text and the sounds of its words, which are the same in its own script and in Latin
letters. Weights: scripts/fit/voice.py. The vector is that of the text in its own script (`readable`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.text.language import guess_language
from kb.text.phonetic import phonetic_key
from kb.text.terms import normalise
from kb.text.transliteration import to_native
from kb.text.words import find_words

MODEL_FILE = Path(__file__).parent / "model.json"
# Longer texts say what they are at their beginning.
LONGEST = 1500
SIGNS = ("question", "exclamation", "length")
_BEGINNING = 4

Matrix = NDArray[np.float32]


class VoiceKind(StrEnum):
    FEEDBACK = "feedback"  # how the product is, or could be better
    COMPLAINT = "complaint"  # something went wrong for them
    QUESTION = "question"
    PRAISE = "praise"


@dataclass(frozen=True)
class Judged:
    """The likeliest kind, and how likely it is (0 to 1)."""

    kind: VoiceKind
    probability: float


@dataclass(frozen=True)
class VoiceModel:
    """of_vector: (dimensions, kinds); of_signs: (signs, kinds); words: by key, (kinds,); bias: (kinds,)."""

    kinds: tuple[VoiceKind, ...]
    bias: Matrix
    of_vector: Matrix
    of_signs: Matrix
    words: dict[str, Matrix]

    def judge(self, texts: Sequence[str], vectors: Matrix) -> list[Judged]:
        """vectors: (len(texts), dimensions), of `readable` texts, as an encoder makes them of queries."""
        if not texts:
            return []
        scores = vectors @ self.of_vector + self.bias + np.array([signs_of(text) for text in texts]) @ self.of_signs
        for row, text in enumerate(texts):
            for key in word_keys(text):
                if (weights := self.words.get(key)) is not None:
                    scores[row] += weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        return [Judged(self.kinds[int(row.argmax())], float(row.max())) for row in shares]


def readable(text: str) -> str:
    """The text for the encoder: romanised Hindi and Bengali in their own script, cut to LONGEST."""
    text = text[:LONGEST]
    return to_native(text, guess_language(text)).text


def word_keys(text: str) -> set[str]:
    """The sounds of its words, and their beginnings: endings differ."""
    keys = {phonetic_key(word) or word for word in map(normalise, find_words(text[:LONGEST]))}
    return keys | {key[:_BEGINNING] + "*" for key in keys if len(key) > _BEGINNING}


def signs_of(text: str) -> list[float]:
    """Values of SIGNS."""
    return [float("?" in text), float("!" in text), min(len(text), 400) / 200]


@lru_cache(maxsize=4)
def load_model(fingerprint: str) -> VoiceModel | None:
    """The weights for the vectors of this encoder; None where there are none."""
    data = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    if data["fingerprint"] != fingerprint:
        return None
    return VoiceModel(
        tuple(VoiceKind(kind) for kind in data["kinds"]),
        np.array(data["bias"], np.float32),
        np.array(data["of_vector"], np.float32),
        np.array(data["of_signs"], np.float32),
        {key: np.array(row, np.float32) for key, row in data["words"].items()},
    )
