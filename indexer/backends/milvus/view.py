"""A collection in Milvus as one process sees it at one moment; implements `kb.search.types.Collection`.

Milvus says which passages are near or have the words; what they are is read from the database; what has changed a moment ago is
held beside both. Where Milvus does not answer, words are searched on this machine, and what they bring is compared by the vectors
in the database: searches go on, with fewer candidates. A view is never changed, but that what is removed may be gone from it at
once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.backends.faiss_tantivy.lexical import LexicalSearcher, fields_of
from indexer.backends.milvus.connection import VECTOR, WORDS, MilvusConnection, MilvusUnavailableError
from indexer.backends.milvus.held import HeldChanges
from indexer.backends.milvus.passages import Facts, Shown, StoredPassages
from indexer.backends.milvus.words import CollectionStatistics, dimension, inner_product
from kb.search.encoding import Ids, Vectors, WordVectors
from kb.search.fusion import CollectionBackground, describe_collection
from kb.search.types import PARTS, CollectionName, CollectionStats, PassageFacts, PassageText, language_number
from kb.text.vocabulary import Vocabulary

# As with the embedded engine: of more passages how they lie is not looked at for every view.
_MOST_DESCRIBED = 2000
_MOST_HITS = 16_384  # that Milvus gives at once
_NO_WORDS = np.zeros((0, 0), np.int8)
_NOTHING = (np.zeros(0, np.int64), np.zeros(0, np.float32))


@dataclass(frozen=True)
class StoredCollection:
    """What the row of `milvus_collections` says, at one version of it."""

    row: int
    version: int
    name: str
    build: int
    change_id: int
    passages: int
    forgotten: int
    statistics: CollectionStatistics

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.statistics.terms())


class MilvusView:
    """words_change: the last change that the words on this machine have; floor: the last that is not held; change_id: the last
    that is; newest: the largest id of a passage that it knows."""

    def __init__(
        self,
        name: CollectionName,
        connection: MilvusConnection,
        base: StoredCollection,
        stored: StoredPassages,
        held: HeldChanges,
        lexical: LexicalSearcher | None,
        words_change: int,
        *,
        floor: int,
        change_id: int,
        newest: int,
    ) -> None:
        self.name, self.base, self.stored, self.held = name, base, stored, held
        self.floor, self.change_id, self.newest = floor, change_id, newest
        self._connection, self._lexical, self.words_change = connection, lexical, words_change
        self._held_ids = np.array(sorted(held.rows), np.int64)
        self._hidden = np.array(sorted({*held.rows, *held.removed}), np.int64)  # of what Milvus gives
        self._held_vectors = (
            np.stack([held.rows[number].facts.vector for number in self._held_ids.tolist()]) if held.rows else None
        )

    def with_words(self, lexical: LexicalSearcher | None, change: int) -> "MilvusView":
        """The same passages with newer words of this machine."""
        return MilvusView(
            self.name, self._connection, self.base, self.stored, self.held, lexical, change,
            floor=self.floor, change_id=self.change_id, newest=self.newest,
        )  # fmt: skip

    def __len__(self) -> int:
        return self.base.passages + self.held.more

    def search_dense(self, vector: Vectors, limit: int) -> tuple[Ids, Vectors]:
        found = _NOTHING
        if self.base.passages:
            try:
                found = self._search(VECTOR, vector, limit)
            except MilvusUnavailableError:
                found = _NOTHING  # told by the reader; words go on
        if self._held_vectors is None:
            return found
        return _best(found, (self._held_ids, self._held_vectors @ vector), limit)

    def search_lexical(self, terms: Sequence[tuple[str, float]], limit: int) -> tuple[Ids, Vectors]:
        query = self.base.statistics.query(terms, len(self), self.held.frequencies)
        found = self._search_words(query, terms, limit)
        scores = [inner_product(self.held.rows[number].weights, query) for number in self._held_ids.tolist()]
        own = np.array(scores, np.float32)
        return _best(found, (self._held_ids[own > 0], own[own > 0]), limit)

    def _search_words(
        self, query: Mapping[int, float], terms: Sequence[tuple[str, float]], limit: int
    ) -> tuple[Ids, Vectors]:
        if not self.base.passages or not terms:
            return _NOTHING
        try:
            if self._connection.has_sparse:
                return self._search(WORDS, query, limit) if query else _NOTHING
        except MilvusUnavailableError:
            pass  # told by the reader
        if self._lexical is None:
            return _NOTHING
        return self._visible(*self._lexical.search(terms, min(limit + len(self._hidden), _MOST_HITS)), limit)

    def _search(self, field: str, query: Vectors | Mapping[int, float], limit: int) -> tuple[Ids, Vectors]:
        wanted = min(limit + len(self._hidden), _MOST_HITS)
        return self._visible(*self._connection.search(self.base.name, field, query, wanted), limit)

    def _visible(self, ids: Ids, scores: Vectors, limit: int) -> tuple[Ids, Vectors]:
        keep = (ids <= self.newest) & ~np.isin(ids, self._hidden)
        return ids[keep][:limit], scores[keep][:limit]

    def stats(self, terms: Iterable[str] = ()) -> CollectionStats:
        return CollectionStats(
            len(self), {term: self._frequency(term) for term in terms}, self._background, self._vocabulary
        )

    def _frequency(self, term: str) -> int:
        known, new = self.base.statistics.frequencies, self.held.frequencies
        return max(known.get(name, {}).get(term, 0) + new[dimension(name, term)] for name in fields_of(term))

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return self.base.vocabulary.with_terms(term for passage in self.held.new for term in passage.terms)

    @cached_property
    def _background(self) -> CollectionBackground:
        if len(self) > _MOST_DESCRIBED:
            return self.base.statistics.background
        passages = self.fetch(self.all_ids())
        return describe_collection(passages.vectors, passages.facts.groups)

    def fetch(
        self, ids: Ids | None = None, *, documents: Sequence[int] = (), groups: Ids | None = None
    ) -> "MilvusColumns":
        if ids is None:
            ids = self._held_ids[:0]
            if len(documents):
                held = [number for number, one in self.held.rows.items() if one.facts.row[1] in documents]
                ids = np.union1d(ids, self._known(self.stored.of_documents(documents), held))
            if groups is not None and len(groups):
                wanted = set(groups.tolist())
                held = [number for number, one in self.held.rows.items() if one.facts.row[2] in wanted]
                ids = np.union1d(ids, self._known(self.stored.of_groups(groups.tolist()), held))
        return MilvusColumns(self, ids)

    def all_ids(self) -> Ids:
        """Of everything in the collection: for benchmarks, and for describing it."""
        return self._known(self.stored.all_ids(), list(self.held.rows))

    def lexical_size(self) -> int:
        """Passages whose words are on this machine."""
        return len(self._lexical) if self._lexical is not None else 0

    def _known(self, ids: Ids, held: Sequence[int]) -> Ids:
        """Those of the ids in the database that are in this view, and the held ones."""
        ids = ids[(ids <= self.newest) & ~np.isin(ids, self._hidden)]
        return np.union1d(ids, np.array(held, np.int64))

    def is_stored(self, number: int) -> bool:
        """Whether the database is to be asked for a passage."""
        return number <= self.newest and number not in self.held.removed and number not in self.held.rows

    @property
    def dimensions(self) -> int:
        return int(self.base.statistics.background.mean.shape[0])


class MilvusColumns:
    """Implements `kb.search.types.PassageColumns`."""

    def __init__(self, view: MilvusView, ids: Ids) -> None:
        self.ids = ids
        self._view = view
        self._numbers: list[int] = ids.tolist()

    @cached_property
    def _facts(self) -> list[Facts | None]:
        held = self._view.held.rows
        stored = self._view.stored.facts([number for number in self._numbers if self._view.is_stored(number)])
        return [held[number].facts if number in held else stored.get(number) for number in self._numbers]

    @cached_property
    def _shown(self) -> list[Shown | None]:
        held = self._view.held.rows
        stored = self._view.stored.shown([number for number in self._numbers if self._view.is_stored(number)])
        return [held[number].shown if number in held else stored.get(number) for number in self._numbers]

    @cached_property
    def facts(self) -> PassageFacts:
        known = np.array([one is not None for one in self._facts], np.bool_)
        rows = np.zeros((len(self.ids), 5), np.int64)
        for place, one in enumerate(self._facts):
            if one is not None:
                _, document, group, language, part = one.row
                rows[place, :4] = document, group, language_number(language), PARTS.index(part)
        # Any article may have translations: who asks for its group is told.
        rows[:, 4] = known & (self._view.name is not CollectionName.TICKETS)
        return PassageFacts(known, *rows.T)

    @cached_property
    def vectors(self) -> Vectors:
        found: NDArray[np.float32] = np.zeros((len(self.ids), self._view.dimensions), np.float32)
        for place, one in enumerate(self._facts):
            if one is not None:
                found[place] = one.vector
        return found

    @cached_property
    def token_vectors(self) -> list[WordVectors]:
        return [one.words if one is not None else _NO_WORDS for one in self._shown]

    @cached_property
    def texts(self) -> list[PassageText | None]:
        return [one.text if one is not None else None for one in self._shown]


def _best(some: tuple[Ids, Vectors], more: tuple[Ids, Vectors], limit: int) -> tuple[Ids, Vectors]:
    if not len(more[0]):
        return some
    ids, scores = np.concatenate([some[0], more[0]]), np.concatenate([some[1], more[1]])
    best = np.argsort(-scores, kind="stable")[:limit]
    return ids[best], scores[best].astype(np.float32, copy=False)
