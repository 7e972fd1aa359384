"""A collection that outgrows the exact search: it is searched by IVF + SQ8 from then on, which nobody has to ask for.

`kb bench --growth` measures the same with up to a million passages.
"""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.backend import EmbeddedBackend
from indexer.backends.faiss_tantivy.files import BuildFiles
from indexer.backends.faiss_tantivy.manifest import manifest_signature
from indexer.backends.faiss_tantivy.merging import merge_large_segments
from indexer.backends.faiss_tantivy.reader import IndexReader
from indexer.backends.faiss_tantivy.segment import SegmentLimits, VectorSizes
from indexer.backends.faiss_tantivy.view import CollectionView
from indexer.benchmark.generated import RealPassages, mixed_vectors, store_passages
from indexer.benchmark.material import read_material
from indexer.builds import start_live_build
from indexer.encoders.hashing import HashEncoder
from indexer.fingerprint import index_fingerprint
from indexer.updating import bring_up_to_date
from indexer.verify import verify_index
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.encoding import Vectors
from kb.search.types import CollectionName

ENCODER = HashEncoder()
FINGERPRINT = index_fingerprint(ENCODER)
PASSAGES, SMALLER = 3000, 2000
LIMITS = SegmentLimits(exact_up_to=2500, merged_at_once=500)
pytestmark = pytest.mark.sqlite_only(reason="what is looked at are files, which are the same beside any database")


@pytest.fixture
def two_flat_segments(engine: Engine, settings: Settings) -> Iterator[IndexReader]:
    """A collection of two segments that are due to be merged, and are more together than is searched exactly."""
    texts = [("en", text) for text in read_material(PROJECT_ROOT / "articles").sentences["en"][:300]]
    real = RealPassages.of(ENCODER, texts)
    with Session(engine) as session:
        build = start_live_build(session, FINGERPRINT).id
        session.commit()
    files = BuildFiles(engine, settings.index_dir, build, FINGERPRINT, VectorSizes.of(ENCODER), limits=LIMITS)
    files.open(check=True)
    for first, end in ((1, SMALLER + 1), (SMALLER + 1, PASSAGES + 1)):
        list(store_passages(engine, build, real, first, end))
        files.apply(settle=True)
    reader = IndexReader(engine, settings.index_dir, FINGERPRINT)
    assert [(len(one), one.dense.exact) for one in view_of(reader).segments.segments] == [(2000, True), (1000, True)]
    yield reader
    reader.close()


def view_of(reader: IndexReader) -> CollectionView:
    reader.look()
    assert reader.problem is None
    return reader.view(CollectionName.HELP)


def queries(view: CollectionView) -> Vectors:
    matrix = view.fetch(np.sort(view.all_ids())).vectors
    return mixed_vectors(matrix, 100, np.random.default_rng(5))[0]


def recall_at_10(view: CollectionView, asked: Vectors) -> float:
    """Against an exact scan. On the way: scores are those of the vectors themselves, best first."""
    ids = np.sort(view.all_ids())
    matrix = view.fetch(ids).vectors
    assert len(matrix) == PASSAGES
    hits = []
    for query in asked:
        found, scores = view.search_dense(query, 10)
        np.testing.assert_allclose(scores, view.fetch(found).vectors @ query, atol=1e-6)
        assert (np.diff(scores) <= 0).all()
        best = ids[np.argsort(-(matrix @ query))[:10]]
        hits.append(len(set(found.tolist()) & set(best.tolist())) / 10)
    return float(np.mean(hits))


def test_the_old_segments_answer_until_the_new_one_is_whole(two_flat_segments: IndexReader, settings: Settings) -> None:
    reader, root = two_flat_segments, settings.index_dir
    asked, before = queries(view_of(reader)), manifest_signature(root)
    there = set((root / "help").iterdir())
    with FileLock(root / "write.lock"):
        merging = threading.Thread(target=merge_large_segments, args=(root, FileLock(root / "write.lock"), LIMITS))
        merging.start()
        new = wait_for_a_whole_segment(root / "help", there)
        # Trained, written, and held up where it is to take its place.
        assert manifest_signature(root) == before
        assert recall_at_10(view_of(reader), asked) == 1.0
        assert [one.dense.exact for one in view_of(reader).segments.segments] == [True, True]
    merging.join()
    view = view_of(reader)
    assert [(one.entry.name, len(one), one.dense.exact) for one in view.segments.segments] == [(new, PASSAGES, False)]
    assert recall_at_10(view, asked) >= 0.98


def wait_for_a_whole_segment(folder: Path, there: set[Path]) -> str:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for path in set(folder.iterdir()) - there:
            if (path / "passages.npz").exists():  # the last of its files
                return path.name
        time.sleep(0.01)
    raise AssertionError("no segment came")


def test_an_update_makes_the_switch_by_itself(
    two_flat_segments: IndexReader, engine: Engine, settings: Settings
) -> None:
    report = bring_up_to_date(engine, EmbeddedBackend(settings.index_dir, LIMITS), ENCODER, compare=True)
    assert (report.documents, report.encoded) == (0, 0)
    view = view_of(two_flat_segments)
    assert [(len(one), one.dense.exact) for one in view.segments.segments] == [(PASSAGES, False)]
    assert recall_at_10(view, queries(view)) >= 0.98
    assert not verify_index(engine, settings.index_dir, FINGERPRINT)
