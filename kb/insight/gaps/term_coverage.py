"""Which words of the questions a document has, by what the words mean, in whatever language.

A near topic that stays behind when the right one is gone looks like an answer as a whole, and lacks the decisive words.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.insight.gaps.candidate_pool import CandidatePool, View
from kb.search.encoding import WORD_UNIT, QueryEmbedding, WordVectors
from kb.search.late_interaction import find_likest_words, weigh_words

_LEAST_SPREAD = 1e-6
Numbers = NDArray[np.float64]


def cover_terms(pool: CandidatePool, embeddings: Sequence[QueryEmbedding]) -> list[dict[View, Numbers]]:
    """Per question and view the cosine of each of its words and the likest word of each document, (documents, words).

    NaN where a document is not in the view; no view at all where the encoder has no vectors of words.
    """
    wanted = [embedding.word_vectors for embedding in embeddings if len(embedding.words)]
    covered: list[dict[View, Numbers]] = [{} for _ in embeddings]
    if not wanted:
        return covered
    queries = np.concatenate(wanted)
    ends = np.cumsum([len(embedding.words) for embedding in embeddings])[:-1]
    for view in pool.views:
        documents = [
            _join([pool.word_vectors[row] for row in document.passages.get(view, ())]) for document in pool.candidates
        ]
        if not any(map(len, documents)):
            continue
        best = find_likest_words(queries, documents).astype(np.float64) / WORD_UNIT
        for question, part in enumerate(np.split(best, ends, axis=1)):
            if part.shape[1]:
                covered[question][view] = part
    return covered


def match_documents(covered: Mapping[View, Numbers], embedding: QueryEmbedding, language: str) -> dict[View, Numbers]:
    """Per view how well each document has the words of the question, (documents,), NaN where it is not in the view."""
    weights = weigh_words(embedding.words, language)
    return {view: best @ weights for view, best in covered.items()}


def cover_telling_words(
    covered: Mapping[View, Numbers], embedding: QueryEmbedding, language: str
) -> tuple[Numbers, Numbers]:
    """How well each document has the words that tell documents apart, and by how much the best document for each word
    has it better; both (documents,), zeros where the encoder has no vectors of words.

    A word tells as much as the best document has it better than documents have it on average.
    """
    best = np.fmax.reduce(list(covered.values()))
    there = np.isfinite(best).all(axis=1)
    most, usual = best[there].max(axis=0), best[there].mean(axis=0)
    weights = weigh_words(embedding.words, language) * (most - usual)
    weights = weights / max(float(weights.sum()), _LEAST_SPREAD)
    return np.where(there, best @ weights, 0.0), np.where(there, (most - best) @ weights, float(most @ weights))


def _join(vectors: Sequence[WordVectors]) -> WordVectors:
    return np.concatenate(vectors) if len(vectors) else np.zeros((0, 0), np.int8)
