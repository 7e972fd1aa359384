"""What is shown of each passage, in one memory-mapped file: a search reads ten of them without a statement and without JSON.

A passage's text never changes under its id (an edit makes a new passage), so the file cannot say anything else than the database
has said. Which documents may be shown is not decided here: that is asked of the database in every search.
"""

import mmap
import struct
from array import array
from pathlib import Path

import numpy as np

from kb.search.encoding import Ids
from kb.search.types import PassageText

TEXTS_FILE, OFFSETS_FILE = "texts.bin", "texts.npy"
_END = "\0"  # of a heading or anchor
_COUNTS = struct.Struct("<4i")


class PassageTexts:
    """Texts of one segment by row number, never changed after they were written."""

    def __init__(self, data: "mmap.mmap | bytes", offsets: Ids) -> None:
        self._data = data
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> PassageText:
        return _unpack(self.packed(row))

    def packed(self, row: int) -> bytes:
        """A text as it is written."""
        return self._data[self._offsets.item(row) : self._offsets.item(row + 1)]

    @classmethod
    def load(cls, folder: Path) -> "PassageTexts":
        """Raises OSError or ValueError when a file is missing or broken."""
        offsets = np.load(folder / OFFSETS_FILE)
        with (folder / TEXTS_FILE).open("rb") as file:
            size = file.seek(0, 2)
            if int(offsets[-1]) != size:
                raise ValueError(f"{TEXTS_FILE} has {size} bytes, not {int(offsets[-1])}")
            # Nothing cannot be mapped. The mapping outlives the file's name: a reader of an old segment goes on.
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b"", offsets)


class PassageTextWriter:
    """Writes packed texts into a folder, in the order of the segment's rows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / TEXTS_FILE).open("wb")
        self._offsets = array("q", [0])

    def add(self, text: bytes) -> None:
        self._offsets.append(self._offsets[-1] + self._file.write(text))

    def close(self) -> list[str]:
        """Returns the names of the files."""
        self._file.close()
        np.save(self._folder / OFFSETS_FILE, np.array(self._offsets, dtype=np.int64))
        return [TEXTS_FILE, OFFSETS_FILE]


def pack_text(passage: PassageText) -> bytes:
    """Four counts (pieces; bytes of words, headings, anchors), where pieces end, three bytes of each, then the rest."""
    headings = "".join(heading + _END for heading in passage.heading_path).encode()
    anchors = "".join(anchor + _END for anchor in passage.anchors).encode()
    count = len(passage.ends)
    numbers = (count, len(passage.words), len(headings), len(anchors), *passage.ends)
    return b"".join(
        (
            struct.pack(f"<{count + 4}i", *numbers),
            passage.kinds.encode("ascii"),
            passage.asks,
            passage.word_counts,
            passage.words,
            headings,
            anchors,
            passage.text.encode(),
        )
    )


def _unpack(record: bytes) -> PassageText:
    count, words, headings, anchors = _COUNTS.unpack_from(record)
    ends = struct.unpack_from(f"<{count}i", record, _COUNTS.size)
    at_kinds = _COUNTS.size + 4 * count
    at_words = at_kinds + 3 * count
    at_headings = at_words + words
    at_anchors = at_headings + headings
    at_text = at_anchors + anchors
    return PassageText(
        record[at_text:].decode(),
        ends,
        tuple(record[at_headings:at_anchors].decode().split(_END)[:-1]),
        record[at_kinds : at_kinds + count].decode("ascii"),
        tuple(record[at_anchors:at_text].decode().split(_END)[:-1]),
        record[at_kinds + count : at_kinds + 2 * count],
        record[at_kinds + 2 * count : at_words],
        record[at_words:at_headings],
    )
