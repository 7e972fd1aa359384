"""Make Milvus follow the database: a build's passages in collections of its own, filled beside those that serve, switched to in
one transaction.

What Milvus has been given is told in the rows of `milvus_collections`. A server may search a collection as it was some seconds
ago ("Bounded" consistency, which costs milliseconds where a strong one costs up to a second): readers hold what was given to it
within that time, for which each row tells what was in it when.
"""

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.backends.faiss_tantivy.files import most_pending
from indexer.backends.faiss_tantivy.lexical import field_terms
from indexer.backends.faiss_tantivy.manifest import FILE as EMBEDDED_MANIFEST
from indexer.backends.faiss_tantivy.segment import VectorSizes
from indexer.backends.faiss_tantivy.stored_passages import (
    all_passages,
    count_changes,
    count_passages,
    lexical_document,
    newest_change,
    read_passages,
    touched_passages,
)
from indexer.backends.milvus import catalogue
from indexer.backends.milvus.connection import (
    VECTOR,
    WORDS,
    MilvusConnection,
    MilvusUnavailableError,
    MissingCollectionError,
    in_blocks,
)
from indexer.backends.milvus.passages import StoredPassages
from indexer.backends.milvus.replica import LexicalReplica, remove_replicas
from indexer.backends.milvus.words import CollectionStatistics, Lengths, as_vector
from kb.core.database import session_scope
from kb.search.fusion import describe_collection
from kb.search.types import CollectionName
from kb.tables import MilvusCollection, MilvusState, Passage

logger = logging.getLogger(__name__)

# Seconds for readers that have just begun with what does not serve any more.
_KEEP_FOR_READERS_SECONDS = 600
# Changes that readers hold while Milvus does not answer; with more of them indexing stops until it does.
MOST_HELD = 5000
# How passages lie is looked at again when there are so many more or fewer of them; of so many.
_MOVED, _DESCRIBED = 0.1, 20_000
# So many passages tell how long passages are.
_MEASURED = 2000
# Collections from this size on are given an index at once, instead of when Milvus comes to it.
_SETTLED_FROM = 1000


