"""Passages of one collection of a build, read from the database as they are asked for: facts, vectors, texts, vectors of words.

The database is where they are anyway, for every machine; Milvus says which, it need not hold them a second time. A passage never
changes under its id, so what was read is kept, as much as has room.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np
from cachetools import LRUCache
from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import undefer

from indexer.backends.faiss_tantivy.passage_table import PassageRow
from indexer.backends.faiss_tantivy.stored_passages import BLOCK, passage_row, passage_text, passage_words
from indexer.backends.milvus.words import as_vector
from kb.core.database import session_scope
from kb.search.encoding import Ids, Vectors, WordVectors
from kb.search.types import CollectionName, PassageText
from kb.tables import Passage

# About 2 kB each; and about 10 kB each.
_FACTS_KEPT, _TEXTS_KEPT = 20_000, 4_000
V = TypeVar("V")


class Facts(NamedTuple):
    """What ranking reads of each candidate."""

    row: PassageRow
    vector: Vectors


class Shown(NamedTuple):
    """What is read of the few best."""

    text: PassageText
    words: WordVectors


class StoredPassages:
    """Safe for many threads. Raises SQLAlchemyError where the database cannot be read."""

    def __init__(self, engine: Engine, build: int, name: CollectionName, word_dimensions: int) -> None:
        self._engine, self.build, self._name, self._width = engine, build, name, word_dimensions
        self._facts: LRUCache[int, Facts] = LRUCache(_FACTS_KEPT)
        self._shown: LRUCache[int, Shown] = LRUCache(_TEXTS_KEPT)
        self._lock = threading.Lock()

    def facts(self, ids: Iterable[int]) -> dict[int, Facts]:
        """Of those that are there."""
        return self._read(ids, self._facts, self._read_facts)

    def shown(self, ids: Iterable[int]) -> dict[int, Shown]:
        """Of those that are there."""
        return self._read(ids, self._shown, self._read_shown)

    def forget(self, ids: Iterable[int]) -> None:
        """They are gone."""
        with self._lock:
            for number in ids:
                self._facts.pop(number, None)
                self._shown.pop(number, None)

    def of_documents(self, documents: Sequence[int]) -> Ids:
        kind = "ticket" if self._name is CollectionName.TICKETS else "article"
        return self._ids(Passage.document_kind == kind, Passage.document_id.in_(list(documents)))

    def of_groups(self, groups: Sequence[int]) -> Ids:
        return self._ids(Passage.document_group.in_(list(groups)))

    def all_ids(self) -> Ids:
        return self._ids()

    def _ids(self, *which: ColumnElement[bool]) -> Ids:
        statement = select(Passage.id).where(*self._own(), *which).order_by(Passage.id)
        with session_scope(self._engine) as session:
            return np.array(session.scalars(statement).all(), np.int64)

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return Passage.build_id == self.build, Passage.collection == self._name.value

    def _read(
        self, ids: Iterable[int], kept: "LRUCache[int, V]", read: Callable[[Sequence[int]], dict[int, V]]
    ) -> dict[int, V]:
        with self._lock:
            found = {number: kept[number] for number in ids if number in kept}
        missing = iter(sorted({number for number in ids if number not in found}))
        while block := list(islice(missing, BLOCK)):
            new = read(block)
            found |= new
            with self._lock:
                for number, value in new.items():
                    kept[number] = value
        return found

    def _read_facts(self, ids: Sequence[int]) -> dict[int, Facts]:
        columns = (
            Passage.id,
            Passage.document_id,
            Passage.document_group,
            Passage.language,
            Passage.part,
            Passage.vector,
        )
        statement = select(*columns).where(*self._own(), Passage.id.in_(ids))
        with session_scope(self._engine) as session:
            rows = session.execute(statement).all()
        return {row[0]: Facts((row[0], row[1], row[2], row[3], row[4]), as_vector(row[5])) for row in rows}

    def _read_shown(self, ids: Sequence[int]) -> dict[int, Shown]:
        statement = select(Passage).where(*self._own(), Passage.id.in_(ids)).options(undefer(Passage.word_vectors))
        with session_scope(self._engine) as session:
            rows = session.scalars(statement).all()
            return {row.id: Shown(passage_text(row), passage_words(row, self._width)) for row in rows}


def facts_of(passage: Passage) -> Facts:
    return Facts(passage_row(passage), as_vector(passage.vector))
