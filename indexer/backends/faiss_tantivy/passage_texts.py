"""What is shown of each passage, in one memory-mapped file: a search reads ten of them without a statement and without JSON.

A passage's text never changes under its id (an edit makes a new passage), so the file cannot say anything else than the database
has said. Which documents may be shown is not decided here: that is asked of the database in every search.
"""

import mmap
import re
import struct
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path

import numpy as np

from indexer.chunking import split_sentences
from kb.search.encoding import Ids
from kb.search.snippets import clean_line
from kb.search.types import PassageText

TEXTS_FILE, OFFSETS_FILE = "texts.bin", "texts.npy"
_END = "\0"  # of a heading
_LIST_NUMBER = re.compile(r"\d+[.)।]")
_COUNTS = struct.Struct("<2i")


def as_shown(text: str, heading_path: Iterable[str]) -> PassageText:
    """A passage as a running text, cut into sentences: of a list the items, of a table the rows."""
    sentences = [sentence for line in text.splitlines() for sentence in _sentences_of(clean_line(line))]
    ends = accumulate(map(len, sentences), lambda end, length: end + 1 + length)
    return PassageText(" ".join(sentences), tuple(ends), tuple(heading_path))


def _sentences_of(line: str) -> list[str]:
    spans = split_sentences(line)
    if len(spans) > 1 and _LIST_NUMBER.fullmatch(line, *spans[0]):
        spans[:2] = [(spans[0][0], spans[1][1])]
    return [line[start:end] for start, end in spans]


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
        """A text as `write` takes it."""
        return self._data[self._offsets.item(row) : self._offsets.item(row + 1)]

    @classmethod
    def write(cls, folder: Path, texts: Iterable[bytes]) -> list[str]:
        """Write packed texts into `folder`, in the order of the segment's rows; returns the names of the files."""
        offsets = [0]
        with (folder / TEXTS_FILE).open("wb") as file:
            for text in texts:
                offsets.append(offsets[-1] + file.write(text))
        np.save(folder / OFFSETS_FILE, np.array(offsets, dtype=np.int64))
        return [TEXTS_FILE, OFFSETS_FILE]

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


def pack_text(passage: PassageText) -> bytes:
    """Two counts (sentences, bytes of headings), the places where sentences end, then headings and text."""
    headings = "".join(heading + _END for heading in passage.heading_path).encode()
    numbers = struct.pack(f"<{len(passage.ends) + 2}i", len(passage.ends), len(headings), *passage.ends)
    return numbers + headings + passage.text.encode()


def _unpack(record: bytes) -> PassageText:
    count, headings = _COUNTS.unpack_from(record)
    start = _COUNTS.size + 4 * count
    ends = struct.unpack_from(f"<{count}i", record, _COUNTS.size)
    path = record[start : start + headings].decode().split(_END)
    return PassageText(record[start + headings :].decode(), ends, tuple(path[:-1]))
