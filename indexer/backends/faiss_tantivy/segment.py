"""A segment: the files of some passages of a collection, `KB_HOME/index/<collection>/<segment>/`. Never changed once written.

Everything in here can be made again from the database. What is missing or broken is noticed on opening.
"""

import shutil
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.backends.faiss_tantivy.dense import DenseBase, write_dense
from indexer.backends.faiss_tantivy.manifest import SegmentEntry, check_file, checksum, unusable
from indexer.backends.faiss_tantivy.passage_table import PassageRow, PassageTable
from indexer.backends.faiss_tantivy.passage_texts import PassageTexts, PassageTextWriter
from indexer.backends.faiss_tantivy.token_vectors import TokenVectorStore, TokenVectorWriter
from indexer.backends.faiss_tantivy.vector_file import VectorWriter
from kb.search.encoding import Encoder, Ids, Vectors

_ROWS_AT_A_TIME = 10_000


class VectorSizes(NamedTuple):
    """Dimensions of the vector of a text and of that of a word."""

    text: int
    word: int

    @classmethod
    def of(cls, encoder: Encoder) -> "VectorSizes":
        return cls(encoder.dimensions, encoder.word_dimensions)


class SegmentLimits(NamedTuple):
    """In passages. exact_up_to: larger segments are searched by IVF + SQ8; merged_at_once: what is more together is merged beside
    the run that cut it, see merging."""

    exact_up_to: int = 50_000
    merged_at_once: int = 10_000


LIMITS = SegmentLimits()


@dataclass(frozen=True)
class Segment:
    """An opened segment. Row i of each part is the same passage; ids rise with the rows."""

    entry: SegmentEntry
    dense: DenseBase
    table: PassageTable
    texts: PassageTexts
    words: TokenVectorStore

    def __len__(self) -> int:
        return len(self.table.ids)


def new_name() -> str:
    """A name that no file of the index has had."""
    return f"{time.time_ns():x}"


class SegmentWriter:
    """Writes a segment beside the others, passages by rising id. In memory is the table alone, however many there are.

    To be used in a `with`: half-written files are removed where it fails.
    """

    def __init__(self, parent: Path, sizes: VectorSizes, limits: SegmentLimits) -> None:
        self._folder, self._limits = parent / new_name(), limits
        self._folder.mkdir(parents=True)
        self._tables: list[PassageTable] = []
        self._rows: list[PassageRow] = []
        self._vectors = VectorWriter(self._folder, sizes.text)
        self._texts, self._words = PassageTextWriter(self._folder), TokenVectorWriter(self._folder, sizes.word)

    def __enter__(self) -> "SegmentWriter":
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, row: PassageRow, vector: Vectors, text: bytes, words: bytes) -> None:
        """vector: float32 (dimensions,); text: packed, see passage_texts; words: bytes of int8."""
        self._rows.append(row)
        if len(self._rows) == _ROWS_AT_A_TIME:
            self._end_block()
        self._vectors.add(vector)
        self._texts.add(text)
        self._words.add(words)

    def add_from(self, segment: Segment, rows: Ids) -> None:
        """Some passages of another segment, in their order."""
        self._end_block()
        self._tables.append(segment.table.select(rows))
        for start in range(0, len(rows), _ROWS_AT_A_TIME):
            self._vectors.add(segment.dense.vectors[rows[start : start + _ROWS_AT_A_TIME]])
        for row in rows.tolist():
            self._texts.add(segment.texts.packed(row))
            self._words.add(segment.words[row].tobytes())

    def _end_block(self) -> None:
        self._tables.append(PassageTable.from_rows(self._rows))
        self._rows = []

    def finish(self) -> SegmentEntry | None:
        """None, and no files, where nothing was added."""
        self._end_block()
        table = PassageTable.join(self._tables)
        self._vectors.close()
        names = self._texts.close() + self._words.close()
        if not len(table.ids):
            shutil.rmtree(self._folder)
            return None
        names += write_dense(self._folder, table.ids, self._limits.exact_up_to) + table.save(self._folder)
        return SegmentEntry(self._folder.name, len(table.ids), {name: checksum(self._folder / name) for name in names})


def open_segment(parent: Path, entry: SegmentEntry, *, check: bool = True) -> Segment:
    """The segment, with `check` every byte of it compared with its checksum, which writers have no time for.

    Raises IndexUnavailableError naming what is wrong with which file.
    """
    folder = parent / entry.name
    try:
        for file, expected in entry.checksums.items() if check else ():
            check_file(folder / file, expected)
        dense, table = DenseBase.load(folder), PassageTable.load(folder)
        texts, words = PassageTexts.load(folder), TokenVectorStore.load(folder)
        if not len(dense.ids) == len(table.ids) == len(texts) == len(words) == entry.passages:
            raise ValueError(f"{len(dense.ids)} vectors, {len(table.ids)} passages, {entry.passages} in the manifest")
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise unusable(f"{parent.name}/{entry.name}: {error}") from error
    return Segment(entry, dense, table, texts, words)


def merge_segments(
    parent: Path, segments: Sequence[Segment], removed: Ids, limits: SegmentLimits
) -> SegmentEntry | None:
    """Write one new segment with what is left of several that follow each other; None where nothing is. Nothing is read from the
    database."""
    sizes = VectorSizes(segments[0].dense.vectors.shape[1], segments[0].words.vectors.shape[1])
    with SegmentWriter(parent, sizes, limits) as writer:
        for segment in segments:
            writer.add_from(segment, np.flatnonzero(~np.isin(segment.table.ids, removed)))
        return writer.finish()
