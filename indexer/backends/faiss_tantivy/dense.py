"""The dense index of one segment: exact up to 50,000 passages, IVF + SQ8 with exact re-scoring beyond."""

import errno
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexer.backends.faiss_tantivy.quantized_scan import QuantizedScan
from indexer.backends.faiss_tantivy.vector_file import VECTORS_FILE, map_vectors, vector_blocks
from kb.search.encoding import Ids, Vectors

# Of so many passages as a search looks at, this share of the nearest ones is to be among what the lists give that are probed.
_WANTED_RECALL = 0.995
# Shares of the lists that are tried, and what they are tried with: 200 queries halfway between two passages, with noise of that
# length beside a vector of length 1, are a little farther from all passages than questions are (among a million: 0.69 and 0.77).
_SHARES_PROBED = (1 / 64, 1 / 48, 1 / 32, 1 / 24, 1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4)
_TRIED_QUERIES, _NOISE, _NEAREST = 200, 0.8, 10
# The codes give so many times the wanted results, among which the stored vectors decide.
_MARGIN = 4
# Below that all vectors are read in the time that two searches need.
CODES_FROM = 4_000
_TRAINING_VECTORS_PER_LIST = 40
# Reads what is needed when it is needed, and from the file's own pages.
_MAPPED: int = faiss.IO_FLAG_MMAP_IFC
INDEX_FILE, IDS_FILE = "dense.faiss", "ids.npy"


class DenseBase:
    """Vectors of one segment, never changed after it was made: safe to search from many threads.

    The files are mapped into memory: opening them reads nothing, and processes share what they read.

    `ids` is sorted; row i of the index is passage `ids[i]`. `vectors` has shape (len(ids), dimensions), unit length.
    """

    def __init__(self, index: Any, ids: Ids, vectors: Vectors, *, exact: bool) -> None:
        self.index, self.ids, self.vectors, self.exact = index, ids, vectors, exact
        self.quantized: QuantizedScan | None = None

    def prepare(self) -> None:
        """Make what lets searches read less: who writes files, or asks once, needs none. A second for 100,000 passages."""
        if self.quantized is None and self.exact and len(self.ids) >= CODES_FROM:
            self.quantized = QuantizedScan(self.vectors)

    @classmethod
    def load(cls, folder: Path) -> "DenseBase":
        """Raises OSError, ValueError or RuntimeError (FAISS) when a file is missing or broken."""
        index: Any = faiss.read_index(str(folder / INDEX_FILE), _MAPPED)
        ids = np.load(folder / IDS_FILE)
        if index.ntotal != len(ids):
            raise ValueError(f"{index.ntotal} vectors for {len(ids)} ids")
        exact = isinstance(index, faiss.IndexFlat)
        if exact:
            return cls(index, ids, _rows_of(index), exact=True)
        vectors = map_vectors(folder)
        if len(vectors) != len(ids):
            raise ValueError(f"{len(vectors)} stored vectors for {len(ids)} ids")
        return cls(index, ids, vectors, exact=False)

    def search(self, vector: Vectors, limit: int, without: Ids) -> tuple[Ids, Vectors]:
        """Ids and cosines of the nearest passages, best first, those in `without` left out."""
        if not len(self.ids):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows_without = np.searchsorted(self.ids, without)
        if self.quantized is not None and (proved := self.quantized.search(vector, limit, rows_without)):
            return self.ids[proved[0]], proved[1]
        parameters = _without(rows_without, self.index) if len(without) else None
        # One query is scanned by one thread: requests run side by side, and threads that wait for each other cost more than
        # they bring (measured with both cores busy: 26 ms instead of 1). OpenMP has this number for each thread: set it in all.
        faiss.omp_set_num_threads(1)
        wanted = min(limit if self.exact else limit * _MARGIN, len(self.ids))
        scores, rows = self.index.search(vector[None, :], wanted, params=parameters)
        rows, scores = rows[0], scores[0]
        if rows[-1] < 0:  # fewer than wanted
            rows, scores = rows[rows >= 0], scores[rows >= 0]
        if not self.exact:  # SQ8 scores are approximate: the stored vectors decide
            scores = self.vectors[rows] @ vector
            best = np.argsort(-scores)[:limit]
            rows, scores = rows[best], scores[best]
        return self.ids[rows], scores.astype(np.float32, copy=False)


