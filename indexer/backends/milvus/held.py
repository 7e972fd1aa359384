"""What a process holds of a collection beside Milvus: the changes that it has not yet, or may not show yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.lexical import field_terms, terms_of
from indexer.backends.faiss_tantivy.stored_passages import (
    lexical_document,
    passage_text,
    passage_words,
    read_passages,
)
from indexer.backends.milvus.passages import Facts, Shown, facts_of
from indexer.backends.milvus.words import Lengths, Weights
from kb.search.types import CollectionName
from kb.tables import IndexChange, Passage


class HeldPassage(NamedTuple):
    """All that is searched and shown of a passage. change: the row of `index_changes` that added it."""

    facts: Facts
    shown: Shown
    weights: Weights
    terms: frozenset[str]
    change: int


@dataclass(frozen=True)
class HeldChanges:
    """rows: passages by id; removed: ids that are gone, whatever Milvus has; base: the last change that Milvus was given; more:
    how many passages there are more than it was given, fewer where negative."""

    rows: Mapping[int, HeldPassage] = field(default_factory=dict)
    removed: frozenset[int] = frozenset()
    base: int = 0
    more: int = 0

    @cached_property
    def new(self) -> list[HeldPassage]:
        """Those that are not counted in what is known of all passages."""
        return [passage for passage in self.rows.values() if passage.change > self.base]

    @cached_property
    def frequencies(self) -> Counter[int]:
        """Of the new ones how many have each dimension (`words.dimension`)."""
        return Counter(place for passage in self.new for place in passage.weights)

    def __len__(self) -> int:
        return len(self.rows) + len(self.removed)


def read_held(
    session: Session,
    build: int,
    name: CollectionName,
    *,
    after: int,
    base: int,
    until: int,
    before: HeldChanges,
    lengths: Lengths,
    width: int,
) -> HeldChanges:
    """The changes in (after, until]. What `before` holds already is not read again: it must be weighed with the same lengths.

    base: the last change that Milvus was given; width: dimensions of the vector of a word.
    """
    added: dict[int, int] = {}
    removed: dict[int, int] = {}
    statement = (
        select(IndexChange.id, IndexChange.passage_id, IndexChange.operation)
        .where(
            IndexChange.build_id == build,
            IndexChange.collection == name.value,
            IndexChange.id > after,
            IndexChange.id <= until,
        )
        .order_by(IndexChange.id)
    )
    for change, passage_id, operation in session.execute(statement):
        if operation == "add":
            added[passage_id] = change
        elif operation == "remove":  # nothing but passages is held here
            removed[passage_id] = change
    there = added.keys() - removed.keys()
    rows = {number: before.rows[number] for number in there if number in before.rows}
    for passage in read_passages(session, build, there - rows.keys()):
        rows[passage.id] = _hold(passage, added[passage.id], lengths, width)
    new = sum(1 for number in rows if added[number] > base)
    gone = sum(1 for number, change in removed.items() if change > base and added.get(number, 0) <= base)
    return HeldChanges(rows, frozenset(removed), base, new - gone)


def _hold(passage: Passage, change: int, lengths: Lengths, width: int) -> HeldPassage:
    document = lexical_document(passage)
    shown = Shown(passage_text(passage), passage_words(passage, width))
    return HeldPassage(
        facts_of(passage), shown, lengths.weights(field_terms(document)), frozenset(terms_of(document)), change
    )
