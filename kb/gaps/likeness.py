"""How much a document looks like the answer to a question, compared with the other documents around it.

Cosines of a sentence encoder differ little and depend on language, length and part, so they are compared only with each
other within one view: one language, and either bodies or lists of wordings. Each view gives every document a standing
(standard deviations above the mean of the documents), and the views are averaged: translations are independent readings
of one answer. Words add to it: those of the language (BM25), and those that sound alike in any script.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.contracts import Vectors
from kb.gaps.library import Library

# Chosen on one half of the sample topics (see docs/decisions/0009-why-it-was-missed.md); flat around these values.
STANDING_WEIGHT, WORDS_WEIGHT, SOUNDS_WEIGHT = 1.25, 2.0, 2.0
# Fewer documents than this say nothing about what is usual.
_LEAST_IN_VIEW = 5
_POWER_STEPS = 12
_BEHIND = 5

FEATURES = (
    "lead",  # score of the best document above the second
    "lead_over_pack",  # and above the mean of the second to sixth
    "agreement",  # share of the questions that put this document first
    "cosine",  # of its best passage after centring
    "words",  # share of the words of the language
    "sounds",  # share of the words that sound alike
    "standing",  # standard deviations above the other documents
)
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What of a miss is compared. vector: the encoder's, unit length; sounds: of the words that say something."""

    vector: Vectors
    sounds: frozenset[str]


@dataclass(frozen=True)
class Likeness:
    """scores (documents,): mean over the questions; features: of the best document, in the order of FEATURES."""

    scores: Numbers
    best: int
    features: Numbers


def compare(library: Library, questions: Sequence[Question], centre: Vectors) -> Likeness:
    """Compare the questions of one gap with all documents of the library (one at least).

    centre: mean vector of everyday questions, which says what all of them have in common.
    """
    passages, direction = _centre_passages(library.vectors)
    documents = library.candidates
    cosines = np.zeros((len(questions), len(passages)))
    for row, question in enumerate(questions):
        query = _unit(question.vector - centre)
        cosines[row] = passages @ _unit(query - (query @ direction) * direction)
    standing, cosine = _standing(library, cosines)
    sounds = _share_of_sounds(library, questions)
    words = np.array(
        [[max((of.get(v.id, 0.0) for v in d.versions), default=0.0) for d in documents] for of in library.words]
    )
    scores = STANDING_WEIGHT * standing + WORDS_WEIGHT * words + SOUNDS_WEIGHT * sounds
    mean = scores.mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    best = int(order[0])
    behind = mean[order[1 : 2 + _BEHIND - 1]]
    features = np.array(
        [
            mean[best] - behind[0] if len(behind) else 0.0,
            mean[best] - behind.mean() if len(behind) else 0.0,
            float((scores.argmax(axis=1) == best).mean()),
            cosine[:, best].mean(),
            words[:, best].mean(),
            sounds[:, best].mean(),
            standing[:, best].mean(),
        ]
    )
    return Likeness(mean, best, features)


def _standing(library: Library, cosines: Numbers) -> tuple[Numbers, Numbers]:
    """(questions, documents): standing averaged over the views, and the best cosine."""
    views = sorted({view for document in library.candidates for view in document.passages})
    shape = (len(cosines), len(library.candidates))
    total, counted, best = np.zeros(shape), np.zeros(shape), np.full(shape, -1.0)
    for view in views:
        there = [place for place, document in enumerate(library.candidates) if view in document.passages]
        values = np.stack([cosines[:, library.candidates[place].passages[view]].max(axis=1) for place in there], axis=1)
        best[:, there] = np.maximum(best[:, there], values)
        if len(there) >= _LEAST_IN_VIEW:
            spread = values.std(axis=1, keepdims=True)
            total[:, there] += (values - values.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-6)
            counted[:, there] += 1
    return total / np.maximum(counted, 1), best


def _share_of_sounds(library: Library, questions: Sequence[Question]) -> Numbers:
    """(questions, documents): share of a question's words, by rarity, that sound like one in the document."""
    shares = np.zeros((len(questions), len(library.candidates)))
    size = len(library.candidates)
    for row, question in enumerate(questions):
        weights = 0.0
        for sound in question.sounds:
            has = np.array([sound in document.sounds for document in library.candidates], dtype=np.float64)
            rarity = math.log(1 + (size - has.sum() + 0.5) / (has.sum() + 0.5))
            shares[row] += rarity * has
            weights += rarity
        shares[row] /= max(weights, 1e-6)
    return shares


def _centre_passages(vectors: Vectors) -> tuple[Numbers, Numbers]:
    """Passages without their mean and their commonest direction, unit length; and that direction.

    After Mu and Viswanath (2018), "All-but-the-top", with one direction. It is found by power iteration.
    """
    centred = _unit(vectors.astype(np.float64) - vectors.mean(axis=0))
    direction = centred[0] if len(centred) else np.zeros(vectors.shape[1])
    for _ in range(_POWER_STEPS):
        direction = _unit(centred.T @ (centred @ direction) + 1e-12)
    return _unit(centred - np.outer(centred @ direction, direction)), direction


def _unit(vectors: NDArray[np.floating]) -> Numbers:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float64)
