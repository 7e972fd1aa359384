"""A collection as one process sees it at one moment: its segments and the small changes that came after them.

A view is never changed, so that any number of threads may search it; news make a new view.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.backends.faiss_tantivy.lexical import LexicalSearcher
from indexer.backends.faiss_tantivy.passage_table import PassageRow, PassageTable
from indexer.backends.faiss_tantivy.segments import Segments
from kb.search.encoding import Ids, Vectors, WordVectors
from kb.search.fusion import CollectionBackground, describe_collection
from kb.search.types import CollectionName, CollectionStats, PassageFacts, PassageText

# Describing so many takes some ms at the first search after a change; more changes than that are never pending.
_MOST_DESCRIBED = 2000
_NO_IDS = np.zeros(0, np.int64)
_NO_WORDS = np.zeros((0, 0), np.int8)


class PendingPassage(NamedTuple):
    """All that is searched and shown of a passage."""

    row: PassageRow
    vector: Vectors
    text: PassageText
    words: WordVectors
    terms: frozenset[str]  # see lexical.terms_of


@dataclass(frozen=True)
class PendingChanges:
    """What has changed since the segments were written, few enough to be scanned by a matrix product."""

    rows: dict[int, PendingPassage]
    removed: frozenset[int]  # ids in segments that are gone since

    def changed(self, add: dict[int, PendingPassage], touched: set[int]) -> "PendingChanges":
        """With newer changes: what was touched and is not among `add` is gone."""
        rows = {key: value for key, value in self.rows.items() if key not in touched}
        rows.update(add)
        return PendingChanges(rows, self.removed | (touched - add.keys()))

    def __len__(self) -> int:
        return len(self.rows) + len(self.removed)


NO_PENDING_CHANGES = PendingChanges({}, frozenset())


class CollectionView:
    """Implements `kb.search.types.Collection`. change_id: the last row of `index_changes` that is in it."""

    def __init__(
        self,
        name: CollectionName,
        segments: Segments,
        pending: PendingChanges,
        change_id: int,
        lexical: LexicalSearcher,
        lexical_change_id: int,
    ) -> None:
        self.name = name
        self.segments = segments
        self.pending = pending
        self.change_id = change_id
        self.lexical_change_id = lexical_change_id
        self._lexical = lexical
        gone = np.array(sorted(pending.removed), dtype=np.int64)
        gone = gone[segments.table.locate(gone)[1]] if len(gone) else gone
        self._removed = np.union1d(segments.removed, gone) if len(gone) else segments.removed
        self._pending_table = PassageTable.from_rows(passage.row for passage in pending.rows.values())
        stacked = [pending.rows[int(i)].vector for i in self._pending_table.ids]
        self._pending_vectors = np.stack(stacked) if stacked else np.zeros((0, segments.dimensions), np.float32)
        # From the words of the segments each time, not from those of the view before: what is gone is not known any more.
        self._vocabulary = segments.vocabulary.with_terms(
            term for passage in pending.rows.values() for term in passage.terms
        )

    def with_lexical(self, lexical: LexicalSearcher, change_id: int) -> "CollectionView":
        """The same passages with newer lexical files."""
        return CollectionView(self.name, self.segments, self.pending, self.change_id, lexical, change_id)

    def __len__(self) -> int:
        return len(self.segments.table.ids) - len(self._removed) + len(self._pending_table.ids)

    def search_dense(self, vector: Vectors, limit: int) -> tuple[Ids, Vectors]:
        ids, scores = self.segments.search_dense(vector, limit, self._removed)
        if len(self._pending_vectors):
            ids = np.concatenate([ids, self._pending_table.ids])
            scores = np.concatenate([scores, self._pending_vectors @ vector])
            best = np.argsort(-scores, kind="stable")[:limit]
            ids, scores = ids[best], scores[best]
        return ids, scores

    def search_lexical(self, terms: Sequence[tuple[str, float]], limit: int) -> tuple[Ids, Vectors]:
        ids, scores = self._lexical.search(terms, limit)
        # The files may be a moment ahead of or behind this view: only what it knows counts.
        known = self._are_known(ids)
        return (ids, scores) if known.all() else (ids[known], scores[known])

    def stats(self, terms: Iterable[str] = ()) -> CollectionStats:
        frequencies = {term: self._lexical.document_frequency(term) for term in terms}
        return CollectionStats(len(self), frequencies, self._background, self._vocabulary)

    @cached_property
    def _background(self) -> CollectionBackground:
        """Where there are many passages, that of the segments: the few changes since do not move it. A small collection may
        not have any segment yet, and is described as it is now."""
        if len(self) > _MOST_DESCRIBED:
            return self.segments.background
        passages = self.fetch(np.sort(self.all_ids()))
        return describe_collection(passages.vectors, passages.facts.groups)

    def fetch(
        self, ids: Ids | None = None, *, documents: Sequence[int] = (), groups: Ids | None = None
    ) -> "FetchedPassages":
        if ids is None:
            of_documents = [self._passages_of(document) for document in documents]
            of_groups = [] if groups is None else [self._passages_of_groups(groups)]
            ids = np.concatenate([_NO_IDS, *of_documents, *of_groups])
        return FetchedPassages(self, ids)

    def lexical_size(self) -> int:
        """Passages in the lexical files."""
        return len(self._lexical)

    def all_ids(self) -> Ids:
        """Of everything in the collection: for benchmarks, and for describing a small one."""
        ids = self.segments.table.ids
        # Not `setdiff1d`: it looks for doublets, and imports masked arrays for that, which a command would wait for.
        kept = ids[~np.isin(ids, self._removed)] if len(self._removed) else ids
        return np.concatenate([kept, self._pending_table.ids])

    def _are_known(self, ids: Ids) -> NDArray[np.bool_]:
        _, known = self.segments.table.locate(ids)
        if len(self._removed) and len(ids):
            known = known & ~np.isin(ids, self._removed)
        return known | self._pending_table.locate(ids)[1] if len(self._pending_table.ids) else known

    def facts_at(self, ids: Ids, places: Ids, known: NDArray[np.bool_]) -> PassageFacts:
        """places, known: where the ids are in the segments, and whether they are there."""
        base, pending = self.segments.table, self._pending_table
        if len(self._removed) and len(ids):
            known = known & ~np.isin(ids, self._removed)
        rows = base.facts[places] if len(base.ids) else np.zeros((len(ids), 5), np.int64)
        if len(pending.ids):
            places_in_pending, is_pending = pending.locate(ids)
            rows[is_pending] = pending.facts[places_in_pending[is_pending]]
            known = known | is_pending
            # What came since is few: it is looked at as if it had translations.
            rows[:, -1] |= np.isin(rows[:, 1], pending.groups)
        if not known.all():
            rows[~known] = 0
        return PassageFacts(known, *rows.T)

    def texts_at(self, ids: Ids, places: Ids, known: NDArray[np.bool_]) -> list[PassageText | None]:
        pending = self.pending.rows
        gone = np.isin(ids, self._removed) if len(self._removed) else np.zeros(len(ids), np.bool_)
        return [
            pending[number].text if number in pending else self.segments.text(place) if there else None
            for number, place, there in zip(ids.tolist(), places.tolist(), (known & ~gone).tolist(), strict=True)
        ]

    def vectors_at(self, ids: Ids, places: Ids, known: NDArray[np.bool_]) -> Vectors:
        if len(self.segments.table.ids) and known.all():  # nearly always
            vectors = self.segments.vectors(places)
        else:
            vectors = np.zeros((len(ids), self.segments.dimensions), dtype=np.float32)
            if known.any():
                vectors[known] = self.segments.vectors(places[known])
        if len(self._pending_table.ids):
            places_in_pending, is_pending = self._pending_table.locate(ids)
            vectors[is_pending] = self._pending_vectors[places_in_pending[is_pending]]
        return vectors

    def token_vectors_at(self, ids: Ids, places: Ids, known: NDArray[np.bool_]) -> list[WordVectors]:
        pending = self.pending.rows
        return [
            pending[number].words if number in pending else self.segments.words(place) if there else _NO_WORDS
            for number, place, there in zip(ids.tolist(), places.tolist(), known.tolist(), strict=True)
        ]

    def _passages_of(self, document_id: int) -> Ids:
        """Ids of all passages of a document."""
        base, pending = self.segments.table, self._pending_table
        ids = base.ids_of_document(document_id)
        if len(self._removed):
            ids = ids[~np.isin(ids, self._removed)]
        return np.concatenate([ids, pending.ids[pending.documents == document_id]])

    def _passages_of_groups(self, groups: Ids) -> Ids:
        """Ids of all passages of these groups, which are different ones."""
        ids, pending = self.segments.table.ids_of_groups(groups), self._pending_table
        if len(self._removed):
            ids = ids[~np.isin(ids, self._removed)]
        if len(pending.ids):
            return np.union1d(ids, pending.ids[np.isin(pending.groups, groups)])
        return np.sort(ids)


class FetchedPassages:
    """Implements `kb.search.types.PassageColumns`: some passages of a view, located once."""

    def __init__(self, view: CollectionView, ids: Ids) -> None:
        self.ids = ids
        self._view = view
        self._located = view.segments.table.locate(ids)

    @cached_property
    def facts(self) -> PassageFacts:
        return self._view.facts_at(self.ids, *self._located)

    @cached_property
    def vectors(self) -> Vectors:
        return self._view.vectors_at(self.ids, *self._located)

    @cached_property
    def token_vectors(self) -> list[WordVectors]:
        return self._view.token_vectors_at(self.ids, *self._located)

    @cached_property
    def texts(self) -> list[PassageText | None]:
        return self._view.texts_at(self.ids, *self._located)
