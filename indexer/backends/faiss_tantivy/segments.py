"""All segments of a collection as one: rows are numbered through them, in the order of passage ids."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from indexer.backends.faiss_tantivy.lexical import LexicalIndex
from indexer.backends.faiss_tantivy.manifest import CollectionEntry, check_file, unusable
from indexer.backends.faiss_tantivy.passage_table import PassageTable
from indexer.backends.faiss_tantivy.segment import Segment, open_segment
from indexer.backends.faiss_tantivy.statistics import Statistics, read_statistics
from kb.search.encoding import Ids, Vectors, WordVectors
from kb.search.types import PassageText
from kb.text.vocabulary import Vocabulary

_NO_IDS = np.zeros(0, np.int64)


def read_removed(parent: Path, entry: CollectionEntry) -> Ids:
    """Sorted ids of what is in a segment and gone. Raises OSError or ValueError when the file is missing or broken."""
    return np.load(parent / entry.removed) if entry.removed else _NO_IDS


class Segments:
    """The opened files of a collection, never changed. `removed`: ids that are in a segment and gone, sorted."""

    def __init__(
        self,
        entry: CollectionEntry,
        segments: Sequence[Segment],
        removed: Ids,
        statistics: Statistics,
        lexical: LexicalIndex,
    ) -> None:
        self.entry = entry
        self.segments = tuple(segments)
        self.removed = removed
        self.background = statistics.background
        self.vocabulary = Vocabulary(statistics.terms)
        self.lexical = lexical
        self.table = PassageTable.join([segment.table for segment in segments])
        self._starts = np.cumsum([0, *map(len, segments)])[:-1]
        self.dimensions = int(self.background.mean.shape[0])
        self.word_dimensions = statistics.word_dimensions

    def prepare(self) -> None:
        """Work out what is worked out once, so that no query waits for it: for who asks many."""
        self.table.prepare()
        self.vocabulary.prepare()
        for segment in self.segments:
            segment.dense.prepare()

    @classmethod
    def open(
        cls,
        parent: Path,
        entry: CollectionEntry,
        known: Mapping[str, Segment] | None = None,
        *,
        is_lexical_known: bool = False,
    ) -> "Segments":
        """Open what is not among `known`; the files of words are read through where they are not known either.

        Raises IndexUnavailableError naming what is wrong with which file.
        """
        known = known or {}
        segments = [known.get(item.name) or open_segment(parent, item) for item in entry.segments]
        try:
            for name, expected in entry.checksums.items():
                check_file(parent / name, expected)
            statistics = read_statistics(parent / entry.statistics)
            removed = read_removed(parent, entry)
            lexical = LexicalIndex.open(parent / entry.lexical, check=not is_lexical_known)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise unusable(f"{parent.name}: {error}") from error
        return cls(entry, segments, removed, statistics, lexical)

    def by_name(self) -> dict[str, Segment]:
        return {segment.entry.name: segment for segment in self.segments}

    def search_dense(self, vector: Vectors, limit: int, without: Ids) -> tuple[Ids, Vectors]:
        """Ids and cosines of the nearest passages, best first, those in `without` left out."""
        if len(self.segments) == 1:
            return self.segments[0].dense.search(vector, limit, without)
        found = [segment.dense.search(vector, limit, self._own(segment, without)) for segment in self.segments]
        if not found:
            return _NO_IDS, np.zeros(0, np.float32)
        ids, scores = (np.concatenate(column) for column in zip(*found, strict=True))
        best = np.argsort(-scores, kind="stable")[:limit]
        return ids[best], scores[best]

    @staticmethod
    def _own(segment: Segment, ids: Ids) -> Ids:
        """Those of the sorted ids that may be in the segment."""
        if not len(ids) or not len(segment):
            return _NO_IDS
        first, last = ids.searchsorted(segment.table.ids[0]), ids.searchsorted(segment.table.ids[-1], "right")
        return ids[first:last][segment.table.locate(ids[first:last])[1]]

    def vectors(self, rows: Ids) -> Vectors:
        """float32 (len(rows), dimensions)."""
        if len(self.segments) == 1:
            return np.asarray(self.segments[0].dense.vectors[rows])
        vectors = np.zeros((len(rows), self.dimensions), np.float32)
        owners = self._starts.searchsorted(rows, "right") - 1
        for number in np.unique(owners).tolist():
            own = owners == number
            vectors[own] = self.segments[number].dense.vectors[rows[own] - self._starts[number]]
        return vectors

    def text(self, row: int) -> PassageText:
        segment, place = self._locate(row)
        return segment.texts[place]

    def words(self, row: int) -> WordVectors:
        segment, place = self._locate(row)
        return segment.words[place]

    def _locate(self, row: int) -> tuple[Segment, int]:
        if len(self.segments) == 1:
            return self.segments[0], row
        number = int(self._starts.searchsorted(row, "right")) - 1
        return self.segments[number], row - int(self._starts[number])
