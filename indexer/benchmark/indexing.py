"""How fast documents are indexed, beside the bare encoder with the very same texts, and how soon it is seen that none changed."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from indexer.benchmark.generated import RealPassages, all_sentences, store_passages
from indexer.benchmark.material import PASSAGES_PER_ARTICLE, Material, make_articles
from indexer.benchmark.models import HAS_BARE, RecordingEncoder
from indexer.builds import start_live_build
from indexer.encoders.batching import BATCH
from indexer.fingerprint import index_fingerprint
from indexer.updating import bring_up_to_date
from kb.core.database import create_database_engine, session_scope
from kb.core.progress import Progress
from kb.core.settings import Settings
from kb.search.encoding import Encoder
from kb.tables import Article
from kb.tables.migrations import upgrade_database

_ROUNDS, _ARTICLES_A_ROUND = 2, 64
# So many looks at unchanged articles; texts that are encoded for them.
_LOOKS, _ENCODED = 3, 100


def measure_indexing(
    engine: Engine, index_dir: Path, encoder: Encoder, material: Material, progress: Progress
) -> dict[str, float]:
    """Passages per second of the pipeline and of the bare encoder with the same threads, in turns."""
    spent = {"pipeline": 0.0, "bare": 0.0}
    encoded = 0
    recorder = RecordingEncoder(encoder)
    # What is loaded once is no part of either.
    _encode_bare(encoder, material.questions[:BATCH])
    encoder.embed_passages(material.questions[:BATCH])
    for number in range(_ROUNDS):
        with session_scope(engine) as session:
            session.add_all(make_articles(material, _ARTICLES_A_ROUND, seed=100 + number))
        recorder.texts.clear()
        started = time.perf_counter()
        encoded += bring_up_to_date(engine, index_dir, recorder).encoded
        spent["pipeline"] += time.perf_counter() - started
        started = time.perf_counter()
        _encode_bare(encoder, list(recorder.texts))
        spent["bare"] += time.perf_counter() - started
        progress(number + 1, _ROUNDS)
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
    if not isinstance(encoder, HAS_BARE):
        encoder.encode_passages(texts)
        return
    ordered = sorted((encoder.passage_prompt + text for text in texts), key=len, reverse=True)
    batches = [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]
    with ThreadPoolExecutor(max_workers=encoder.parallel) as pool:
        list(pool.map(encoder.bare_encode, batches))


def measure_unchanged(settings: Settings, encoder: Encoder, material: Material, articles: int) -> dict[str, float]:
    """Seconds in which `kb index` finds that none of the articles has changed, without those in which the command starts."""
    engine = create_database_engine(settings)
    upgrade_database(engine)
    try:
        with Session(engine) as session:
            build = start_live_build(session, index_fingerprint(encoder)).id
            session.commit()
        real = RealPassages.of(encoder, all_sentences(material)[:_ENCODED])
        for _ in store_passages(engine, build, real, 1, articles * PASSAGES_PER_ARTICLE + 1):
            pass
        bring_up_to_date(engine, settings.index_dir, encoder)  # the files follow
        seconds = []
        for _ in range(_LOOKS):
            started = time.perf_counter()
            report = bring_up_to_date(engine, settings.index_dir, encoder, compare=True)
            seconds.append(time.perf_counter() - started)
            assert not report.documents, "nothing was changed"
            assert sum(report.collections.values()) == articles * PASSAGES_PER_ARTICLE
    finally:
        engine.dispose()
    return {"articles": articles, "seconds": round(float(np.median(seconds)), 3)}
