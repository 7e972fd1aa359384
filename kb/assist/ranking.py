"""Which passages answer a question of a conversation: the search for the last turn, nearness to what it carries over, names,
words. A question that carries nothing over is left to the search alone."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb.assist.question import Question
from kb.search.candidates import Candidates
from kb.search.encoding import Vectors
from kb.search.ranking import RankedDocument, Ranking, rows_of

# Share of the mean question that is taken out of a query vector. Without it, passages that are themselves phrased as
# questions come before better ones in prose, because every question resembles every other.
CENTRING_SHARE = 0.8
# Weight of the context beside the search for the last turn (weight 1): with a name that was heard, and without any where
# the turn points back. Any other turn needs the less the more it says: from six content words on hardly anything.
CONTEXT_WITH_NAME = 2.0
CONTEXT_POINTING_BACK = 4.0
CONTEXT_AT_MOST, CONTEXT_AT_LEAST, LESS_PER_WORD = 2.0, 0.2, 1 / 3
# What the name that is spoken of adds to a cosine, when it has documents of its own like a product or a place (MANY of them).
NAME_WEIGHT = 0.12
MANY_DOCUMENTS = 8
# What words add where a passage holds all of them: those of the turn beside a name, without one those of earlier turns too.
WORD_WEIGHT_WITH_NAME = 0.3
WORD_WEIGHT = 0.06


@dataclass(frozen=True)
class Context:
    """What the conversation lends to a question. vector: of the text that carries it, shape (dimensions,); weight: beside the
    search for the last turn, which has 1; word_weight: of the share of the words that a passage holds."""

    vector: Vectors
    weight: float
    word_weight: float


def centre(vector: Vectors, mean_question: Vectors | None) -> Vectors:
    """The vector with what all questions have in common taken out; not of unit length."""
    return vector if mean_question is None else vector - np.float32(CENTRING_SHARE) * mean_question


def weigh_context(vector: Vectors, question: Question) -> Context:
    """`vector` is that of the text of the context, centred."""
    if question.names:
        return Context(vector, CONTEXT_WITH_NAME, WORD_WEIGHT_WITH_NAME)
    if question.points_back:
        return Context(vector, CONTEXT_POINTING_BACK, WORD_WEIGHT)
    weight = max(CONTEXT_AT_LEAST, CONTEXT_AT_MOST - LESS_PER_WORD * question.content_words)
    return Context(vector, weight, WORD_WEIGHT)


def name_bonus(strength: float, groups: int) -> float:
    """What is added to passages of a named document.

    A name with one or two articles is a topic among others; one with many is a thing whose articles stand beside equal ones of
    other things.
    """
    return NAME_WEIGHT * strength * min(1.0, math.log1p(groups) / math.log1p(MANY_DOCUMENTS))


def search_evidence(vector: Vectors, mean_question: Vectors | None, candidates: Candidates) -> float | None:
    """How much nearer the best passage is to the turn than either is to questions in general; None without a mean question
    or without candidates.

    A local scaling as in CSLS (Conneau et al. 2018), with the mean question in place of neighbours.
    """
    if mean_question is None or not len(candidates):
        return None
    return float((candidates.vectors @ centre(vector, mean_question)).max()) - float(vector @ mean_question)


def term_coverage(weights: Mapping[str, float], matched: Sequence[frozenset[str]]) -> NDArray[np.float32]:
    """Share (0 to 1) of the weight of the turn's terms that each passage holds. weights: by term; matched: its terms."""
    total = sum(weights.values())
    if total <= 0:
        return np.zeros(len(matched), dtype=np.float32)
    return np.array([sum(weights.get(term, 0.0) for term in terms) / total for terms in matched], dtype=np.float32)


def term_weight(frequency: int, passages: int) -> float:
    """How much a term tells: nothing when no passage has it, for then it cannot tell passages apart."""
    return math.log1p(passages / frequency) if frequency > 0 else 0.0


def score_candidates(
    candidates: Candidates, ranking: Ranking, context: Context, bonus: NDArray[np.float32]
) -> NDArray[np.float32]:
    """float32 (n,), on the scale of a cosine: what the search for the last turn says of a candidate's document, and the
    context of the candidate itself. ranking: that search's, of these candidates; bonus: one value per candidate.
    """
    documents = ranking.documents
    order = np.argsort(documents.groups)
    found = documents.scores[order[documents.groups[order].searchsorted(candidates.groups)]]
    near = candidates.vectors @ context.vector
    return np.asarray((found + context.weight * near) / (1 + context.weight) + bonus, dtype=np.float32)


def add_term_coverage(
    scores: NDArray[np.float32], coverage: NDArray[np.float32], context: Context
) -> NDArray[np.float32]:
    """The scores (n,) with what the words say. coverage: see `term_coverage`, one value per candidate."""
    return np.asarray(scores + context.word_weight / (1 + context.weight) * coverage, dtype=np.float32)


def fuse_views(ranking: Ranking, views: Sequence[Ranking]) -> Ranking:
    """The documents of `ranking` in the order of what it and other searches for the same question say of them together.

    views: of searches with more of the conversation; a document that one does not bring up counts as its least likely. The
    scores stay those of `ranking`.
    """
    documents = ranking.documents
    total = documents.scores.astype(np.float64)
    for view in views:
        found = dict(zip(view.documents.groups.tolist(), view.documents.scores.tolist(), strict=True))
        least = min(found.values(), default=0.0)
        total += [found.get(group, least) for group in documents.groups.tolist()]
    return replace(ranking, documents=rows_of(documents, np.argsort(-total, kind="stable")))


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
