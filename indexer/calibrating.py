"""Fit the confidence on labelled searches, from the very signals that serving takes."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from indexer.encoders.reranker import check_reranker, open_reranker
from indexer.encoders.vector_cache import CachingEncoder, VectorCache
from indexer.evaluation import Stages
from indexer.evaluation_environment import open_evaluation_environment
from indexer.runtime import load_base_calibration
from kb.core.settings import Settings
from kb.evaluation.dataset import Dataset
from kb.search.confidence import Calibration, Matrix, fit_calibration
from kb.search.encoding import Encoder
from kb.search.reranker_calibration import RerankerCalibration, fit_reranker_calibration
from kb.search.second_stage import Reread, is_in_doubt
from kb.search.types import Audience


@dataclass(frozen=True)
class _Search:
    """A labelled search. signals: what the confidence is judged by; right: whether its best result is judged to answer it;
    answerable: whether any document is; reread: what the second stage says of it, and whether what that puts first answers it."""

    signals: Matrix
    right: bool
    answerable: bool
    reread: Reread | None = None
    right_after: bool = False


@dataclass(frozen=True)
class Calibrated:
    """confidence: None where only the re-ranker was fitted; reranker: None where none is set."""

    confidence: Calibration | None
    reranker: RerankerCalibration | None


def calibrate(
    settings: Settings, datasets: Sequence[Dataset], encoder: Encoder, stages: Stages, *, only_reranker: bool = False
) -> Calibrated:
    """Calibrations from the searches of all datasets, each dataset weighing the same.

    A search counts as answered when its best result is judged to answer it; those that nothing answers count as not.
    Conversations are left out: assist has a model of its own. Raises ConfigurationError with too few searches, ModelError without
    the re-ranker that is set.
    """
    check_reranker(settings)
    if settings.reranker:
        open_reranker(settings)  # before the long work, not after it
    cache = VectorCache(settings.home / "cache" / "vectors.sqlite3")
    try:
        caching = CachingEncoder(encoder, cache)
        collected = {dataset.name: _collect(settings, dataset, caching, stages) for dataset in datasets}
    finally:
        cache.close()
    fitted = None if only_reranker else _fit_confidence(collected, encoder.fingerprint)
    if not settings.reranker:
        return Calibrated(fitted, None)
    return Calibrated(fitted, _fit_reranker(collected, fitted or load_base_calibration(settings), settings))


def _fit_confidence(collected: Mapping[str, Sequence[_Search]], fingerprint: str) -> Calibration:
    searches = [search for of_set in collected.values() for search in of_set]
    counts = {
        name: {"searches": len(of_set), "answered": sum(search.right for search in of_set)}
        for name, of_set in collected.items()
    }
    return fit_calibration(
        np.array([search.signals for search in searches], np.float64).reshape(len(searches), -1),
        np.array([search.right for search in searches], np.bool_),
        np.array([1 / len(of_set) for of_set in collected.values() for _ in of_set]),
        provenance={
            "made": _today(),
            "encoder": fingerprint,
            "method": "logistic regression, kb calibrate; each dataset weighs the same",
            "sets": counts,
        },
    )


def _fit_reranker(
    collected: Mapping[str, Sequence[_Search]], confidence: Calibration, settings: Settings
) -> RerankerCalibration:
    """From the searches in which the first stage is in doubt: no others are asked about."""
    rows: list[tuple[float, Reread, _Search, float]] = []
    for of_set in collected.values():
        doubtful = [
            (max(map(confidence.probability, search.reread.own)), search.reread, search)
            for search in of_set
            if search.reread and is_in_doubt(confidence, max(map(confidence.probability, search.reread.best)))
        ]
        rows += [(own, reread, search, 1 / len(doubtful)) for own, reread, search in doubtful]
    share = confidence.answerable_share
    weights = np.array([weight for *_, weight in rows])
    answerable = np.array([search.answerable for _, _, search, _ in rows], np.bool_)
    if share is not None and answerable.any() and not answerable.all():
        # The first stage speaks of searches of which that share has an answer; so must what is fitted on it.
        weights[answerable] *= share / weights[answerable].sum()
        weights[~answerable] *= (1 - share) / weights[~answerable].sum()
    return fit_reranker_calibration(
        np.array([own for own, *_ in rows]),
        np.array([reread.score for _, reread, *_ in rows]),
        np.array([search.right_after for _, _, search, _ in rows], np.bool_),
        weights,
        reranker=open_reranker(settings).fingerprint,
        provenance={
            "made": _today(),
            "method": "logistic regression, kb calibrate; each dataset weighs the same",
            "searches": sum(map(len, collected.values())),
            "in_doubt": len(rows),
            "right_first": {
                "first_stage": sum(search.right for _, _, search, _ in rows),
                "second_stage": sum(search.right_after for _, _, search, _ in rows),
            },
        },
    )


def _collect(settings: Settings, dataset: Dataset, encoder: Encoder, stages: Stages) -> list[_Search]:
    """The searches of a dataset that bring anything up."""
    queries = [query for query in (*dataset.queries, *dataset.unanswerable) if not query.context]
    searches: list[_Search] = []
    with ExitStack() as stack:
        with stages(f"Indexing {dataset.name}") as progress:
            environment = stack.enter_context(
                open_evaluation_environment(settings, dataset.documents, encoder, progress)
            )
        searcher = environment.runtime.searcher(Audience.CUSTOMER)
        progress = stack.enter_context(stages(f"Asking {dataset.name}"))
        for done, query in enumerate(queries, start=1):
            found = searcher.signals(query.text)
            if found is not None:
                answers = dataset.qrels.get(query.id, {})
                right = environment.document_ids[found[1]] in answers
                reread = searcher.reread(query.text)
                after = reread is not None and environment.document_ids[reread.document] in answers
                searches.append(_Search(found[0], right, bool(answers), reread, after))
            progress(done, len(queries))
    return searches


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
