"""Candidates: the passages that the rankings of each collection brought up, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import Ids, Vectors
from kb.search.types import Collection, CollectionName

_STARTS = np.arange(len(CollectionName) + 1)
# How many passages each of the two rankings brings per collection. Deeper helps nothing measurable and costs loading.
DEPTH = 60
_FIRST = np.ones(1, np.bool_)


@dataclass(frozen=True)
class Candidates:
    """Columns over all candidate passages, n of them.

    collections: index into the searcher's collections; ids: passage ids; dense: cosines (of every candidate, whichever
    ranking brought it); lexical: BM25 scores, 0 where no term of the query occurs; the rest as in PassageFacts.
    `groups` are unique over collections. vectors: float32 (n, dimensions).
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
    columns: list[list[NDArray[Any]]] = [[] for _ in range(10)]
    for number, (collection, (dense_ids, _), (lexical_ids, lexical_scores)) in enumerate(
        zip(collections, dense, lexical, strict=True)
    ):
        ids = np.concatenate((dense_ids, lexical_ids))
        ids.sort()
        ids = ids[np.concatenate((_FIRST, ids[1:] != ids[:-1]))[: len(ids)]]
        if not len(ids):
            continue
        facts, vectors = collection.facts_and_vectors(ids)
        words = np.zeros(len(ids), dtype=np.float32)
        words[ids.searchsorted(lexical_ids)] = lexical_scores
        rows: tuple[NDArray[Any], ...] = (
            np.full(len(ids), number),
            ids,
            vectors @ vector,
            words,
            facts.documents,
            facts.groups,
            facts.languages,
            facts.parts,
            facts.translated,
            vectors,
        )
        known = slice(None) if facts.known.all() else facts.known
        for column, values in zip(columns, rows, strict=True):
            column.append(values[known])
    if not columns[0]:
        empty = np.zeros(0, np.int64)
        return Candidates(
            empty, empty, empty.astype(np.float32), empty.astype(np.float32), empty, empty, empty, empty, empty,
            np.zeros((0, len(vector)), np.float32),
        )  # fmt: skip
    return Candidates(*(column[0] if len(column) == 1 else np.concatenate(column) for column in columns))
