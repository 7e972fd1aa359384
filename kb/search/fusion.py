"""Provisional fusion until kb.search.ranking takes over."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.config import Settings
from kb.search.candidates import Candidates
from kb.search.terms import weighted_query_terms
from kb.search.types import Collection, Outcome

# What a full match of all words adds to the cosine. Chosen leave-one-set-out; flat between .07 and .15.
LEXICAL_WEIGHT = 0.10


@dataclass(frozen=True)
class RankedDocument:
    """A document, best first. rows: its candidate rows, best first; `document` is that of the best row."""

    collection: int
    document: int
    group: int
    score: float
    rows: tuple[int, ...]


def weighted_terms(query: str, language: str) -> dict[str, float]:
    """Terms for the lexical rankings with what a match of each counts."""
    return weighted_query_terms(query, language)


def attainable_score(terms: Mapping[str, float], collection: Collection) -> float:
    """Sum of weight x idf over all terms, those that the collection does not know included: what BM25 is divided by."""
    passages = len(collection)
    total = 0.0
    for term, weight in terms.items():
        frequency = collection.document_frequency(term)
        total += weight * math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))
    return total


def term_weights(terms: Mapping[str, float]) -> dict[str, float]:
    """Word beginnings for choosing the sentence to mark."""
    return {term.lstrip("="): weight for term, weight in terms.items() if len(term) > 2 and weight >= 1.0}


def rank_documents(
    candidates: Candidates, attainable: Sequence[float], limit: int, *, per_collection: bool = False
) -> list[RankedDocument]:
    """Documents by cosine of their best passage plus BM25 share of their best passage, which need not be the same."""
    if not len(candidates):
        return []
    share = candidates.lexical / np.maximum(np.array(attainable, np.float32)[candidates.collections], 1e-6)
    groups, inverse = np.unique(candidates.groups, return_inverse=True)
    dense, lexical = np.full(len(groups), -1.0, np.float32), np.zeros(len(groups), np.float32)
    np.maximum.at(dense, inverse, candidates.dense)
    np.maximum.at(lexical, inverse, share)
    scores = dense + LEXICAL_WEIGHT * lexical
    rows_of: dict[int, list[int]] = {}
    for row in np.argsort(-(candidates.dense + LEXICAL_WEIGHT * share), kind="stable"):
        rows_of.setdefault(int(inverse[row]), []).append(int(row))
    ranked: list[RankedDocument] = []
    counts: dict[int, int] = {}
    for number in np.argsort(-scores, kind="stable"):
        rows = rows_of[int(number)]
        collection = int(candidates.collections[rows[0]])
        counts[collection] = counts.get(collection, 0) + 1
        if per_collection and counts[collection] > limit:
            continue
        document = int(candidates.documents[rows[0]])
        ranked.append(RankedDocument(collection, document, int(groups[number]), float(scores[number]), tuple(rows)))
        if not per_collection and len(ranked) == limit:
            break
    return ranked


class Judge:
    def __init__(self, settings: Settings) -> None:
        self.answered = settings.answered_from if settings.answered_from is not None else 0.6
        self.unsure = settings.unsure_from if settings.unsure_from is not None else 0.3

    def confidence(self, candidates: Candidates, ranked: Sequence[RankedDocument]) -> float:
        if not ranked:
            return 0.0
        return 1 / (1 + math.exp(-(float(candidates.dense.max()) - 0.84) * 60))

    def outcome(self, confidence: float) -> Outcome:
        return (
            Outcome.ANSWERED
            if confidence >= self.answered
            else Outcome.UNSURE
            if confidence >= self.unsure
            else Outcome.NONE
        )


def load_judge(settings: Settings) -> Judge:
    return Judge(settings)
