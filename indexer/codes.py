"""Vectors in one byte per dimension: an exact search that reads a quarter of the memory.

The codes bring more candidates than are wanted, the vectors decide among them, and the largest rounding error of any vector
proves that no better one is missing. Where it does not (very many passages nearly alike), the caller scans the vectors.
"""

from typing import Any

import faiss
import numpy as np

from kb.contracts import Ids, Vectors

# So many times the wanted results are candidates. Measured with 10,000 passages of the bundled encoder: with 1.7 times 43 % of
# the queries are proved, with 2.7 and 4 times all of them.
_MARGIN = 3
_ROWS_AT_A_TIME = 8192
_FLOAT_NOISE = 1e-5


class Codes:
    """Codes of `vectors` (n, dimensions), which must not change and are kept by the caller."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        kind = faiss.ScalarQuantizer.QT_8bit
        self._index: Any = faiss.IndexScalarQuantizer(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        self._index.train(vectors)
        self._index.add(vectors)
        starts = range(0, len(vectors), _ROWS_AT_A_TIME)
        self._error = max(self._largest_error(vectors[start : start + _ROWS_AT_A_TIME], start) for start in starts)

    def _largest_error(self, vectors: Vectors, start: int) -> float:
        rounded = self._index.reconstruct_n(start, len(vectors))
        return float(np.linalg.norm(rounded - vectors, axis=1).max())

    def search(self, vector: Vectors, limit: int, parameters: Any) -> tuple[Ids, Vectors] | None:
        """Rows and inner products of the nearest vectors, best first; None where it is not certain that they are."""
        rounded, rows = self._index.search(vector[None, :], min(limit * _MARGIN, len(self._vectors)), params=parameters)
        rows, worst = rows[0], float(rounded[0, -1])
        if rows[-1] < 0:  # fewer are left than were asked for: these are all
            rows, worst = rows[rows >= 0], -np.inf
        elif len(rows) == len(self._vectors):
            worst = -np.inf
        scores = self._vectors[rows] @ vector
        best = np.argsort(-scores)[:limit]
        rows, scores = rows[best], scores[best]
        # By Cauchy and Schwarz no product is further from its rounded one than the error times the length of the query.
        bound = worst + self._error * float(np.linalg.norm(vector)) + _FLOAT_NOISE
        return (rows, scores) if len(scores) and scores[-1] >= bound else None
