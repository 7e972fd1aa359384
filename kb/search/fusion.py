"""From candidate passages to documents in order: centred vectors, words as evidence, one score per document.

Pure functions over columns of candidates; nothing here knows of databases or engines. What was measured and why it is so:
docs/decisions/0005-ranking.md.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import Ids, Vectors

# A document that has all the words of the query, against one that has none, is worth this much cosine among LEXICAL_PASSAGES
# passages, see `lexical_share`; its text and its other wordings of questions each have their say.
LEXICAL_WEIGHT, LEXICAL_PASSAGES = 0.125, 1000
QUESTION_LEXICAL_WEIGHT = 0.12
# Two short texts are nearer to each other than a short and a long one, whatever they say: what a passage that is only
# another wording of a question (part "questions") must be better by.
QUESTION_DISCOUNT = 0.01
# Decides between equally good answers only: neighbours in a ranking are about 0.01 apart.
SAME_LANGUAGE_BONUS = 0.004
# How much of the mean is taken out of queries and passages where the mean of the queries is known well.
CENTRING = 0.85
# Collections that are described by a sample of this many passages; means of more do not differ.
_SAMPLE = 20_000
_NEIGHBOUR_SAMPLE = 200
# Below some dozens of documents how they lie is chance: pulled towards ordinary help centres.
_USUAL_RADIUS, _USUAL_DISTINCTNESS, _PRIOR = 0.6, 0.52, 20


@dataclass(frozen=True)
class CollectionBackground:
    """How the passages of a collection lie, without any query. Computed when a segment is opened or written.

    mean: (dimensions,); radius: mean distance of a passage from the mean; neighbour: mean cosine of a passage to the nearest
    one of another document, high in archives that say the same many times.
    """

    mean: Vectors
    radius: float
    neighbour: float

    @property
    def distinctness(self) -> float:
        """How far documents are from the nearest other one, beside how far they are from the middle: about .5 in help centres, .2
        in archives that say the same many times. The same for every encoder, whatever its cosines are like."""
        return max(1 - self.neighbour, 0.0) / self.radius**2


def describe_collection(vectors: Vectors, groups: Ids, seed: int = 0) -> CollectionBackground:
    """Background of passages `vectors` (n, dimensions) of the documents `groups` (n,). About 0.1 s for 10,000 passages.

    `groups` must be the same for translations of one article: otherwise each has a twin, and no answer stands out.
    """
    count, dimensions = vectors.shape
    if count == 0:
        return CollectionBackground(
            np.zeros(dimensions, np.float32), _USUAL_RADIUS, 1 - _USUAL_DISTINCTNESS * _USUAL_RADIUS**2
        )
    random = np.random.default_rng(seed)
    sample = vectors if count <= _SAMPLE else vectors[random.choice(count, _SAMPLE, replace=False)]
    mean = sample.mean(axis=0)
    known = len(sample) / (len(sample) + _PRIOR)
    radius = known * float(np.linalg.norm(sample - mean, axis=1).mean()) + (1 - known) * _USUAL_RADIUS
    rows = random.choice(count, min(_NEIGHBOUR_SAMPLE, count), replace=False)
    cosines = vectors[rows] @ vectors.T
    cosines[groups[rows][:, None] == groups[None, :]] = -1.0
    nearest = cosines.max(axis=1)
    nearest = nearest[nearest > -1.0]
    usual = 1 - _USUAL_DISTINCTNESS * radius**2
    known = len(nearest) / (len(nearest) + _PRIOR)
    neighbour = known * float(nearest.mean()) + (1 - known) * usual if len(nearest) else usual
    return CollectionBackground(mean.astype(np.float32), radius, neighbour)


class Centring(NamedTuple):
    """What is taken out of a query and of the passages beside it: strength (0 to CENTRING) times a mean.

    The encoder puts all questions of a language near each other, and all answers of a collection; what they have in common
    says nothing about which answer belongs to which question (Mu and Viswanath 2018, "All-but-the-top"). mean: that of the
    questions of a language, see kb.search.query_statistics; None where nothing is known.
    """

    strength: float
    mean: Vectors | None


NO_CENTRING = Centring(0.0, None)


def centre_query(query: Vectors, centring: Centring) -> Vectors:
    """The query without what all queries share; shape (dimensions,)."""
    return query if centring.mean is None else query - np.float32(centring.strength) * centring.mean


def score_passages(query: Vectors, vectors: Vectors, centring: Centring, background: CollectionBackground) -> Vectors:
    """Scores (n,) of `vectors` (n, dimensions), of unit length, for `query`, on the scale of a cosine whatever the strength.

    With strength 0 they are the cosines. Otherwise both sides are centred and the passages brought to equal length again.
    """
    strength = centring.strength
    if centring.mean is None or strength <= 0:
        return np.asarray(vectors @ query, dtype=np.float32)
    # (passage - share * mean) by its products with two vectors: a centred copy of all passages would take three times as long.
    share, centred = np.float32(strength), centre_query(query, centring)
    of_mean = background.mean
    squares = 1 + share * (share * (of_mean @ of_mean) - 2 * (vectors @ of_mean))
    usual = math.sqrt(background.radius**2 + float((1 - strength) ** 2 * (of_mean @ of_mean)))
    scores = (vectors @ centred - share * (of_mean @ centred)) * (usual / np.sqrt(np.maximum(squares, 1e-12)))
    return np.asarray(scores, dtype=np.float32)


def inverse_document_frequency(frequency: int, passages: int) -> float:
    """BM25's, as tantivy has it. A term that occurs nowhere has the highest."""
    frequency = min(frequency, passages)
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def lexical_scale(
    weights: Mapping[str, float], frequencies: Mapping[str, int], passages: int, optional: Collection[str] = frozenset()
) -> float:
    """What BM25 scores of a collection are divided by: the sum of weight times IDF over the query's terms.

    frequencies: in how many passages each term occurs. Terms that occur nowhere count too, because a query of which little is
    known cannot be sure of its words; only `optional` ones count where they occur.
    """
    return sum(
        weight * inverse_document_frequency(frequencies.get(term, 0), passages)
        for term, weight in weights.items()
        if frequencies.get(term, 0) or term not in optional
    )


