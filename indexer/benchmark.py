"""Measure search and indexing beside their limits, in one run: the bare encoder, an exact scan of the same vectors, and where
one is set the bare re-ranker on the passages that it read.

Texts are made by recombining the sentences of a folder of articles. Only a part of the passages is encoded; the others get
slightly turned copies of those vectors, because what a scan costs does not depend on what the numbers are, and encoding ten
thousand passages would take minutes. Everything else (database, files, words, ranking, loading) is the real thing.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from indexer.benchmark_models import RecordingEncoder, RecordingReranker, TurningEncoder
from indexer.chunking import split_sentences
from indexer.encoders.batching import BATCH
from indexer.encoders.bundled import BundledEncoder
from indexer.encoders.opening import open_encoder
from indexer.encoders.reranker import open_reranker
from indexer.encoders.sentence import SentenceEncoder
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.search.candidates import DEPTH
from kb.search.encoding import Encoder
from kb.search.second_stage import Reranker
from kb.search.types import Audience, CollectionName
from kb.tables import Article, Base

_SECTIONS = _PASSAGES_PER_ARTICLE = 4
_WARM_UP_QUERIES = 20
# Encoders that are something around a model which can be run by itself.
_HAS_BARE = (BundledEncoder, SentenceEncoder)


@dataclass(frozen=True)
class Material:
    """Sentences to make passages of, by language, and questions to ask."""

    sentences: dict[str, list[str]]
    questions: list[str]


def run_benchmark(
    settings: Settings, material: Material, *, passages: int, queries: int, progress: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Figures as `kb bench --json` prints them; times in milliseconds, memory in megabytes."""
    encoder = open_encoder(settings)
    reranker = RecordingReranker(open_reranker(settings)) if settings.reranker else None
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        # Nothing of it is left in a Milvus: it is measured with the embedded engine.
        home = replace(settings, home_text=folder, database_url="", index_text="embedded")
        index = _measure_indexing(home, encoder, material, progress)
        filler = TurningEncoder(encoder, passages // 20)
        runtime = _fill(home, filler, reranker, material, passages, progress)
        searched = len(runtime.view(CollectionName.HELP))
        runtime.follow()  # as a server does: no search waits for a look at what is new
        try:
            figures = _measure_queries(home, encoder, reranker, runtime, material, queries, progress)
        finally:
            runtime.close()
    return {
        "passages": searched,
        **figures,
        "index": index,
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "encoder": encoder.fingerprint,
    }


def _make_articles(material: Material, count: int, seed: int) -> list[Article]:
    choose = random.Random(seed)
    languages = sorted(material.sentences)
    articles = []
    for number in range(count):
        language = languages[number % len(languages)]
        known = material.sentences[language]
        sections = [
            f"## {choose.choice(known)[:60]}\n\n" + " ".join(choose.choices(known, k=9)) for _ in range(_SECTIONS)
        ]
        key = f"bench-{seed}-{number}"
        articles.append(
            Article(
                slug=key,
                language=language,
                translation_key=key,
                status="published",
                title=choose.choice(known)[:80],
                body="\n\n".join(sections),
                content_hash=f"{seed}-{number}",
            )
        )
    return articles


def _fill(
    settings: Settings,
    encoder: Encoder,
    reranker: Reranker | None,
    material: Material,
    passages: int,
    progress: Callable[[str, int, int], None],
) -> SearchRuntime:
    """A database with about as many passages as asked for, indexed."""
    engine = create_database_engine(settings)
    with session_scope(engine) as session:
        session.add_all(_make_articles(material, passages // _PASSAGES_PER_ARTICLE, seed=2))
    runtime = SearchRuntime.open(settings, engine, encoder, reranker)
    runtime.update(lambda done, total: progress("Filling the index", done, total))
    return runtime


def _measure_indexing(
    settings: Settings, encoder: Encoder, material: Material, progress: Callable[[str, int, int], None]
) -> dict[str, float]:
    """Passages per second of the pipeline and of the bare encoder with the same threads, in turns."""
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    rounds, spent = 2, {"pipeline": 0.0, "bare": 0.0}
    encoded = 0
    texts: list[str] = []
    recorder = RecordingEncoder(encoder)
    for number in range(rounds):
        with session_scope(engine) as session:
            session.add_all(_make_articles(material, 64, seed=100 + number))
        recorder.texts.clear()
        started = time.perf_counter()
        encoded += bring_up_to_date(engine, settings.index_dir, recorder).encoded
        spent["pipeline"] += time.perf_counter() - started
        texts = list(recorder.texts)
        started = time.perf_counter()
        _encode_bare(encoder, texts)
        spent["bare"] += time.perf_counter() - started
        progress("Measuring indexing", number + 1, rounds)
    with session_scope(engine) as session:  # what was measured with is not searched in
        session.execute(delete(Article))
    pipeline, bare = encoded / spent["pipeline"], encoded / spent["bare"]
    return {
        "passages_per_s": round(pipeline, 1),
        "bare_passages_per_s": round(bare, 1),
        "ratio": round(pipeline / bare, 3),
    }


def _encode_bare(encoder: Encoder, texts: list[str]) -> None:
    """The encoder with nothing around it but batches sorted by length and as many threads as indexing uses."""
    if not isinstance(encoder, _HAS_BARE):
        encoder.encode_passages(texts)
        return
    ordered = sorted((encoder.passage_prompt + text for text in texts), key=len, reverse=True)
    batches = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
    with ThreadPoolExecutor(max_workers=encoder.parallel) as pool:
        list(pool.map(encoder.bare_encode, batches))


def _measure_queries(
    settings: Settings,
    encoder: Encoder,
    reranker: RecordingReranker | None,
    runtime: SearchRuntime,
    material: Material,
    queries: int,
    progress: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Each query once bare and once whole, in turns, so that a machine that slows down slows down both."""
    bare = encoder.bare_encode if isinstance(encoder, _HAS_BARE) else encoder.encode_queries
    prompt = encoder.query_prompt if isinstance(encoder, _HAS_BARE) else ""
    view = runtime.view(CollectionName.HELP)
    flat = faiss.IndexFlatIP(encoder.dimensions)
    flat.add(view.fetch(view.all_ids()).vectors)
    choose = random.Random(3)
    asked = [f"{question} {number}" for number, question in enumerate(choose.choices(material.questions, k=queries))]
    engine = create_database_engine(settings)
    encode, scan, rerank, total = [], [], [], []
    stages: dict[str, list[float]] = {}
    with Session(engine) as session:
        for number, question in enumerate([*asked[:_WARM_UP_QUERIES], *asked]):
            text = question if number >= _WARM_UP_QUERIES else f"warm {question}"
            started = time.perf_counter()
            vector = bare([prompt + text])
            encoded = time.perf_counter()
            flat.search(vector, DEPTH)
            scanned = time.perf_counter()
            answer = runtime.searcher(Audience.CUSTOMER).search(session, text, reader_language="en")
            finished = time.perf_counter()
            if reranker is not None:
                reranker.score_bare()
            reranked = time.perf_counter()
            if number < _WARM_UP_QUERIES:
                continue
            encode.append((encoded - started) * 1000)
            scan.append((scanned - encoded) * 1000)
            rerank.append((reranked - finished) * 1000 if reranker is not None else 0.0)
            total.append((finished - scanned) * 1000)
            for stage, milliseconds in answer.timings_ms.items():
                stages.setdefault(stage, []).append(milliseconds)
            progress("Measuring queries", number - _WARM_UP_QUERIES + 1, queries)
    limit = float(np.median(np.sum((encode, scan, rerank), axis=0)))
    return {
        "query_ms": {
            "p50": round(float(np.median(total)), 3),
            "p95": round(float(np.percentile(total, 95)), 3),
            "stages": {stage: round(float(np.median(values)), 3) for stage, values in stages.items()},
        },
        "limit_ms": {
            "encode": round(float(np.median(encode)), 3),
            "scan": round(float(np.median(scan)), 3),
            "rerank": round(float(np.median(rerank)), 3),
            "sum": round(limit, 3),
        },
        "ratio": round(float(np.median(total)) / limit, 3),
    }


def read_material(folder: Path) -> Material:
    """Sentences and questions from the Markdown articles under `folder`."""
    from kb.articles import parse_article, shown_text

    sentences: dict[str, list[str]] = {}
    questions: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        source = parse_article(path.read_text("utf-8"), str(path))
        text = shown_text(source.body)
        found = [text[a:b] for a, b in split_sentences(text) if b - a > 20]
        sentences.setdefault(source.language, []).extend(found)
        questions += [source.title, *source.also_asked]
    return Material(sentences, questions)
