"""QuantizedScan of one byte give exactly what a scan of the vectors gives, or say that they are not certain."""

from collections.abc import Callable

import faiss
import numpy as np
import pytest

import indexer.backends.faiss_tantivy.quantized_scan
from indexer.backends.faiss_tantivy.dense import CODES_FROM, DenseBase
from indexer.backends.faiss_tantivy.quantized_scan import QuantizedScan

MakeDense = Callable[..., DenseBase]

NOTHING = np.zeros(0, np.int64)


def passages(count: int, spread: float, seed: int = 1) -> np.ndarray:
    """Unit vectors around 40 topics, as passages lie; the smaller `spread`, the more alike those of a topic."""
    random = np.random.default_rng(seed)
    topics = random.normal(size=(40, 64))
    made = topics[random.integers(0, 40, count)] + spread * random.normal(size=(count, 64))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("type_of_codes", [np.int8, np.uint8])
@pytest.mark.parametrize("length", [1.0, 0.3])
def test_what_the_codes_are_certain_of_is_what_a_scan_finds(
    length: float, type_of_codes: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.backends.faiss_tantivy.quantized_scan, "_type_of_codes", lambda: type_of_codes)
    matrix = passages(2000, spread=1.0)
    codes = QuantizedScan(matrix)
    certain = 0
    for query in length * passages(50, spread=1.0, seed=7):
        found = codes.search(query, 10, NOTHING)
        if found is not None:
            certain += 1
            assert list(found[0]) == list(np.argsort(-(matrix @ query))[:10])
            assert found[1] == pytest.approx(np.sort(matrix @ query)[::-1][:10], abs=1e-6)
    assert certain >= 25


def test_a_dimension_of_large_numbers_does_not_make_the_others_coarse() -> None:
    matrix = passages(2000, spread=1.0)
    matrix[:, 0] *= 20
    found = [QuantizedScan(matrix).search(query, 10, NOTHING) for query in passages(50, spread=1.0, seed=7)]
    assert sum(each is not None for each in found) >= 45


def test_the_codes_are_not_certain_among_vectors_that_differ_less_than_their_rounding() -> None:
    matrix = passages(2000, spread=1e-4)
    assert QuantizedScan(matrix).search(matrix[3], 5, NOTHING) is None


@pytest.mark.parametrize("spread", [1.0, 1e-4])
def test_a_large_collection_is_searched_exactly_whether_or_not_the_codes_are_certain(
    make_dense: MakeDense, spread: float
) -> None:
    matrix, ids = passages(CODES_FROM, spread), np.arange(CODES_FROM, dtype=np.int64)
    base = make_dense(ids, matrix)
    flat = faiss.IndexFlatIP(64)
    flat.add(matrix)
    for query in passages(20, spread, seed=7):
        found, scores = base.search(query, 30, NOTHING)
        expected = flat.search(query[None], 30)[0][0]
        assert scores == pytest.approx(expected, abs=1e-6)
        assert (matrix[found] @ query) == pytest.approx(expected, abs=1e-6)


def test_removed_vectors_are_left_out_by_the_codes_too(make_dense: MakeDense) -> None:
    matrix, ids = passages(CODES_FROM, spread=1.0), np.arange(CODES_FROM, dtype=np.int64)
    base = make_dense(ids, matrix)
    query = passages(1, spread=1.0, seed=7)[0]
    best = np.argsort(-(matrix @ query))
    assert list(base.search(query, 5, np.sort(best[:5]))[0]) == list(best[5:10])
    only = np.sort(best[3:])
    assert list(base.search(query, 5, only)[0]) == list(best[:3])