def write_dense(folder: Path, ids: Ids, exact_up_to: int) -> list[str]:
    """Make the index of the vectors in VECTORS_FILE, row i being passage `ids[i]`; returns the names of the files.

    Up to `exact_up_to` passages the index itself holds the vectors, and VECTORS_FILE is removed. Of more than that, a part is in
    memory at any time: the codes, a byte per dimension, and what k-means is trained on.
    """
    try:
        if exact := len(ids) <= exact_up_to:
            index: Any = faiss.IndexFlatIP(map_vectors(folder).shape[1])
        else:
            index = _train(folder, len(ids))
        for rows in vector_blocks(folder):
            index.add(rows)
        if not exact:
            index.nprobe = _probes_needed(folder, index)
        faiss.write_index(index, str(folder / INDEX_FILE))
    except RuntimeError as error:  # its word for a full disk, too; the reason stands in its message alone
        raise OSError(errno.EIO, f"{INDEX_FILE} could not be written whole") from error
    np.save(folder / IDS_FILE, ids)
    if exact:
        (folder / VECTORS_FILE).unlink()
        return [INDEX_FILE, IDS_FILE]
    return [INDEX_FILE, IDS_FILE, VECTORS_FILE]


def _train(folder: Path, count: int) -> Any:
    """An empty IVF + SQ8 index whose lists and ranges fit a sample of the vectors."""
    lists = int(2 * np.sqrt(count))
    vectors = map_vectors(folder)
    sample = np.sort(np.random.default_rng(0).permutation(count)[: lists * _TRAINING_VECTORS_PER_LIST])
    index: Any = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[sample])
    return index


def _probes_needed(folder: Path, index: Any) -> int:
    """So many lists that nearly nothing is missed: how many that takes depends on how alike the texts are, so it is tried."""
    vectors = map_vectors(folder)
    random = np.random.default_rng(1)
    one, other = (vectors[np.sort(random.integers(0, len(vectors), _TRIED_QUERIES))] for _ in range(2))
    noise = random.normal(scale=_NOISE / np.sqrt(index.d), size=one.shape)
    queries = ((one + random.permutation(other)) / 2 + noise).astype(np.float32)
    best = np.zeros((_TRIED_QUERIES, 0), np.float32)
    for rows in vector_blocks(folder):
        best = np.sort(np.concatenate([best, queries @ rows.T], axis=1), axis=1)[:, -_NEAREST:]
    for share in _SHARES_PROBED:
        probes = index.nprobe = max(int(index.nlist * share), 1)
        found = index.search(queries, _NEAREST * _MARGIN)[1]
        scores = [vectors[rows[rows >= 0]] @ query for rows, query in zip(found, queries, strict=True)]
        hits = [np.count_nonzero(own >= least - 1e-6) for own, least in zip(scores, best[:, 0], strict=True)]
        if np.mean(hits) >= _WANTED_RECALL * best.shape[1]:
            break
    return probes


def _without(rows: Ids, index: Any) -> Any:
    """Search parameters that leave rows out. FAISS takes its fields by name, which its type hints do not know."""
    library: Any = faiss
    keep = library.IDSelectorNot(library.IDSelectorBatch(rows.astype(np.int64)))
    if isinstance(index, faiss.IndexFlat):
        return library.SearchParameters(sel=keep)
    return library.SearchParametersIVF(sel=keep, nprobe=index.nprobe)


def _rows_of(index: Any) -> Vectors:
    """The vectors inside a flat index, without a copy."""
    if not index.ntotal:
        return np.zeros((0, index.d), dtype=np.float32)
    rows: Vectors = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    return rows
