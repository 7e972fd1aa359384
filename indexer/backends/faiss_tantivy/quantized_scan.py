"""Vectors in one byte per dimension: an exact search that reads a quarter of the memory.

The codes bring more candidates than are wanted, the vectors decide among them, and the largest rounding errors of the query
and of any vector prove that no better one is missing. Where they do not (very many passages nearly alike), the caller scans the
vectors. The products are whole numbers, by ONNX Runtime, which uses the processor's instructions for them.
"""

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.onnx_session import open_session
from kb.search.encoding import Ids, Vectors

if TYPE_CHECKING:
    import onnxruntime

# So many times the wanted results are candidates, at first and where that does not prove them. Measured with 10,000 passages of
# the bundled encoder: of 400 queries 81 and 100 % are proved; 4 times at once takes .02 ms more.
_MARGINS = (3, 8)
_SAMPLED = 4
_LOWEST = float(np.finfo(np.float32).min)  # of all numbers; what is removed has minus infinity
_ROWS_AT_A_TIME = 8192
_MICROSOFT = "com.microsoft"  # ONNX Runtime's own operators
_FLOAT_NOISE = 1e-5
_LARGEST = 127
# Unsigned codes are signed by what they are above or below this one.
_ZERO = 128


class QuantizedScan:
    """QuantizedScan of `vectors` (n, dimensions), which must not change and are kept by the caller.

    What all vectors have in common, their mean, is taken out of them and of the query first: the rest is half as long, and its
    rounding errors too. A product is then that of the two rests, plus that of the mean with the vector, which is kept. Each
    dimension has a unit of its own, which the query is multiplied by: some dimensions have numbers many times those of others.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._mean = vectors.mean(axis=0)
        slices = [slice(start, start + _ROWS_AT_A_TIME) for start in range(0, len(vectors), _ROWS_AT_A_TIME)]
        self._units = np.max([_units_of(vectors[rows] - self._mean) for rows in slices], axis=0)
        codes = np.empty(vectors.shape[::-1], _type_of_codes())
        zero = _zero_of(codes.dtype)
        self._error = self._longest = 0.0
        for rows in slices:
            rest = vectors[rows] - self._mean
            steps = np.round(rest / self._units)
            codes[:, rows] = (steps + zero).T
            self._error = max(self._error, _longest(rest - steps * self._units))
            self._longest = max(self._longest, _longest(steps))
        self._session = _open_products(codes, vectors @ self._mean)

    def search(self, vector: Vectors, limit: int, without: Ids) -> tuple[Ids, Vectors] | None:
        """Rows and inner products of the nearest vectors, best first, the rows `without` left out.

        None where it is not certain that they are the nearest.
        """
        rest = vector - self._mean
        scaled = rest * self._units
        unit = _units_of(scaled)
        steps = np.round(scaled / unit)
        query = (steps + _ZERO).astype(np.uint8)
        [[rounded]] = self._session.run(None, {"query": query[None], "unit": np.asarray(unit)})
        rounded[without] = -np.inf
        left = len(rounded) - len(without)
        # By Cauchy and Schwarz no product is further from its rounded one than this.
        error = self._error * _length(rest) + self._longest * _length(scaled - steps * unit) + _FLOAT_NOISE
        of_mean = float(self._mean @ rest)
        for margin in _MARGINS:
            least = _reached_by(limit * margin, rounded) if limit * margin < left else _LOWEST
            rows = np.flatnonzero(rounded >= least)
            scores = self._vectors[rows] @ vector
            best = np.argsort(-scores)[:limit]
            # What was left out is less than `least` by its codes.
            if len(best) == min(limit, left) and len(best) and scores[best[-1]] >= least + of_mean + error:
                return rows[best], scores[best]
        return None


def _units_of(rows: Vectors) -> Vectors:
    """The step between codes, for each column: its largest number gets the largest code."""
    units: Vectors = np.maximum(np.abs(rows).max(axis=0, initial=0.0) / np.float32(_LARGEST), np.float32(1e-12))
    return units


def _length(vector: Vectors) -> float:
    return math.sqrt(float(vector @ vector))


def _longest(rows: Vectors) -> float:
    return float(np.linalg.norm(rows, axis=1).max(initial=0.0))


def _reached_by(count: int, values: Vectors) -> float:
    """A number that about `count` of the values reach, by a sample of them: finding the very one takes three times as long."""
    sample = values[::_SAMPLED]
    place = len(sample) - max(count * len(sample) // len(values), 1)
    return max(float(np.partition(sample, place)[place]), _LOWEST)


@cache
def _type_of_codes() -> type[np.int8 | np.uint8]:
    """Signed bytes where their products are exact: a quarter faster, but processors without VNNI add two of them in 16 bits."""
    most = np.full((64, 64), _LARGEST, np.int8)
    query, unit = np.full((1, 64), _ZERO + _LARGEST, np.uint8), np.array(1.0, np.float32)
    [[products]] = _open_products(most, np.zeros(64, np.float32)).run(None, {"query": query, "unit": unit})
    return np.int8 if (products == 64 * _LARGEST * _LARGEST).all() else np.uint8


def _zero_of(codes: "np.dtype[Any]") -> int:
    return 0 if codes == np.int8 else _ZERO


def _open_products(codes: NDArray[np.int8 | np.uint8], added: Vectors) -> "onnxruntime.InferenceSession":
    """A session from `query`, uint8 (1, dimensions), to its products with `codes` (dimensions, n) times `unit`, a number, plus
    `added` (n,): float32 (1, n). Up to 1,040 dimensions the sums are whole numbers that float32 has exactly."""
    # Imported here: half a second that only the first segment needs.
    from onnx import TensorProto, helper, numpy_helper

    dimensions, count = codes.shape
    constants = {
        "codes": codes,
        "added": added,
        "one": np.array(1, np.float32),
        "zero": np.array(_ZERO, np.uint8),
        "zero_of_codes": np.array(_zero_of(codes.dtype), codes.dtype),
    }
    inputs = ["query", "codes", "unit", "one", "zero", "zero_of_codes", "added"]
    graph = helper.make_graph(
        [helper.make_node("MatMulIntegerToFloat", inputs, ["products"], domain=_MICROSOFT)],
        "products",
        [
            helper.make_tensor_value_info("query", TensorProto.UINT8, [1, dimensions]),
            helper.make_tensor_value_info("unit", TensorProto.FLOAT, []),
        ],
        [helper.make_tensor_value_info("products", TensorProto.FLOAT, [1, count])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    operators = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
    return open_session(helper.make_model(graph, opset_imports=operators, ir_version=9).SerializeToString())
