"""How cost grows with the passages: collections of several sizes, asked in turns in one process.

Files are written, and memory is read, in processes of their own, one a size: see `one_size`.
"""

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
from sqlalchemy.orm import Session

from indexer.backends.protocol import OpenCollection
from indexer.benchmark.generated import RealPassages, all_sentences
from indexer.benchmark.material import Material
from indexer.benchmark.models import bare_query_encoder
from indexer.benchmark.processes import environment_of
from indexer.benchmark.queries import WARM_UP, exact_index, quantiles
from indexer.encoders.opening import open_encoder
from indexer.runtime import SearchRuntime
from kb.core.database import create_database_engine
from kb.core.settings import Settings
from kb.search.candidates import DEPTH
from kb.search.encoding import Encoder, Vectors
from kb.search.types import Audience, CollectionName

REAL_FILE, BUILT_FILE = "real.pickle", "figures.json"
_NEAREST = 10
# An exact scan of many passages takes long: so many questions say what it costs and finds.
_SCANNED = 50
# Beside which size the others stand.
BASE = 10_000


class Asked(NamedTuple):
    """Milliseconds of one question, bare and whole, and of its stages."""

    encode: float
    search: float
    dense: float
    stages: Mapping[str, float]


@dataclass(frozen=True)
class _Size:
    passages: int
    built: dict[str, Any]
    memory: dict[str, Any]
    runtime: SearchRuntime
    session: Session

    @property
    def view(self) -> OpenCollection:
        return self.runtime.view(CollectionName.HELP)


def measure_growth(
    settings: Settings,
    material: Material,
    sizes: Sequence[int],
    queries: int,
    progress: Callable[[str, int, int], None],
    keep: Path | None = None,
) -> list[dict[str, Any]]:
    """Figures of each size, smallest first. keep: a folder in which collections stay, for a second run that only asks."""
    encoder = open_encoder(settings)
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kb-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / REAL_FILE).exists():
            sentences = all_sentences(material)
            real = RealPassages.of(encoder, sentences, lambda done, total: progress("Encoding", done, total))
            (folder / REAL_FILE).write_bytes(pickle.dumps(real))
        opened = []
        for number, passages in enumerate(sorted(set(sizes)), 1):
            opened.append(_open(settings, encoder, folder / str(passages), passages, stack))
            progress("Making collections", number, len(set(sizes)))
        asked = _ask_in_turns(encoder, opened, material, queries, progress)
        vectors = encoder.encode_queries(material.different_questions(_SCANNED, seed=6))
        rows = [_figures(one, times, vectors) for one, times in zip(opened, asked, strict=True)]
    base = next((row["search_ms"]["p50"] for row in rows if row["passages"] == BASE), None)
    for row in rows:
        row["times_base"] = None if base is None else round(row["search_ms"]["p50"] / base, 3)
    return rows


def _open(settings: Settings, encoder: Encoder, home: Path, passages: int, stack: ExitStack) -> _Size:
    home.mkdir(parents=True, exist_ok=True)
    done = home / BUILT_FILE
    figures = json.loads(done.read_text("utf-8")) if done.exists() else {}
    if "build" not in figures:
        figures["build"] = _in_a_process("build", settings, home, passages)
        done.write_text(json.dumps(figures), "utf-8")
    memory = _in_a_process("memory", settings, home, passages)
    own = replace(
        settings,
        home_text=str(home),
        models_text=str(settings.models_dir),
        database_url="",
        index_text="embedded",
        reranker="",
    )
    engine = create_database_engine(own)
    stack.callback(engine.dispose)
    runtime = SearchRuntime.open(own, engine, encoder)
    stack.callback(runtime.close)
    runtime.follow()
    return _Size(passages, figures["build"], memory, runtime, stack.enter_context(Session(engine)))


def _in_a_process(step: str, settings: Settings, home: Path, passages: int) -> dict[str, Any]:
    """See `one_size`."""
    result = subprocess.run(
        [sys.executable, "-m", "indexer.benchmark.one_size", step, str(home.parent / REAL_FILE), str(passages)],
        env=environment_of(settings, home),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(result.stdout.splitlines()[-1]))


def _ask_in_turns(
    encoder: Encoder,
    sizes: Sequence[_Size],
    material: Material,
    queries: int,
    progress: Callable[[str, int, int], None],
) -> list[list[Asked]]:
    """Each question is asked of every size before the next one, each time a little different: nothing comes from a cache."""
    bare = bare_query_encoder(encoder)
    asked: list[list[Asked]] = [[] for _ in sizes]
    for number, question in enumerate(material.different_questions(WARM_UP + queries, seed=4)):
        for place, size in enumerate(sizes):
            text = f"{question} {place}"
            before = time.perf_counter()
            vector = bare(text)[0]
            encoded = time.perf_counter()
            answer = size.runtime.searcher(Audience.CUSTOMER).search(size.session, text, reader_language="en")
            found = time.perf_counter()
            size.view.search_dense(vector, DEPTH)
            after = time.perf_counter()
            if number >= WARM_UP:
                laps = ((encoded - before) * 1000, (found - encoded) * 1000, (after - found) * 1000)
                asked[place].append(Asked(*laps, answer.timings_ms))
        progress("Asking all sizes", number + 1, WARM_UP + queries)
    return asked


def _figures(size: _Size, asked: Sequence[Asked], vectors: Vectors) -> dict[str, Any]:
    scan, recall = _exact(size.view, vectors)
    encode = float(np.median([one.encode for one in asked]))
    search = quantiles([one.search for one in asked])
    stages = asked[0].stages
    return {
        "passages": size.passages,
        "search_ms": search,
        "encode_ms": round(encode, 3),
        "scan_ms": round(scan, 3),
        "dense_ms": quantiles([one.dense for one in asked]),
        "stages_ms": {name: round(float(np.median([one.stages[name] for one in asked])), 3) for name in stages},
        "ratio": round(search["p50"] / (encode + scan), 3),
        "recall@10": recall,
        **size.memory,
        "build": size.built,
        "bytes_per_passage": round(size.built["files_mb"] * 1_000_000 / size.passages),
    }


def _exact(view: OpenCollection, queries: Vectors) -> tuple[float, float]:
    """Milliseconds of an exact scan, and the share of the ten nearest passages by it that the collection finds first; those that
    are equally near are as good."""
    flat = exact_index(view)
    faiss.omp_set_num_threads(1)
    spent, hits = [], []
    for query in queries:
        started = time.perf_counter()
        scores = flat.search(query[None, :], _NEAREST)[0][0]
        spent.append((time.perf_counter() - started) * 1000)
        found = view.search_dense(query, DEPTH)[1][:_NEAREST]
        hits.append(min(float((found >= scores[-1] - 1e-6).sum()), float(_NEAREST)))
    return float(np.median(spent)), round(float(np.mean(hits)) / _NEAREST, 4)