class MilvusBuild:
    """The collections of one build; implements `indexer.backends.protocol.BuildWriter`. Whoever changes the live ones holds the
    write lock."""

    def __init__(
        self, engine: Engine, connection: MilvusConnection, root: Path, build: int, fingerprint: str, sizes: VectorSizes
    ) -> None:
        self._engine, self._connection, self._root = engine, connection, root
        self._build, self._fingerprint, self._sizes = build, fingerprint, sizes
        self._written: dict[CollectionName, int] = {}  # rows that were filled and do not serve yet

    def open(self, *, check: bool) -> bool:
        """Take up the collections as they are; fill new ones where they cannot be used. Returns whether they were.

        check: ask Milvus whether it has as many passages as it was given. Raises MilvusUnavailableError where it must be asked
        and does not answer.
        """
        # The files of the embedded engine do not follow while this one does.
        (self._root / EMBEDDED_MANIFEST).unlink(missing_ok=True)
        with session_scope(self._engine) as session:
            rows = catalogue.live_rows(session)
        is_usable = rows.keys() == set(CollectionName) and all(
            (row.build_id, row.fingerprint) == (self._build, self._fingerprint) for row in rows.values()
        )
        if is_usable and (not check or all(self._has_all(row) for row in rows.values())):
            return False
        self.write_all()
        self.publish()
        return True

    def _has_all(self, row: MilvusCollection) -> bool:
        try:
            self._connection.load(row.name)
            count = self._connection.count(row.name)
        except MissingCollectionError:
            count = -1
        if count != row.passages:
            logger.warning(
                "Milvus has %s of %s passages of %s. It is filled anew.", max(count, 0), row.passages, row.name
            )
        return count == row.passages

    def add_terms(self, passages: Sequence[Passage]) -> None:
        """Nothing: readers hold new passages with their words until Milvus has them."""

    def write_all(self) -> None:
        """Fill new collections from the database, beside what is there. Nothing is encoded, no reader sees them."""
        with session_scope(self._engine) as session:
            catalogue.give_up_unfinished(session, self._build)
        self._written = {name: self._write_collection(name) for name in CollectionName}

    def publish(self) -> None:
        """Make these collections those that readers follow, in one transaction."""
        if self._written:
            with session_scope(self._engine) as session:
                catalogue.switch_to(session, tuple(self._written), self._written.values())
            self._written = {}
        remove_unused(self._engine, self._connection, self._root, older_than=_KEEP_FOR_READERS_SECONDS)

    def ask_to_forget(self) -> None:
        """Nothing: new collections have other names, and machines make their words anew with them."""

    def apply(self, *, settle: bool = False) -> bool:
        """Give Milvus what changed, where that is more than a few, with `settle` where it is anything.

        While Milvus does not answer nothing is lost: readers hold the changes, up to `MOST_HELD` of them.
        """
        for name in CollectionName:
            try:
                self._follow(name, settle=settle)
            except MissingCollectionError:
                logger.warning("The collection %s is not in Milvus any more. It is filled anew.", name)
                self._replace(name)
            except MilvusUnavailableError:
                if settle or self._pending(name) > MOST_HELD:
                    raise
        return False

    def _follow(self, name: CollectionName, *, settle: bool) -> None:
        row, statistics = self._live(name)
        pending = self._pending(name)
        if settle and statistics.lengths.have_drifted():
            self._replace(name)
            return
        if pending > (0 if settle else most_pending(row.passages)):
            self._give(name, row, statistics, settle=settle)
        if settle:
            self._check_words(name)

    def _pending(self, name: CollectionName) -> int:
        with session_scope(self._engine) as session:
            return count_changes(session, self._build, name, catalogue.live_rows(session)[name].change_id)

    def _live(self, name: CollectionName) -> tuple[MilvusCollection, CollectionStatistics]:
        with session_scope(self._engine) as session:
            row = catalogue.live_rows(session, with_statistics=True)[name]
            return row, CollectionStatistics.unpack(row.statistics)

    def _give(
        self, name: CollectionName, row: MilvusCollection, statistics: CollectionStatistics, *, settle: bool
    ) -> None:
        """All changes that it does not have yet."""
        with session_scope(self._engine) as session:
            newest = newest_change(session, self._build, name)
            touched = touched_passages(session, self._build, name, row.change_id, newest)
        present: set[int] = set()
        lengths = statistics.lengths
        for some in in_blocks(sorted(touched)):
            with session_scope(self._engine) as session:
                passages = list(read_passages(session, self._build, set(some)))
            lengths = self._write(row.name, passages, lengths, gone=sorted(set(some) - {one.id for one in passages}))
            present.update(passage.id for passage in passages)
        replica = self._replica(name, row.name)
        replica.follow(newest, row.forgotten, wait=True)
        with session_scope(self._engine) as session:
            count = count_passages(session, self._build, name)
            new = self._describe(name, replace(statistics, lengths=lengths), count, replica, anew=settle)
            self._tell(session, row.id, newest, count, new)

    def _write(self, name: str, passages: Sequence[Passage], lengths: Lengths, gone: Sequence[int] = ()) -> Lengths:
        """Give Milvus these passages; returns the lengths with theirs."""
        fields = [field_terms(lexical_document(passage)) for passage in passages]
        lengths = lengths.with_passages(fields)
        rows: list[dict[str, Any]] = [{"id": passage.id, VECTOR: as_vector(passage.vector)} for passage in passages]
        if self._connection.has_sparse:
            for row, terms in zip(rows, fields, strict=True):
                row[WORDS] = dict(lengths.weights(terms))
        self._connection.write(name, rows, gone)
        return lengths

    def _write_collection(self, name: CollectionName) -> int:
        """A new collection with all passages; returns the id of its row."""
        mark = blake2b(self._fingerprint.encode(), digest_size=4).hexdigest()
        called = f"kb_{name.value}_{self._build}_{mark}_{secrets.token_hex(4)}"
        with session_scope(self._engine) as session:
            row = MilvusCollection(
                build_id=self._build,
                collection=name.value,
                name=called,
                fingerprint=self._fingerprint,
                state=MilvusState.FILLING,
            )
            session.add(row)
            session.flush()
            row_id, newest = row.id, newest_change(session, self._build, name)
        self._connection.create(called, self._sizes.text)
        lengths, count, block = Lengths(self._measure(name).in_force), 0, list[Passage]()
        for passage in all_passages(self._engine, self._build, name):
            block.append(passage)
            if len(block) == 500:
                lengths, count, block = self._write(called, block, lengths), count + len(block), []
        lengths, count = self._write(called, block, lengths), count + len(block)
        if count >= _SETTLED_FROM:
            self._connection.settle(called)
        # Read with all that was written: from here on every search has it.
        if (there := self._connection.count(called)) != count:
            raise MilvusUnavailableError(
                "Milvus took %(there)s of %(count)s passages of %(name)s.",
                remedy="Try again: kb index",
                there=there,
                count=count,
                name=name.value,
            )
        replica = self._replica(name, called)
        replica.make_anew()
        empty = describe_collection(np.zeros((0, self._sizes.text), np.float32), np.zeros(0, np.int64))
        statistics = CollectionStatistics(empty, lengths=lengths, word_dimensions=self._sizes.word)
        with session_scope(self._engine) as session:
            self._tell(session, row_id, newest, count, self._describe(name, statistics, count, replica, anew=True))
        return row_id

    def _replace(self, name: CollectionName) -> None:
        row = self._write_collection(name)
        with session_scope(self._engine) as session:
            catalogue.switch_to(session, (name,), (row,))

    def _tell(self, session: Session, row: int, newest: int, count: int, statistics: CollectionStatistics) -> None:
        staleness = self._connection.staleness
        catalogue.tell(session, row, change=newest, passages=count, statistics=statistics, staleness=staleness)

    def _measure(self, name: CollectionName) -> Lengths:
        """How long passages are, by some of them."""
        stored = StoredPassages(self._engine, self._build, name, self._sizes.word)
        ids = _some(stored.all_ids(), _MEASURED)
        with session_scope(self._engine) as session:
            passages = read_passages(session, self._build, set(ids))
            return Lengths().with_passages(field_terms(lexical_document(passage)) for passage in passages)

    def _describe(
        self, name: CollectionName, before: CollectionStatistics, count: int, replica: LexicalReplica, *, anew: bool
    ) -> CollectionStatistics:
        """What is known of all passages now; how they lie as before, if that has hardly moved."""
        searcher = replica.searcher()
        found = replace(before, frequencies=searcher.terms_by_field() if searcher else before.frequencies)
        if not anew and abs(count - before.described) <= _MOVED * before.described:
            return found
        stored = StoredPassages(self._engine, self._build, name, self._sizes.word)
        facts = stored.facts(_some(stored.all_ids(), _DESCRIBED))
        vectors = np.array([one.vector for one in facts.values()], np.float32).reshape(len(facts), self._sizes.text)
        groups = np.array([one.row[2] for one in facts.values()], np.int64)
        return replace(found, background=describe_collection(vectors, groups), described=count)

    def _replica(self, name: CollectionName, called: str) -> LexicalReplica:
        return LexicalReplica(self._engine, replicas_folder(self._root), called, self._build, name)

    def _check_words(self, name: CollectionName) -> None:
        """Make the words on this machine anew where they are not those of the passages."""
        with session_scope(self._engine) as session:
            stored = count_passages(session, self._build, name)
            row = catalogue.live_rows(session)[name]
        replica = self._replica(name, row.name)
        replica.follow(row.change_id, row.forgotten, wait=True)
        searcher = replica.searcher()
        if searcher is None or len(searcher) != stored:
            replica.make_anew()


def remove_unused(engine: Engine, connection: MilvusConnection, root: Path, *, older_than: float) -> None:
    """Drop collections that nobody has needed for so many seconds. While Milvus does not answer they stay."""
    with session_scope(engine) as session:
        rows = catalogue.retired_rows(session, older_than=older_than)
    for row in rows:
        try:
            connection.drop(row.name)
        except MissingCollectionError:
            pass
        except MilvusUnavailableError:
            return
        with session_scope(engine) as session:
            session.delete(session.merge(row))
    with session_scope(engine) as session:
        names = catalogue.all_names(session)
    remove_replicas(replicas_folder(root), names)


def replicas_folder(root: Path) -> Path:
    return root / "milvus"


def _some(ids: Iterable[int], most: int) -> list[int]:
    """At most about so many of them, evenly."""
    found = [int(number) for number in ids]
    return found[:: max(1, -(-len(found) // most))]