def lexical_share(passages: int) -> float:
    """How much the words of a text count in a collection of so many passages, 1 for LEXICAL_PASSAGES.

    That a word is found says the more, the more passages do not have it: among a hundred, chance words decide too much, among
    ten thousand a name or a number is nearly proof.
    """
    return min(math.log1p(passages) / math.log1p(LEXICAL_PASSAGES), 1.2)


@dataclass(frozen=True)
class FusedDocuments:
    """Documents, best first, m of them. Columns of equal length.

    groups: which document; scores: fused; dense: the best of its passages; rows: the candidate passage to show, the best by both.
    """

    groups: Ids
    scores: Vectors
    dense: Vectors
    rows: Ids


def fuse_documents(
    groups: Ids,
    dense: Vectors,
    lexical: Vectors,
    *,
    is_question: NDArray[np.bool_] | None = None,
    same_language: NDArray[np.bool_] | None = None,
) -> FusedDocuments:
    """Candidate passages (n,) to documents. `lexical` is BM25 divided by `lexical_scale` of its collection, for texts times its
    `lexical_share`.

    A document has the best vector and the best words of its passages, which may be different ones. No words found is no
    evidence, not a penalty: the score is a sum on an absolute scale and never stretched to the best of this query, which
    would make a chance word in a foreign-language text outrank the answer. is_question (n,): passages that are another wording
    of a question; same_language (n,): passages in the reader's language.
    """
    if not len(groups):
        none = np.zeros(0, np.float32)
        return FusedDocuments(np.zeros(0, np.int64), none, none, np.zeros(0, np.int64))
    questions = np.zeros(len(groups), np.bool_) if is_question is None else is_question
    worth = np.where(questions, np.float32(QUESTION_LEXICAL_WEIGHT), np.float32(LEXICAL_WEIGHT)) * lexical
    # Passages document by document, the best of each first: what belongs to a document is a run that starts at `first`.
    by_document = np.lexsort((-(dense + worth), groups))
    ordered = groups[by_document]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))

    def best_of(column: Vectors) -> Vectors:
        return np.asarray(np.maximum.reduceat(column[by_document], first))

    best_dense = best_of(dense)
    rows = by_document[first]
    scores = best_dense + best_of(worth * questions) + best_of(worth * ~questions)
    if same_language is not None:
        scores = scores + np.float32(SAME_LANGUAGE_BONUS) * best_of(same_language.astype(np.float32))
    order = np.argsort(-scores, kind="stable")
    return FusedDocuments(ordered[first][order], scores[order], best_dense[order], rows[order])
