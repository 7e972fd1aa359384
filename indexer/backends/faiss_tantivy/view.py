"""A collection as one process sees it at one moment: a segment and the small changes that came after it.

A view is never changed, so that any number of threads may search it; news make a new view.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.backends.faiss_tantivy.dense import DenseBase
from indexer.backends.faiss_tantivy.lexical import LexicalSearcher
from indexer.backends.faiss_tantivy.passage_table import PassageRow, PassageTable, known_language
from indexer.backends.faiss_tantivy.segment import Segment
from kb.search.encoding import Ids, Vectors, WordVectors
from kb.search.fusion import CollectionBackground
from kb.search.types import CollectionName, PassageFacts, PassageText
from kb.text.vocabulary import Vocabulary

_NO_IDS = np.zeros(0, np.int64)


class PendingPassage(NamedTuple):
    """All that is searched and shown of a passage."""

    row: PassageRow
    vector: Vectors
    text: PassageText
    words: WordVectors


@dataclass(frozen=True)
class PendingChanges:
    """Passages added since the segment was written, few enough to be scanned by a matrix product."""

    rows: dict[int, PendingPassage]
    removed: frozenset[int]  # ids of the segment that are gone or replaced

    def changed(self, add: dict[int, PendingPassage], remove: set[int], in_base: set[int]) -> "PendingChanges":
        rows = {key: value for key, value in self.rows.items() if key not in remove}
        rows.update(add)
        return PendingChanges(rows, self.removed | in_base)

    def __len__(self) -> int:
        return len(self.rows) + len(self.removed)


NO_PENDING_CHANGES = PendingChanges({}, frozenset())


class CollectionView:
    """Implements `kb.search.types.Collection`."""

    def __init__(
        self,
        name: CollectionName,
        segment: Segment,
        delta: PendingChanges,
        lexical: LexicalSearcher,
        change_id: int,
        lexical_change_id: int = 0,
    ) -> None:
        self.name = name
        self.segment = segment
        self.delta = delta
        self.change_id = change_id
        self.lexical_change_id = lexical_change_id
        self._base: DenseBase = segment.dense
        self._lexical = lexical
        self._removed = np.array(sorted(delta.removed), dtype=np.int64) if delta.removed else _NO_IDS
        self._delta_table = PassageTable.from_rows(passage.row for passage in delta.rows.values())
        dimensions = self._base.vectors.shape[1]
        stacked = [delta.rows[int(i)].vector for i in self._delta_table.ids]
        self._delta_vectors = np.stack(stacked) if stacked else np.zeros((0, dimensions), np.float32)

    def with_lexical(self, lexical: LexicalSearcher, change_id: int) -> "CollectionView":
        """The same passages with newer lexical files."""
        return CollectionView(self.name, self.segment, self.delta, lexical, self.change_id, change_id)

    def __len__(self) -> int:
        return len(self._base.ids) - len(self._removed) + len(self._delta_table.ids)

    def search_dense(self, vector: Vectors, limit: int) -> tuple[Ids, Vectors]:
        ids, scores = self._base.search(vector, limit, self._removed)
        if len(self._delta_vectors):
            ids = np.concatenate([ids, self._delta_table.ids])
            scores = np.concatenate([scores, self._delta_vectors @ vector])
            best = np.argsort(-scores, kind="stable")[:limit]
            ids, scores = ids[best], scores[best]
        return ids, scores

    def search_lexical(self, terms: Sequence[tuple[str, float]], limit: int) -> tuple[Ids, Vectors]:
        ids, scores = self._lexical.search(terms, limit)
        # The files may be a moment ahead of or behind this view: only what it knows counts.
        known = self._are_known(ids)
        return (ids, scores) if known.all() else (ids[known], scores[known])

    @property
    def background(self) -> CollectionBackground:
        """That of the segment: the few changes since do not move it."""
        return self.segment.background

    def language_number(self, tag: str) -> int:
        return known_language(tag)

    def lexical_size(self) -> int:
        """Passages in the lexical files."""
        return len(self._lexical)

    def document_frequency(self, term: str) -> int:
        return self._lexical.document_frequency(term)

    @property
    def vocabulary(self) -> Vocabulary:
        return self._lexical.vocabulary

    def _are_known(self, ids: Ids) -> NDArray[np.bool_]:
        _, known = self.segment.table.locate(ids)
        if len(self._removed) and len(ids):
            known = known & ~np.isin(ids, self._removed)
        return known | self._delta_table.locate(ids)[1] if len(self._delta_table.ids) else known

    def facts(self, ids: Ids) -> PassageFacts:
        return self._facts(ids, *self.segment.table.locate(ids))

    def vectors(self, ids: Ids) -> Vectors:
        return self._vectors(ids, *self.segment.table.locate(ids))

    def facts_and_vectors(self, ids: Ids) -> tuple[PassageFacts, Vectors]:
        places, known = self.segment.table.locate(ids)
        return self._facts(ids, places, known), self._vectors(ids, places, known)

    def _facts(self, ids: Ids, places: Ids, known: NDArray[np.bool_]) -> PassageFacts:
        """places, known: where the ids are in the segment, and whether they are there."""
        base, delta = self.segment.table, self._delta_table
        if len(self._removed) and len(ids):
            known = known & ~np.isin(ids, self._removed)
        rows = base.facts[places] if len(base.ids) else np.zeros((len(ids), 5), np.int64)
        if len(delta.ids):
            places_in_delta, in_delta = delta.locate(ids)
            rows[in_delta] = delta.facts[places_in_delta[in_delta]]
            known = known | in_delta
            # What came since is few: it is looked at as if it had translations.
            rows[:, -1] |= np.isin(rows[:, 1], delta.groups)
        if not known.all():
            rows[~known] = 0
        return PassageFacts(known, *rows.T)

    def text(self, passage_id: int) -> PassageText | None:
        if passage_id in self.delta.rows:
            return self.delta.rows[passage_id].text
        ids = self._base.ids
        row = int(ids.searchsorted(passage_id))
        if row == len(ids) or ids[row] != passage_id or passage_id in self.delta.removed:
            return None
        return self.segment.texts[row]

    def _vectors(self, ids: Ids, places: Ids, known: NDArray[np.bool_]) -> Vectors:
        if len(self.segment.table.ids) and known.all():  # nearly always
            vectors = np.asarray(self._base.vectors[places])
        else:
            vectors = np.zeros((len(ids), self._base.vectors.shape[1]), dtype=np.float32)
            vectors[known] = self._base.vectors[places[known]]
        if len(self._delta_table.ids):
            places_in_delta, in_delta = self._delta_table.locate(ids)
            vectors[in_delta] = self._delta_vectors[places_in_delta[in_delta]]
        return vectors

    def words(self, ids: Ids) -> list[WordVectors]:
        table, rows_of_delta = self.segment.words, self.delta.rows
        places, known = self.segment.table.locate(ids)
        none = table.vectors[:0]
        return [
            rows_of_delta[passage_id].words if passage_id in rows_of_delta else table[place] if in_base else none
            for passage_id, place, in_base in zip(ids.tolist(), places.tolist(), known.tolist(), strict=True)
        ]

    def all_vectors(self) -> Vectors:
        """float32 (passages, dimensions) of everything in the collection: for benchmarks."""
        return self.vectors(np.concatenate([np.setdiff1d(self._base.ids, self._removed), self._delta_table.ids]))

    def passages_of(self, document_id: int) -> Ids:
        """Ids of all passages of a document."""
        base, delta = self.segment.table, self._delta_table
        ids = base.ids_of_document(document_id)
        if len(self._removed):
            ids = ids[~np.isin(ids, self._removed)]
        return np.concatenate([ids, delta.ids[delta.documents == document_id]])

    def passages_of_groups(self, groups: Ids) -> Ids:
        table, delta = self.segment.table, self._delta_table
        ids = np.concatenate([table.ids_of_groups(groups), delta.ids[np.isin(delta.groups, groups)]])
        if len(self._removed):
            ids = ids[~np.isin(ids, self._removed) | np.isin(ids, delta.ids)]
        return np.unique(ids)
