"""Fit the confidence on labelled searches, from the very signals that serving takes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.encoders.vector_cache import CachingEncoder, VectorCache
from indexer.evaluation import Stages
from indexer.evaluation_environment import open_evaluation_environment
from kb.core.settings import Settings
from kb.evaluation.dataset import Dataset
from kb.search.confidence import Calibration, fit_calibration
from kb.search.encoding import Encoder
from kb.search.types import Audience


def calibrate(settings: Settings, datasets: Sequence[Dataset], encoder: Encoder, stages: Stages) -> Calibration:
    """A calibration from the searches of all datasets, each dataset weighing the same.

    A search counts as answered when its best result is judged to answer it; those that nothing answers count as not.
    Conversations are left out: assist has a model of its own. Raises ConfigurationError with too few searches.
    """
    features: list[NDArray[np.float64]] = []
    answered: list[bool] = []
    weights: list[float] = []
    counts: dict[str, Any] = {}
    cache = VectorCache(settings.home / "cache" / "vectors.sqlite3")
    try:
        for dataset in datasets:
            rows = _collect(settings, dataset, CachingEncoder(encoder, cache), stages)
            features += [row for row, _ in rows]
            answered += [label for _, label in rows]
            weights += [1 / max(len(rows), 1)] * len(rows)
            counts[dataset.name] = {"searches": len(rows), "answered": sum(label for _, label in rows)}
    finally:
        cache.close()
    provenance = {
        "made": datetime.now(UTC).date().isoformat(),
        "encoder": encoder.fingerprint,
        "method": "logistic regression, kb calibrate; each dataset weighs the same",
        "sets": counts,
    }
    columns = np.array(features, dtype=np.float64).reshape(len(features), -1)
    return fit_calibration(columns, np.array(answered, np.bool_), np.array(weights), provenance=provenance)


def _collect(
    settings: Settings, dataset: Dataset, encoder: Encoder, stages: Stages
) -> list[tuple[NDArray[np.float64], bool]]:
    """Signals of each search and whether its best result answers it."""
    queries = [query for query in (*dataset.queries, *dataset.unanswerable) if not query.context]
    rows: list[tuple[NDArray[np.float64], bool]] = []
    with (
        stages(f"Indexing {dataset.name}") as indexing,
        open_evaluation_environment(settings, dataset.documents, encoder, indexing) as environment,
    ):
        searcher = environment.runtime.searcher(Audience.CUSTOMER)
        with stages(f"Asking {dataset.name}") as asking:
            for done, query in enumerate(queries, start=1):
                found = searcher.signals(query.text)
                if found is not None:
                    signals, document = found
                    right = environment.document_ids[document] in dataset.qrels.get(query.id, {})
                    rows.append((signals, right))
                asking(done, len(queries))
    return rows
