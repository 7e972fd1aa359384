"""Measure search and indexing beside their limits, in one run: the bare encoder and an exact scan of the same vectors.

Texts are made by recombining the sentences of a folder of articles. Only a part of the passages is encoded; the others get
slightly turned copies of those vectors, because what a scan costs does not depend on what the numbers are, and encoding ten
thousand passages would take minutes. Everything else (database, files, words, ranking, loading) is the real thing.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from indexer.chunking import split_sentences
from indexer.encoders.batching import BATCH
from indexer.encoders.bundled import BundledEncoder
from indexer.encoders.opening import open_encoder
from indexer.encoders.sentence import SentenceEncoder
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.core.database import create_database_engine, session_scope
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.candidates import DEPTH
from kb.search.encoding import Encoder, PassageEmbeddings, Vectors, WordVectors
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
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as folder:
        home = replace(settings, home_text=folder, database_url="")
        index = _measure_indexing(home, encoder, material, progress)
        filler = _TurningEncoder(encoder, passages // 20)
        runtime = _fill(home, filler, material, passages, progress)
        searched = len(runtime.view(CollectionName.HELP))
        runtime.follow()  # as a server does: no search waits for a look at what is new
        try:
            figures = _measure_queries(home, encoder, runtime, material, queries, progress)
        finally:
            runtime.close()
    return {
        "passages": searched,
        **figures,
        "index": index,
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "encoder": encoder.fingerprint,
    }


class _Around:
    """An encoder around another one, which does all that is not written here."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.fingerprint, self.dimensions = encoder.fingerprint, encoder.dimensions
        self.word_dimensions = encoder.word_dimensions
        self.encode_queries, self.embed_query = encoder.encode_queries, encoder.embed_query
        self.count_tokens, self.encode_passages = encoder.count_tokens, encoder.encode_passages


class _TurningEncoder(_Around):
    """Reads the first passages for real and gives later ones slightly turned copies of their vectors."""

    def __init__(self, encoder: Encoder, real: int) -> None:
        super().__init__(encoder)
        self._real = max(real, 1)
        self._vectors: Vectors = np.zeros((0, encoder.dimensions), np.float32)
        self._words: list[WordVectors] = []
        self._random = np.random.default_rng(1)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        real = texts[: max(self._real - len(self._vectors), 0)]
        if real:
            read = self._encoder.embed_passages(real, progress)
            self._vectors = np.concatenate([self._vectors, read.vectors])
            self._words += read.words
        copied = self._random.integers(0, len(self._vectors), len(texts) - len(real))
        turned = self._vectors[copied]
        turned = turned + self._random.normal(scale=0.01, size=turned.shape).astype(np.float32)
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        newest = len(self._vectors) - len(real)
        words = [*self._words[newest:], *(self._words[place] for place in copied)]
        return PassageEmbeddings(np.concatenate([self._vectors[newest:], turned]), words)


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
    material: Material,
    passages: int,
    progress: Callable[[str, int, int], None],
) -> SearchRuntime:
    """A database with about as many passages as asked for, indexed."""
    engine = create_database_engine(settings)
    with session_scope(engine) as session:
        session.add_all(_make_articles(material, passages // _PASSAGES_PER_ARTICLE, seed=2))
    runtime = SearchRuntime.open(settings, engine, encoder)
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
    recorder = _RecordingEncoder(encoder)
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


class _RecordingEncoder(_Around):
    """Remembers what was encoded, so that the bare encoder gets the very same texts."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        self.texts += texts
        return self._encoder.embed_passages(texts, progress)


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
    encode, scan, total = [], [], []
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
            if number < _WARM_UP_QUERIES:
                continue
            encode.append((encoded - started) * 1000)
            scan.append((scanned - encoded) * 1000)
            total.append((finished - scanned) * 1000)
            for stage, milliseconds in answer.timings_ms.items():
                stages.setdefault(stage, []).append(milliseconds)
            progress("Measuring queries", number - _WARM_UP_QUERIES + 1, queries)
    limit = float(np.median(np.add(encode, scan)))
    return {
        "query_ms": {
            "p50": round(float(np.median(total)), 3),
            "p95": round(float(np.percentile(total, 95)), 3),
            "stages": {stage: round(float(np.median(values)), 3) for stage, values in stages.items()},
        },
        "limit_ms": {
            "encode": round(float(np.median(encode)), 3),
            "scan": round(float(np.median(scan)), 3),
            "sum": round(limit, 3),
        },
        "ratio": round(float(np.median(total)) / limit, 3),
    }


def read_material(folder: Path) -> Material:
    """Sentences and questions from the Markdown articles under `folder`."""
    from kb.articles import parse_article, plain_text

    sentences: dict[str, list[str]] = {}
    questions: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        source = parse_article(path.read_text("utf-8"), str(path))
        text = plain_text(source.body)
        found = [text[a:b] for a, b in split_sentences(text) if b - a > 20]
        sentences.setdefault(source.language, []).extend(found)
        questions += [source.title, *source.also_asked]
    return Material(sentences, questions)
