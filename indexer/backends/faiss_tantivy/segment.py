"""A segment: the files of some passages of a collection, `KB_HOME/index/<collection>/<segment>/`. Never changed once written.

Everything in here can be made again from the database. What is missing or broken is noticed on opening.
"""

import shutil
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.backends.faiss_tantivy.dense import DenseBase
from indexer.backends.faiss_tantivy.manifest import SegmentEntry, check_file, checksum, unusable
from indexer.backends.faiss_tantivy.passage_table import PassageTable
from indexer.backends.faiss_tantivy.passage_texts import PassageTexts
from indexer.backends.faiss_tantivy.token_vectors import TokenVectorStore
from kb.search.encoding import Encoder, Ids, Vectors


class VectorSizes(NamedTuple):
    """Dimensions of the vector of a text and of that of a word."""

    text: int
    word: int

    @classmethod
    def of(cls, encoder: Encoder) -> "VectorSizes":
        return cls(encoder.dimensions, encoder.word_dimensions)


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


def write_segment(
    parent: Path,
    table: PassageTable,
    vectors: Vectors,
    texts: Iterable[bytes],
    words: Iterable[bytes],
    word_dimensions: int,
) -> SegmentEntry:
    """Write a segment beside the others. Half-written files are removed where it fails.

    vectors: float32 (n, dimensions); texts (packed, see passage_texts) and words (bytes of int8) in the order of `table`.
    """
    folder = parent / new_name()
    folder.mkdir(parents=True)
    try:
        names = DenseBase.build(table.ids, vectors).save(folder) + table.save(folder)
        names += PassageTexts.write(folder, texts) + TokenVectorStore.write(folder, words, word_dimensions)
        return SegmentEntry(folder.name, len(table.ids), {name: checksum(folder / name) for name in names})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


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


def merge_segments(parent: Path, segments: Sequence[Segment], removed: Ids) -> SegmentEntry:
    """Write one new segment with what is left of several that follow each other. Nothing is read from the database."""
    keep = [np.flatnonzero(~np.isin(segment.table.ids, removed)) for segment in segments]
    pairs = list(zip(segments, keep, strict=True))
    return write_segment(
        parent,
        PassageTable.join([segment.table.select(rows) for segment, rows in pairs]),
        np.concatenate([np.asarray(segment.dense.vectors[rows]) for segment, rows in pairs]),
        (segment.texts.packed(row) for segment, rows in pairs for row in rows.tolist()),
        (segment.words[row].tobytes() for segment, rows in pairs for row in rows.tolist()),
        segments[0].words.vectors.shape[1],
    )
