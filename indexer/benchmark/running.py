"""Measure search and indexing beside their limits, in one run: the bare encoder, an exact scan of the same vectors, and where
one is set the bare re-ranker on the passages that it read; txtai too, where it is installed.

Texts are made by recombining the sentences of a folder of articles. Only a part of the passages is encoded; the others get
slightly turned copies of those vectors, because what a scan costs does not depend on what the numbers are, and encoding ten
thousand passages would take minutes. Everything else (database, files, words, ranking, loading) is the real thing.
"""

import resource
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from indexer.benchmark import beside_txtai
from indexer.benchmark.indexing import measure_indexing, measure_unchanged
from indexer.benchmark.material import PASSAGES_PER_ARTICLE, Material, make_articles
from indexer.benchmark.models import RecordingReranker, TurningEncoder
from indexer.benchmark.processes import environment_of
from indexer.benchmark.queries import measure_queries
from indexer.encoders.opening import open_encoder
from indexer.encoders.reranker import open_reranker
from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.search.types import CollectionName
from kb.tables.migrations import upgrade_database

# One passage in so many goes through the encoder.
_REAL_ONES = 20


def run_benchmark(
    settings: Settings,
    material: Material,
    *,
    passages: int,
    queries: int,
    progress: Callable[[str, int, int], None],
    articles: int = 10_000,
    search_command: Sequence[str] = (),
) -> dict[str, Any]:
    """Figures as `kb bench --json` prints them; times in milliseconds, memory in megabytes.

    articles: so many unchanged ones are looked at, beside the passages that are searched. search_command: what searches once in
    a process of its own, where that is to be compared too.
    """
    encoder = open_encoder(settings)
    reranker = RecordingReranker(open_reranker(settings)) if settings.reranker else None
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        # Nothing of it is left in a Milvus: it is measured with the embedded engine.
        home = replace(
            settings, home_text=folder, models_text=str(settings.models_dir), database_url="", index_text="embedded"
        )
        engine = create_database_engine(home)
        upgrade_database(engine)
        index = measure_indexing(engine, home.index_dir, encoder, material, _told(progress, "Measuring indexing"))
        filler = TurningEncoder(encoder, passages // _REAL_ONES)
        with session_scope(engine) as session:
            session.add_all(make_articles(material, passages // PASSAGES_PER_ARTICLE, seed=2))
        runtime = SearchRuntime.open(home, engine, filler, reranker)
        try:
            runtime.update(_told(progress, "Filling the index"))
            runtime.follow()  # as a server does: no search waits for a look at what is new
            searched = len(runtime.view(CollectionName.HELP))
            figures = _measure_searches(home, engine, runtime, reranker, material, queries, progress, search_command)
        finally:
            runtime.close()
            engine.dispose()
        progress("Looking at unchanged articles", 0, 1)
        beside = replace(home, home_text=str(Path(folder) / "unchanged"))
        unchanged = measure_unchanged(beside, encoder, material, articles)
    return {
        "passages": searched,
        **figures,
        "index": index,
        "unchanged": unchanged,
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "encoder": encoder.fingerprint,
    }


def _told(progress: Callable[[str, int, int], None], what: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(what, done, total)


def _measure_searches(
    home: Settings,
    engine: Engine,
    runtime: SearchRuntime,
    reranker: RecordingReranker | None,
    material: Material,
    queries: int,
    progress: Callable[[str, int, int], None],
    search_command: Sequence[str],
) -> dict[str, Any]:
    told = _told(progress, "Measuring queries")
    if not beside_txtai.is_there():
        figures = measure_queries(engine, reranker, runtime, material, queries, told)
        return {**figures, "txtai": {"missing": beside_txtai.HOW_TO_GET_IT}}
    folder = Path(home.home_text) / "txtai"
    embeddings = beside_txtai.fill(runtime.view(CollectionName.HELP), runtime.encoder, folder)
    try:
        asked = beside_txtai.asking(embeddings)
        figures = measure_queries(engine, reranker, runtime, material, queries, told, asked)
    finally:
        embeddings.close()
    in_process = figures.pop("other_ms")
    txtai: dict[str, Any] = {
        "version": beside_txtai.txtai_version(),
        "in_process_ms": {**in_process, "ratio": round(figures["query_ms"]["p50"] / in_process["p50"], 3)},
    }
    if search_command:
        questions = material.different_questions(20, seed=5)
        txtai["one_search"] = beside_txtai.measure_one_search(
            search_command, environment_of(home, home.home_text), folder, questions
        )
    return {**figures, "txtai": txtai}
