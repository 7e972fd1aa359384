"""Rank the candidates of one query, and choose the documents that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.contracts import Vectors
from kb.search.candidates import Candidates
from kb.search.preparing import PreparedQuery
from kb.search.ranking import (
    FusedDocuments,
    QueryMeans,
    fuse_documents,
    score_passages,
    weigh_evidence,
)
from kb.search.types import Collection


@dataclass(frozen=True)
class Ranking:
    """All candidate documents in order, and what judging the best of them needs.

    same_language: per candidate passage, whether it is in the language of the query.
    """

    documents: FusedDocuments
    same_language: NDArray[np.bool_]
    strength: float
    query_mean: Vectors | None


@dataclass(frozen=True)
class RankedDocument:
    """A document to show. rows: its candidate passages, best first; `document` is that of the best one."""

    collection: int
    document: int
    group: int
    score: float
    rows: tuple[int, ...]


def rank_candidates(
    candidates: Candidates,
    collections: Sequence[Collection],
    prepared: PreparedQuery,
    vector: Vectors,
    means: QueryMeans,
) -> Ranking:
    """Score and fuse; `vector` is the query's as the encoder gave it."""
    strength, query_mean = means.strength_and_mean(prepared.background)
    dense = np.zeros(len(candidates), np.float32)
    lexical = np.zeros(len(candidates), np.float32)
    same_language = np.zeros(len(candidates), np.bool_)
    for number, collection in enumerate(collections):
        frequencies = {term: collection.document_frequency(term) for term in prepared.terms}
        weighed = weigh_evidence(prepared.terms, frequencies, len(collection), prepared.optional)
        block = candidates.collections == number
        vectors = candidates.vectors[block]
        dense[block] = score_passages(vector, vectors, strength, query_mean, collection.background)
        if weighed.scale > 0:
            lexical[block] = candidates.lexical[block] / weighed.scale
        same_language[block] = candidates.languages[block] == collection.language_number(prepared.background)
    documents = fuse_documents(candidates.groups, dense, lexical, same_language)
    return Ranking(documents, same_language, strength, query_mean)


def select_documents(
    candidates: Candidates, ranking: Ranking, limit: int, *, per_collection: bool = False
) -> list[RankedDocument]:
    """The first `limit` documents, or the first `limit` of each collection, best first."""
    chosen: list[RankedDocument] = []
    counts: dict[int, int] = {}
    documents = ranking.documents
    for place, group in enumerate(documents.groups):
        best = int(documents.rows[place])
        collection = int(candidates.collections[best])
        counts[collection] = counts.get(collection, 0) + 1
        if per_collection and counts[collection] > limit:
            continue
        others = np.flatnonzero(candidates.groups == group)
        others = others[np.argsort(-candidates.dense[others], kind="stable")]
        rows = (best, *(int(row) for row in others if row != best))
        score = float(documents.scores[place])
        chosen.append(RankedDocument(collection, int(candidates.documents[best]), int(group), score, rows))
        if not per_collection and len(chosen) == limit:
            break
    return chosen
