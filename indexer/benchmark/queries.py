"""Each question once bare and once whole, in turns, so that a machine that slows down slows down both."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import faiss
import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.backends.protocol import OpenCollection
from indexer.benchmark.material import Material
from indexer.benchmark.models import RecordingReranker, bare_query_encoder
from indexer.runtime import SearchRuntime
from kb.core.progress import Progress
from kb.search.candidates import DEPTH
from kb.search.types import Audience, CollectionName

WARM_UP = 20
_ROWS_AT_A_TIME = 50_000
# The stages before a second reading and before what is found is loaded and shown.
_FIRST_STAGE = ("encode", "lexical", "dense", "rank")


def quantiles(milliseconds: Sequence[float]) -> dict[str, float]:
    return {"p50": round(float(np.median(milliseconds)), 3), "p95": round(float(np.percentile(milliseconds, 95)), 3)}


def exact_index(view: OpenCollection) -> Any:
    """All vectors of a collection in an index that compares each of them."""
    ids = np.sort(view.all_ids())
    flat = faiss.IndexFlatIP(view.fetch(ids[:1]).vectors.shape[1])
    for start in range(0, len(ids), _ROWS_AT_A_TIME):
        flat.add(view.fetch(ids[start : start + _ROWS_AT_A_TIME]).vectors)
    return flat


def measure_queries(
    engine: Engine,
    reranker: RecordingReranker | None,
    runtime: SearchRuntime,
    material: Material,
    queries: int,
    progress: Progress,
    other: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """other: another engine with the same texts, asked the same."""
    bare = bare_query_encoder(runtime.encoder)
    flat = exact_index(runtime.view(CollectionName.HELP))
    searcher = runtime.searcher(Audience.CUSTOMER)
    spent: dict[str, list[float]] = {}
    stages: dict[str, list[float]] = {}
    with Session(engine) as session:
        for number, text in enumerate(material.different_questions(WARM_UP + queries, seed=3)):
            clock = _Laps()
            vector = bare(text)
            clock.lap("encode")
            faiss.omp_set_num_threads(1)  # as the search does: one thread a query
            flat.search(vector, DEPTH)
            clock.lap("scan")
            answer = searcher.search(session, text, reader_language="en")
            clock.lap("search")
            if reranker is not None:
                reranker.score_bare()
                clock.lap("rerank")
            searcher.search(session, f"{text}?", reader_language="en", is_typing=True)
            clock.lap("typing")
            if other is not None:
                other(text)
                clock.lap("other")
            if number < WARM_UP:
                continue
            for name, milliseconds in clock.laps.items():
                spent.setdefault(name, []).append(milliseconds)
            for stage, milliseconds in answer.timings_ms.items():
                stages.setdefault(stage, []).append(milliseconds)
            progress(number - WARM_UP + 1, queries)
    return _figures(spent, stages)


class _Laps:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = (now - self._last) * 1000
        self._last = now


def _figures(spent: dict[str, list[float]], stages: dict[str, list[float]]) -> dict[str, Any]:
    nothing = [0.0] * len(spent["encode"])
    first = np.sum([stages[stage] for stage in _FIRST_STAGE], axis=0)
    without = float(np.median(np.add(spent["encode"], spent["scan"])))
    limit = float(np.median(np.sum((spent["encode"], spent["scan"], spent.get("rerank", nothing)), axis=0)))

    def beside(milliseconds: Sequence[float], least: float) -> dict[str, float]:
        return {**quantiles(milliseconds), "ratio": round(float(np.median(milliseconds)) / least, 3)}

    figures: dict[str, Any] = {
        "query_ms": {
            **quantiles(spent["search"]),
            "stages": {stage: round(float(np.median(values)), 3) for stage, values in stages.items()},
        },
        "limit_ms": {
            **{name: round(float(np.median(spent.get(name, nothing))), 3) for name in ("encode", "scan", "rerank")},
            "sum": round(limit, 3),
        },
        "ratio": round(float(np.median(spent["search"])) / limit, 3),
        "first_stage": beside(list(first), without),
        "typing": beside(spent["typing"], without),
    }
    if "other" in spent:
        figures["other_ms"] = quantiles(spent["other"])
    return figures
