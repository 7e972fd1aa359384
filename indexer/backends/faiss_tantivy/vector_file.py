"""The vectors of a segment in one file (.npy), written row by row and read a part at a time: a million of them are 1.5 GB."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kb.search.encoding import Vectors

VECTORS_FILE = "vectors.npy"
_ROWS_AT_A_TIME = 20_000


class VectorWriter:
    """Writes float32 (n, dimensions) into a folder; n is known at the end."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._dimensions = dimensions
        self._rows = 0
        self._file = (folder / VECTORS_FILE).open("wb")
        self._write_header()

    def add(self, vectors: Vectors) -> None:
        """One vector, or some as rows."""
        self._rows += self._file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes()) // (4 * self._dimensions)

    def close(self) -> None:
        # NumPy leaves blanks in the header for as many digits as a number of rows can have: it does not become longer.
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def _write_header(self) -> None:
        header = {"descr": "<f4", "fortran_order": False, "shape": (self._rows, self._dimensions)}
        np.lib.format.write_array_header_1_0(self._file, header)


def map_vectors(folder: Path) -> Vectors:
    """As a plain array: each cut of the other kind costs some microseconds. Raises OSError or ValueError where it is broken."""
    vectors: Vectors = np.asarray(np.load(folder / VECTORS_FILE, mmap_mode="r"))
    return vectors


def vector_blocks(folder: Path) -> Iterator[Vectors]:
    """All vectors, some at a time; each block is mapped anew, so that what was read does not stay in this process's memory."""
    start = 0
    while len(rows := map_vectors(folder)[start : start + _ROWS_AT_A_TIME]):
        yield rows
        start += len(rows)
