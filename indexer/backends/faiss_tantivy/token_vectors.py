"""The vectors of the words of each passage of one segment, in one memory-mapped file.

About 70 different words of 64 bytes for a full passage: 45 MB for 10,000 of them, of which a search reads those of its best.
"""

from array import array
from pathlib import Path

import numpy as np

from kb.search.encoding import Ids, WordVectors

WORDS_FILE, STARTS_FILE = "words.bin", "words.npz"


class TokenVectorStore:
    """Word vectors by row number of the segment, never changed after they were written.

    vectors: int8 (words of all passages, word_dimensions); the words of row i are `vectors[starts[i] : starts[i + 1]]`.
    """

    def __init__(self, vectors: WordVectors, starts: Ids) -> None:
        self.vectors, self.starts = vectors, starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> WordVectors:
        return self.vectors[self.starts[row] : self.starts[row + 1]]

    @classmethod
    def load(cls, folder: Path) -> "TokenVectorStore":
        """Raises OSError, ValueError or KeyError when a file is missing or broken."""
        with np.load(folder / STARTS_FILE) as columns:
            starts, dimensions = columns["starts"], int(columns["dimensions"])
        size = (folder / WORDS_FILE).stat().st_size
        if int(starts[-1]) * dimensions != size:
            raise ValueError(f"{WORDS_FILE} has {size} bytes, not {int(starts[-1]) * dimensions}")
        shape = (int(starts[-1]), dimensions)
        if not size:  # nothing cannot be mapped
            return cls(np.zeros(shape, np.int8), starts)
        # As a plain array: each cut of the other kind costs some microseconds.
        return cls(np.asarray(np.memmap(folder / WORDS_FILE, np.int8, "r", shape=shape)), starts)


class TokenVectorWriter:
    """Writes the word vectors of each passage into a folder, in the order of the segment's rows, as bytes of int8."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder, self._dimensions = folder, dimensions
        self._file = (folder / WORDS_FILE).open("wb")
        self._starts = array("q", [0])

    def add(self, words: bytes) -> None:
        self._starts.append(self._starts[-1] + self._file.write(words) // max(self._dimensions, 1))

    def close(self) -> list[str]:
        """Returns the names of the files."""
        self._file.close()
        starts = np.array(self._starts, dtype=np.int64)
        np.savez(self._folder / STARTS_FILE, starts=starts, dimensions=np.int64(self._dimensions))
        return [WORDS_FILE, STARTS_FILE]
