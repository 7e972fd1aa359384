"""What a search costs and finds in collections of 10,000 to 1,000,000 passages on one machine.

    PYTHONPATH=.:tests/factories python tests/load/large_index.py --home FOLDER --passages 10000 100000 1000000 --plot out.png

Writes the files of each size into a folder (kept: a second run with the same --home only asks), then asks real questions, each in
a process of its own. Passages are the sentences of the sample articles, over and over; their vectors are generated between
those of neighbouring sentences, see tests/factories/generated_passages.py. They go straight into the files, by the writers that
`kb index` uses, and not through the database, which would take hours. The bundled encoder is
taken from KB_HOME/models or var/models.

build     seconds and memory of writing the files
query     milliseconds of whole searches, of the search by vectors alone, and recall@10 of the latter against an exact scan
memory    resident megabytes of the process that searches: all, and what of it is no page of a file
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from generated_passages import PASSAGES_PER_ARTICLE, RealPassages, generated_article, mixed_vectors
from sqlalchemy import insert
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.files import BuildFiles
from indexer.backends.faiss_tantivy.lexical import LexicalDocument, LexicalIndex
from indexer.backends.faiss_tantivy.manifest import CollectionEntry, read_manifest, write_manifest
from indexer.backends.faiss_tantivy.merging import finish_entry
from indexer.backends.faiss_tantivy.passage_texts import pack_text
from indexer.backends.faiss_tantivy.segment import LIMITS, SegmentWriter, VectorSizes, open_segment
from indexer.backends.faiss_tantivy.view import CollectionView
from indexer.benchmark import read_material
from indexer.builds import start_live_build
from indexer.encoders.opening import open_encoder
from indexer.fingerprint import index_fingerprint
from indexer.runtime import SearchRuntime
from indexer.shown_text import as_shown
from kb.core.database import create_database_engine
from kb.core.settings import PROJECT_ROOT, Settings, load_settings
from kb.search.candidates import DEPTH
from kb.search.encoding import Encoder, Vectors
from kb.search.types import Audience, CollectionName
from kb.tables import Article
from kb.tables.migrations import upgrade_database

_ROWS_AT_A_TIME = 5000
_WARM_UP = 50
_EXACT_ROWS = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="Where the sizes get a folder each.")
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--only", choices=["build", "query"], help="One step of one size; the others run as processes.")
    parser.add_argument("--plot", type=Path, help="Draw latencies and memory over size into this file.")
    arguments = parser.parse_args()
    if arguments.only:
        step = {"build": build, "query": query}[arguments.only]
        print(json.dumps(step(arguments.home, arguments.passages[0], arguments.queries)))
        return
    report = []
    for passages in arguments.passages:
        home = arguments.home / str(passages)
        done = home / "figures.json"
        figures = json.loads(done.read_text()) if done.exists() else {"passages": passages}
        if "build" not in figures:
            figures["build"] = _in_a_process("build", home, passages, arguments.queries)
            done.write_text(json.dumps(figures))
        report.append({**figures, "query": _in_a_process("query", home, passages, arguments.queries)})
    smallest = report[0]["query"]["search_ms"]["p50"]
    for figures in report:
        figures["times_the_smallest"] = round(figures["query"]["search_ms"]["p50"] / smallest, 2)
    print(json.dumps(report, indent=1))
    if arguments.plot:
        draw(report, arguments.plot)


def _in_a_process(step: str, home: Path, passages: int, queries: int) -> dict[str, object]:
    command = [sys.executable, __file__, "--only", step, "--home", str(home), "--passages", str(passages)]
    result = subprocess.run([*command, "--queries", str(queries)], check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(result.stdout.splitlines()[-1]))


def settings_of(home: Path) -> Settings:
    """Those of this machine, for a database and files in `home`; the model stays where it is."""
    home.mkdir(parents=True, exist_ok=True)
    models = load_settings().home / "models"
    if models.exists() and not (home / "models").exists():
        (home / "models").symlink_to(models.resolve())
    return Settings(home_text=str(home), model=load_settings().model)


def build(home: Path, passages: int, _queries: int) -> dict[str, object]:
    settings = settings_of(home)
    engine = create_database_engine(settings)
    upgrade_database(engine)
    encoder = open_encoder(settings)
    with Session(engine) as session:
        number = start_live_build(session, index_fingerprint(encoder)).id
        session.commit()
        for start in range(0, passages // PASSAGES_PER_ARTICLE, 5000):
            some = range(start, min(start + 5000, passages // PASSAGES_PER_ARTICLE))
            session.execute(insert(Article), [generated_article(one + 1, "en") for one in some])
        session.commit()
    sizes = VectorSizes.of(encoder)
    BuildFiles(engine, settings.index_dir, number, index_fingerprint(encoder), sizes).open(check=False)
    real = _real_passages(home.parent, encoder)
    started, spent = time.perf_counter(), time.process_time()
    _write_files(settings.index_dir, real, passages, sizes)
    engine.dispose()
    seconds = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - spent}
    written = sum(file.stat().st_size for file in settings.index_dir.rglob("*") if file.is_file())
    return {
        **{name: round(value, 1) for name, value in seconds.items()},
        **memory_mb(),
        "files_mb": written // 1_000_000,
    }


def _real_passages(folder: Path, encoder: Encoder) -> RealPassages:
    """Encoded once for all sizes."""
    kept = folder / "real.pickle"
    if not kept.exists():
        known = read_material(PROJECT_ROOT / "articles").sentences
        real = RealPassages.of(encoder, [(language, text) for language, texts in known.items() for text in texts])
        kept.write_bytes(pickle.dumps(real))
    return pickle.loads(kept.read_bytes())  # written a moment ago


def _write_files(root: Path, real: RealPassages, passages: int, sizes: VectorSizes) -> None:
    parent, manifest = root / CollectionName.HELP.value, read_manifest(root)
    random, origins = np.random.default_rng(passages), []
    texts = [pack_text(as_shown(text, ("An article",), [])) for text in real.texts]
    words = [one.tobytes() for one in real.words]
    with SegmentWriter(parent, sizes, LIMITS) as writer:
        for start in range(0, passages, _ROWS_AT_A_TIME):
            vectors, some = mixed_vectors(real.vectors, min(_ROWS_AT_A_TIME, passages - start), random)
            origins.append(some)
            for row, (vector, origin) in enumerate(zip(vectors, some.tolist(), strict=True), start):
                article = row // PASSAGES_PER_ARTICLE + 1
                writer.add(
                    (row + 1, article, article, real.languages[origin], "body"), vector, texts[origin], words[origin]
                )
            print(f"{start + len(some):,} of {passages:,} passages", file=sys.stderr)
        entry = writer.finish()
    assert entry is not None
    lexical = LexicalIndex.create(parent / "lexical-generated")
    rows = enumerate((int(one) for some in origins for one in some), 1)
    documents = (LexicalDocument(row, real.languages[one], "An article", real.texts[one]) for row, one in rows)
    lexical.write(documents, [], change_id=0, fresh=True)
    collection = CollectionEntry((), "", "lexical-generated", "", 0, {})
    segments = [open_segment(parent, entry, check=False)]
    help_entry = finish_entry(parent, collection, segments, np.zeros(0, np.int64), sizes, is_anew=True)
    write_manifest(root, replace(manifest, collections={**manifest.collections, CollectionName.HELP.value: help_entry}))


def query(home: Path, passages: int, queries: int) -> dict[str, object]:
    settings = settings_of(home)
    engine = create_database_engine(settings)
    started = time.perf_counter()
    runtime = SearchRuntime.open(settings, engine)
    opened = time.perf_counter() - started
    runtime.follow()
    random = np.random.default_rng(4)
    asked = random.choice(read_material(PROJECT_ROOT / "articles").questions, queries + _WARM_UP).tolist()
    # No question is the same as another one: nothing comes from a cache.
    asked = [f"{question} {number}" for number, question in enumerate(asked)]
    view = runtime.view(CollectionName.HELP)
    assert len(view) == passages
    vectors = runtime.encoder.encode_queries(asked)
    whole, dense, stages = [], [], []
    with Session(engine) as session:
        for number, (question, vector) in enumerate(zip(asked, vectors, strict=True)):
            before = time.perf_counter()
            view.search_dense(vector, DEPTH)
            between = time.perf_counter()
            answer = runtime.searcher(Audience.CUSTOMER).search(session, question, reader_language="en")
            if number >= _WARM_UP:
                dense.append((between - before) * 1000)
                whole.append((time.perf_counter() - between) * 1000)
                stages.append(answer.timings_ms)
    memory = memory_mb()
    figures = {
        "open_s": round(opened, 2),
        "engine": sorted({"flat" if segment.dense.exact else "IVF + SQ8" for segment in view.segments.segments}),
        "search_ms": quantiles(whole),
        "dense_ms": quantiles(dense),
        "stages_ms": {name: round(float(np.median([one[name] for one in stages])), 3) for name in stages[0]},
        **memory,
        "recall@10": recall(view, vectors[_WARM_UP:]),
    }
    runtime.close()
    engine.dispose()
    return figures


def quantiles(milliseconds: list[float]) -> dict[str, float]:
    return {"p50": round(float(np.median(milliseconds)), 3), "p95": round(float(np.percentile(milliseconds, 95)), 3)}


def recall(view: CollectionView, queries: Vectors) -> float:
    """Share of the ten nearest passages, by an exact scan, that the collection finds first; equally near ones are as good."""
    ids = np.sort(view.all_ids())
    best = np.full((len(queries), 10), -2, np.float32)
    for start in range(0, len(ids), _EXACT_ROWS):
        scores = queries @ view.fetch(ids[start : start + _EXACT_ROWS]).vectors.T
        best = np.sort(np.concatenate([best, np.partition(scores, -10, axis=1)[:, -10:]], axis=1), axis=1)[:, -10:]
    found = [view.search_dense(vector, DEPTH)[1][:10] for vector in queries]
    hits = [float((scores >= least - 1e-6).sum()) for scores, least in zip(found, best[:, 0], strict=True)]
    return round(min(float(np.mean(hits)) / 10, 1.0), 4)


def memory_mb() -> dict[str, int]:
    """Resident memory of this process: now, the most there was, and what of it is no page of a file that others share."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    kept = {line[0]: int(line[1]) // 1024 for line in lines if line and line[0] in ("VmRSS:", "VmHWM:", "RssAnon:")}
    return {"rss_mb": kept["VmRSS:"], "most_rss_mb": kept["VmHWM:"], "own_mb": kept["RssAnon:"]}


def draw(report: list[dict], path: Path) -> None:  # type: ignore[type-arg]
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (time_axis, memory_axis) = pyplot.subplots(1, 2, figsize=(10, 4))
    sizes = [figures["passages"] for figures in report]
    for name, label in (("search_ms", "whole search"), ("dense_ms", "vectors alone")):
        for quantile, line in (("p50", "-"), ("p95", ":")):
            values = [figures["query"][name][quantile] for figures in report]
            time_axis.plot(sizes, values, line, marker="o", label=f"{label}, {quantile}")
    time_axis.set(
        xscale="log",
        xlabel="passages",
        ylabel="ms",
        title=f"Search (exact up to {LIMITS.exact_up_to:,})",
        ylim=(0, None),
    )
    time_axis.legend()
    for step, name, label in (
        ("query", "most_rss_mb", "searching"),
        ("query", "own_mb", "of it no file"),
        ("build", "most_rss_mb", "building"),
    ):
        memory_axis.plot(sizes, [figures[step][name] for figures in report], marker="o", label=label)
    memory_axis.set(xscale="log", xlabel="passages", ylabel="MB", title="Resident memory", ylim=(0, None))
    memory_axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    main()
