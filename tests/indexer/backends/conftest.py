from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.backends.faiss_tantivy.dense import DenseBase, write_dense
from indexer.backends.faiss_tantivy.segment import LIMITS
from indexer.backends.faiss_tantivy.vector_file import VectorWriter


@pytest.fixture
def make_dense(tmp_path: Path) -> Callable[..., DenseBase]:
    """Write vectors, float32 (n, dimensions), as those of a segment, and open them again; ids rise."""

    def make(ids: np.ndarray, vectors: np.ndarray, *, exact_up_to: int = LIMITS.exact_up_to) -> DenseBase:
        writer = VectorWriter(tmp_path, vectors.shape[1])
        writer.add(vectors)
        writer.close()
        write_dense(tmp_path, ids, exact_up_to)
        return DenseBase.load(tmp_path)

    return make
