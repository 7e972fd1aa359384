"""Which passages answer the question: nearness to the last turn, to what it carries over, names, and the turn's own words."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.contracts import Vectors
from kb.search.candidates import Candidates
from kb.search.selecting import RankedDocument

# Share of the typical question that is taken out of a query vector. Without it, passages that are themselves phrased as
# questions come before better ones in prose, because every question resembles every other.
TYPICAL_SHARE = 0.8
# Weight of the second vector beside the last turn's (weight 1): with a name that was heard, and without any.
CARRIED_WITH_NAME = 0.6
CARRIED_WITHOUT_NAME = 2.0
# A turn that says this much on its own needs less of what came before.
WORDS_TO_STAND_ALONE = 12
# What the name that is spoken of adds to a cosine, when it has documents of its own like a product or a place (MANY of them).
NAME_WEIGHT = 0.12
MANY_DOCUMENTS = 8
# What the turn's words add where a passage holds all of them.
WORD_WEIGHT = 0.06


@dataclass(frozen=True)
class QueryVectors:
    """Vectors of the question, shape (dimensions,): the last turn, and the text that carries the conversation; its weight."""

    last: Vectors
    carried: Vectors
    carried_weight: float


def without_typical(vector: Vectors, typical: Vectors | None) -> Vectors:
    """The vector with what all questions have in common taken out; not of unit length."""
    return vector if typical is None else vector - np.float32(TYPICAL_SHARE) * typical


def carried_weight(telling_words: int, has_name: bool) -> float:
    """How much the carried text counts beside a last turn with that many telling words."""
    if has_name:
        return CARRIED_WITH_NAME
    return CARRIED_WITHOUT_NAME * max(0.25, 1.0 - telling_words / WORDS_TO_STAND_ALONE)


def name_bonus(strength: float, groups: int) -> float:
    """What is added to passages of a named document.

    A name with one or two articles is a topic among others; one with many is a thing whose articles stand beside equal ones of
    other things.
    """
    return NAME_WEIGHT * strength * min(1.0, math.log1p(groups) / math.log1p(MANY_DOCUMENTS))


def search_evidence(vector: Vectors, typical: Vectors | None, best: float) -> float | None:
    """How much nearer the best passage is to the turn than either is to questions in general; None without a typical question.

    `best`: highest inner product of the turn's vector, the typical share taken out, with any passage. A local scaling as in CSLS
    (Conneau et al. 2018), with one typical question in place of neighbours.
    """
    return None if typical is None else best - float(vector @ typical)


def word_coverage(weights: Mapping[str, float], held: Sequence[frozenset[str]]) -> NDArray[np.float32]:
    """Share (0 to 1) of the weight of the turn's terms that each passage holds. weights: by term; held: terms of each passage."""
    total = sum(weights.values())
    if total <= 0:
        return np.zeros(len(held), dtype=np.float32)
    return np.array([sum(weights.get(term, 0.0) for term in terms) / total for terms in held], dtype=np.float32)


def term_weight(frequency: int, passages: int) -> float:
    """How telling a term is: nothing when no passage has it, for then it cannot tell passages apart."""
    return math.log1p(passages / frequency) if frequency > 0 else 0.0


def score_candidates(
    candidates: Candidates,
    vectors: QueryVectors,
    bonus: NDArray[np.float32],
    coverage: NDArray[np.float32],
) -> NDArray[np.float32]:
    """float32 (n,). bonus, coverage: one value per candidate."""
    near = candidates.vectors @ vectors.last + vectors.carried_weight * (candidates.vectors @ vectors.carried)
    scores: NDArray[np.float32] = (near + WORD_WEIGHT * coverage) / (1.0 + vectors.carried_weight) + bonus
    return scores


def rank_groups(
    candidates: Candidates, scores: NDArray[np.float32], limit: int, names_of: Callable[[int], frozenset[int]]
) -> list[RankedDocument]:
    """Documents, best first, translations as one. names_of: names in focus of a candidate row; when several things are compared
    each of them gets its best document before any gets its second."""
    grouped: dict[int, list[int]] = {}
    for row in np.argsort(-scores, kind="stable"):
        grouped.setdefault(int(candidates.groups[row]), []).append(int(row))
    ranked = [
        RankedDocument(
            int(candidates.collections[rows[0]]),
            int(candidates.documents[rows[0]]),
            group,
            float(scores[rows[0]]),
            tuple(rows),
        )
        for group, rows in grouped.items()
    ]
    return _one_of_each_first(ranked, names_of)[:limit]


def _one_of_each_first(
    ranked: Sequence[RankedDocument], names_of: Callable[[int], frozenset[int]]
) -> list[RankedDocument]:
    first: list[RankedDocument] = []
    rest: list[RankedDocument] = []
    seen: set[int] = set()
    for item in ranked:
        names = names_of(item.rows[0])
        if names and not names <= seen:
            seen |= names
            first.append(item)
        else:
            rest.append(item)
    # Only what was moved ahead of something else changes places; a single name changes nothing.
    return first + rest if len(seen) > 1 else list(ranked)
