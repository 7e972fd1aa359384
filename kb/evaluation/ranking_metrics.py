"""Metrics of rankings against relevant documents, computed by ir-measures. Those of judgements: `judgement_metrics`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ir_measures
import numpy as np
from ir_measures import RR, R, Success, nDCG
from numpy.typing import NDArray

from kb.evaluation.dataset import Judgements

Values = NDArray[np.float64]

RANKING_METRICS: dict[str, Any] = {
    "hit@1": Success @ 1,
    "hit@5": Success @ 5,
    "hit@10": Success @ 10,
    "mrr@10": RR @ 10,
    "ndcg@10": nDCG @ 10,
    "recall@50": R @ 50,
}
DEEPEST = 50  # as many results are asked for as the deepest metric looks at


@dataclass(frozen=True)
class Scores:
    """values: per metric one value for each of `queries`, in their order."""

    queries: tuple[str, ...]
    values: Mapping[str, Values]

    def means(self) -> dict[str, float]:
        return {name: float(values.mean()) for name, values in self.values.items()}


def score_rankings(rankings: Mapping[str, Sequence[str]], qrels: Judgements) -> Scores:
    """Each query of `qrels` that was asked, measured. rankings: document ids by query id, best first; empty: none found."""
    queries = tuple(query for query in rankings if query in qrels)
    judged = {query: dict(qrels[query]) for query in queries}
    # The metrics sort by score: falling scores keep the order that people see, whatever the real scores tie.
    run = {
        query: {document: float(-place) for place, document in enumerate(rankings[query][:DEEPEST])}
        for query in queries
    }
    row_of = {query: row for row, query in enumerate(queries)}
    name_of = {measure: name for name, measure in RANKING_METRICS.items()}
    values = {name: np.zeros(len(queries)) for name in RANKING_METRICS}
    for metric in ir_measures.iter_calc(list(RANKING_METRICS.values()), judged, run):
        values[name_of[metric.measure]][row_of[metric.query_id]] = metric.value
    return Scores(queries, values)
