from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import faiss
import numpy as np
import pytest

from indexer.backends.faiss_tantivy.dense import DenseBase

MakeDense = Callable[..., DenseBase]

NOTHING = np.zeros(0, np.int64)


def vectors(count: int, seed: int = 1) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(count, 64)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def exact(matrix: np.ndarray, ids: np.ndarray, query: np.ndarray, limit: int) -> list[int]:
    return [int(i) for i in ids[np.argsort(-(matrix @ query))[:limit]]]


def test_flat_search_is_exact(make_dense: MakeDense) -> None:
    matrix = vectors(500)
    ids = np.sort(np.random.default_rng(2).permutation(10_000)[:500].astype(np.int64))
    base = make_dense(ids, matrix)
    found, scores = base.search(matrix[7], 10, NOTHING)
    assert list(found) == exact(matrix, ids, matrix[7], 10)
    assert scores[0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("exact_up_to", [100_000, 100])
def test_removed_passages_are_never_found(make_dense: MakeDense, exact_up_to: int) -> None:
    matrix, ids = vectors(3000), np.arange(3000, dtype=np.int64)
    base = make_dense(ids, matrix, exact_up_to=exact_up_to)
    best, _ = base.search(matrix[5], 5, NOTHING)
    again, _ = base.search(matrix[5], 5, np.sort(best))
    assert not set(best) & set(again)
    assert len(again) == 5


def test_beyond_the_limit_the_index_is_inverted_and_nearly_as_good(make_dense: MakeDense) -> None:
    matrix, ids = vectors(5000), np.arange(5000, dtype=np.int64)
    loaded = make_dense(ids, matrix, exact_up_to=1000)
    assert not loaded.exact
    queries = matrix[:100] + 0.05 * vectors(100, seed=9)
    hits = [set(loaded.search(q, 10, NOTHING)[0]) & set(exact(matrix, ids, q, 10)) for q in queries]
    assert np.mean([len(hit) for hit in hits]) / 10 >= 0.7  # random vectors are the worst case there is
    found, scores = loaded.search(matrix[3], 3, NOTHING)
    assert found[0] == 3
    assert scores[0] == pytest.approx(1.0, abs=1e-5)  # exact scores from the stored vectors, not SQ8's


def test_an_empty_index_finds_nothing(make_dense: MakeDense) -> None:
    found, scores = make_dense(NOTHING, np.zeros((0, 64), np.float32)).search(vectors(1)[0], 5, NOTHING)
    assert len(found) == len(scores) == 0


def test_a_search_uses_one_thread_whichever_thread_asks(make_dense: MakeDense) -> None:
    matrix = vectors(50)
    base = make_dense(np.arange(50), matrix)
    with ThreadPoolExecutor(1) as requests:
        requests.submit(base.search, matrix[0], 5, NOTHING).result()
        assert requests.submit(faiss.omp_get_max_threads).result() == 1
