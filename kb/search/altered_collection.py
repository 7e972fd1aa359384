"""A collection as it would be with some passages more, or without some: for trying out what a change would do to searches.

Nothing is written and no other search sees it. What is added is found by its vector exactly as it would be, and by its words
nearly so: the engine's BM25 of a text of usual length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kb.search.encoding import Ids, Vectors, WordVectors
from kb.search.fusion import inverse_document_frequency
from kb.search.types import (
    ALTERNATIVE_QUESTIONS,
    PARTS,
    Collection,
    CollectionName,
    CollectionStats,
    PassageColumns,
    PassageFacts,
    PassageText,
    language_number,
)
from kb.text.phonetic_terms import phonetic_terms
from kb.text.terms import index_terms

# Above every id of the table of passages.
_FIRST_ID = 2**53
BODY = PARTS.index("body")
_NO_IDS = np.zeros(0, np.int64)


@dataclass(frozen=True)
class AddedQuestion:
    """Another wording of a question, as a passage. vector: (dimensions,), see kb.search.alternative_questions.

    shown, words: where it is no question but a passage of a text, what is shown of it and the vectors of its words.
    """

    document: int
    group: int
    language: str
    text: str
    vector: Vectors
    shown: PassageText | None = None
    words: WordVectors | None = None

    @property
    def part(self) -> int:
        return ALTERNATIVE_QUESTIONS if self.shown is None else BODY

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset((*index_terms(self.text, self.language), *phonetic_terms(self.text)))


class AlteredCollection:
    """Implements `kb.search.types.Collection`: `base` without the passages `hidden`, with the questions `added`."""

    def __init__(self, base: Collection, *, hidden: Ids = _NO_IDS, added: Sequence[AddedQuestion] = ()) -> None:
        self._base = base
        self.hidden = hidden
        self.added = tuple(added)
        self.added_ids = np.arange(len(added), dtype=np.int64) + _FIRST_ID

    @property
    def name(self) -> CollectionName:
        return self._base.name

    def search_dense(self, vector: Vectors, limit: int) -> tuple[Ids, Vectors]:
        found = self._without_hidden(*self._base.search_dense(vector, limit + len(self.hidden)))
        scores = np.array([one.vector @ vector for one in self.added], np.float32)
        return self._merge(found, scores, limit)

    def search_lexical(self, terms: Sequence[tuple[str, float]], limit: int) -> tuple[Ids, Vectors]:
        found = self._without_hidden(*self._base.search_lexical(terms, limit + len(self.hidden)))
        scores = np.array([self._lexical_score(one, terms) for one in self.added], np.float32)
        return self._merge(found, scores, limit, above=0.0)

    def fetch(
        self, ids: Ids | None = None, *, documents: Sequence[int] = (), groups: Ids | None = None
    ) -> PassageColumns:
        if ids is None:
            found = self._base.fetch(documents=documents, groups=groups).ids
            wanted_groups = set() if groups is None else set(groups.tolist())
            more = [one.document in documents or one.group in wanted_groups for one in self.added]
            ids = np.concatenate((found[~np.isin(found, self.hidden)], self.added_ids[more]))
        return _AlteredColumns(self, self._base.fetch(ids))

    def stats(self, terms: Iterable[str] = ()) -> CollectionStats:
        """Those of the base: a few passages move nothing."""
        return self._base.stats(terms)

    def _without_hidden(self, ids: Ids, scores: Vectors) -> tuple[Ids, Vectors]:
        kept = ~np.isin(ids, self.hidden)
        return ids[kept], scores[kept]

    def _merge(
        self, found: tuple[Ids, Vectors], scores: Vectors, limit: int, above: float = -2.0
    ) -> tuple[Ids, Vectors]:
        more = scores > above
        ids = np.concatenate((found[0], self.added_ids[more]))
        both = np.concatenate((found[1], scores[more]))
        best = np.argsort(-both, kind="stable")[:limit]
        return ids[best], both[best]

    def _lexical_score(self, one: AddedQuestion, terms: Sequence[tuple[str, float]]) -> float:
        matching = [(term, weight) for term, weight in terms if term in one.terms]
        stats = self._base.stats([term for term, _ in matching])
        return sum(
            weight * inverse_document_frequency(stats.frequencies[term], stats.passages) for term, weight in matching
        )


class _AlteredColumns:
    """Implements `kb.search.types.PassageColumns`."""

    def __init__(self, collection: AlteredCollection, base: PassageColumns) -> None:
        self._collection = collection
        self._base = base
        self._added = [
            (row, collection.added[int(number) - _FIRST_ID])
            for row, number in enumerate(base.ids)
            if number >= _FIRST_ID
        ]

    @property
    def ids(self) -> Ids:
        return self._base.ids

    @cached_property
    def facts(self) -> PassageFacts:
        facts = self._base.facts
        known = facts.known & ~np.isin(self.ids, self._collection.hidden)
        if not self._added:
            return replace(facts, known=known)
        columns = np.stack((facts.documents, facts.groups, facts.languages, facts.parts, facts.translated))
        for row, one in self._added:
            known[row] = True
            columns[:, row] = (one.document, one.group, language_number(one.language), one.part, 1)
        return PassageFacts(known, *columns)

    @cached_property
    def vectors(self) -> Vectors:
        if not self._added:
            return self._base.vectors
        vectors = np.array(self._base.vectors)
        for row, one in self._added:
            vectors[row] = one.vector
        return vectors

    @property
    def token_vectors(self) -> Sequence[WordVectors]:
        if not any(one.words is not None for _, one in self._added):
            return self._base.token_vectors  # questions are not compared word by word
        words = list(self._base.token_vectors)
        for row, one in self._added:
            if one.words is not None:
                words[row] = one.words
        return words

    @cached_property
    def texts(self) -> Sequence[PassageText | None]:
        texts = list(self._base.texts)
        for row, one in self._added:
            texts[row] = one.shown or PassageText(one.text, [len(one.text)], [])
        return texts


class AlterableSource:
    """Implements `kb.search.types.CollectionSource`: gives a collection as the last `alter` said. For one thread."""

    def __init__(self, base: Collection) -> None:
        self._base = base
        self._now = AlteredCollection(base)

    @property
    def name(self) -> CollectionName:
        return self._base.name

    def view(self) -> Collection:
        return self._now

    def alter(self, *, hidden: Ids = _NO_IDS, added: Sequence[AddedQuestion] = ()) -> None:
        """In place of what was altered before; the base stays the one that it was made with."""
        self._now = AlteredCollection(self._base, hidden=hidden, added=added)
