"""Candidates: the passages that the rankings of each collection brought up, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import Ids, Vectors
from kb.search.types import Collection, CollectionName

_STARTS = np.arange(len(CollectionName) + 1)
# How many passages each of the two rankings brings per collection. Deeper helps nothing measurable and costs loading.
DEPTH = 60
_FIRST = np.ones(1, np.bool_)


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Columns over all candidate passages, n of them.

    collections: index into the searcher's collections, ascending; ids: passage ids, ascending within a collection; dense:
    cosines with the query, -1 to 1 (of every candidate, whichever ranking brought it); lexical: BM25 of the passage as the
    engine gives it, not normalised, 0 where no term of the query occurs; documents, groups, languages, parts, translated: see
    PassageFacts. `groups` are unique over collections. vectors: float32 (n, dimensions), unit length.
    """

    collections: NDArray[np.int64]
    ids: Ids
    dense: Vectors
    lexical: Vectors
    documents: NDArray[np.int64]
    groups: NDArray[np.int64]
    languages: NDArray[np.int64]
    parts: NDArray[np.int64]
    translated: NDArray[np.int64]
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, collection: int) -> slice:
        """The rows of one collection, which stand together."""
        return slice(*self._ends[collection : collection + 2])

    def keep(self, kept: NDArray[np.bool_]) -> "Candidates":
        """Those where `kept` (n,) is true."""
        return Candidates(**{field.name: getattr(self, field.name)[kept] for field in fields(self)})

    @cached_property
    def _ends(self) -> list[int]:
        """Where the rows of each collection begin, and where the last ones end."""
        ends: list[int] = self.collections.searchsorted(_STARTS).tolist()
        return ends


def gather_candidates(
    collections: Sequence[Collection],
    vector: Vectors,
    dense: Sequence[tuple[Ids, Vectors]],
    lexical: Sequence[tuple[Ids, Vectors]],
) -> Candidates:
    """Join both rankings of every collection; what only the words brought gets its cosine from the stored vector."""
    blocks = [
        block
        for number, collection in enumerate(collections)
        if (block := _gather_block(number, collection, vector, dense[number][0], *lexical[number]))
    ]
    if not blocks:
        return _no_candidates(len(vector))
    if len(blocks) == 1:
        return blocks[0]
    columns = {field.name: np.concatenate([getattr(b, field.name) for b in blocks]) for field in fields(Candidates)}
    return Candidates(**columns)


def _gather_block(
    number: int, collection: Collection, vector: Vectors, dense_ids: Ids, lexical_ids: Ids, lexical_scores: Vectors
) -> Candidates | None:
    """The candidates of one collection; None where there are none."""
    ids = np.concatenate((dense_ids, lexical_ids))
    ids.sort()
    ids = ids[np.concatenate((_FIRST, ids[1:] != ids[:-1]))[: len(ids)]]
    if not len(ids):
        return None
    found = collection.fetch(ids)
    facts, vectors = found.facts, found.vectors
    lexical = np.zeros(len(ids), dtype=np.float32)
    lexical[ids.searchsorted(lexical_ids)] = lexical_scores
    block = Candidates(
        collections=np.full(len(ids), number),
        ids=ids,
        dense=vectors @ vector,
        lexical=lexical,
        documents=facts.documents,
        groups=facts.groups,
        languages=facts.languages,
        parts=facts.parts,
        translated=facts.translated,
        vectors=vectors,
    )
    return block if facts.known.all() else block.keep(facts.known)


def _no_candidates(dimensions: int) -> Candidates:
    whole, real = np.zeros(0, np.int64), np.zeros(0, np.float32)
    return Candidates(
        collections=whole,
        ids=whole,
        dense=real,
        lexical=real,
        documents=whole,
        groups=whole,
        languages=whole,
        parts=whole,
        translated=whole,
        vectors=np.zeros((0, dimensions), np.float32),
    )
