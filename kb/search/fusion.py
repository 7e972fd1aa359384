"""Provisional fusion until kb.search.ranking takes over."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.config import Settings
from kb.search.candidates import Candidates
from kb.search.terms import query_terms
from kb.search.types import Collection, Outcome


@dataclass(frozen=True)
class RankedDocument:
    """A document, best first. rows: its candidate rows, best first; `document` is that of the best row."""

    collection: int
    document: int
    group: int
    score: float
    rows: tuple[int, ...]


def weighted_terms(query: str, language: str, collection: Collection) -> list[tuple[str, float]]:
    return [(term, 1.0) for term in query_terms(query, language)]


def term_weights(query: str, terms: Sequence[Sequence[tuple[str, float]]]) -> Mapping[str, float]:
    return {term: weight * math.sqrt(len(term)) for group in terms for term, weight in group if len(term) > 1}


def rank_documents(candidates: Candidates, limit: int, *, per_collection: bool = False) -> list[RankedDocument]:
    if not len(candidates):
        return []
    top = float(candidates.lexical.max())
    scores = candidates.dense + (0.06 * candidates.lexical / top if top > 0 else 0.0)
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
    if not per_collection:
        return ranked[:limit]
    kept = []
    counts: dict[int, int] = {}
    for item in ranked:
        counts[item.collection] = counts.get(item.collection, 0) + 1
        if counts[item.collection] <= limit:
            kept.append(item)
    return kept


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
