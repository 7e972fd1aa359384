"""Make the index files follow the database: terms at once, passages in new segments as soon as they are more than a few."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, delete, func, select, update

from indexer.backends.faiss_tantivy.lexical import LexicalIndex
from indexer.backends.faiss_tantivy.manifest import (
    FORMAT,
    CollectionEntry,
    Manifest,
    SegmentEntry,
    read_manifest,
    write_manifest,
)
from indexer.backends.faiss_tantivy.merging import finish_entry, merge_tail
from indexer.backends.faiss_tantivy.passage_texts import pack_text
from indexer.backends.faiss_tantivy.segment import (
    LIMITS,
    SegmentLimits,
    SegmentWriter,
    VectorSizes,
    new_name,
    open_segment,
)
from indexer.backends.faiss_tantivy.segments import Segments, read_removed
from indexer.backends.faiss_tantivy.stored_passages import (
    FORGET,
    all_passages,
    asks_to_forget,
    count_changes,
    count_passages,
    has_all_changes,
    lexical_document,
    newest_change,
    passage_row,
    passage_text,
    passage_vector,
    read_passages,
    touched_passages,
)
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import IndexUnavailableError
from kb.search.types import CollectionName
from kb.tables import IndexChange, MilvusCollection, MilvusState, Passage

logger = logging.getLogger(__name__)

# Changes that readers keep beside the segments before a new one is cut: few enough to be scanned in no time.
MOST_PENDING = 1000
_ALWAYS_FEW = 20
# How long a change is kept that is in the files here: other machines have files of their own, and may be late with them.
KEEP_CHANGES = timedelta(hours=1)


def most_pending(passages: int) -> int:
    """Changes that readers of so many passages keep beside them."""
    return min(MOST_PENDING, max(_ALWAYS_FEW, passages // 5))


class BuildFiles:
    """The files of one build; implements `BackendWriter`. Whoever changes them holds the write lock, but for `write_all`, which
    only writes new ones."""

    def __init__(
        self,
        engine: Engine,
        root: Path,
        build: int,
        fingerprint: str,
        sizes: VectorSizes,
        *,
        limits: SegmentLimits = LIMITS,
    ) -> None:
        self._engine, self._root, self._limits = engine, root, limits
        self._build, self._fingerprint, self._sizes = build, fingerprint, sizes
        self._manifest: Manifest | None = None
        self._with_terms: set[int] = set()  # passages whose terms are in the files already

    def open(self, *, check: bool) -> bool:
        """Take up the files as they are; write them anew where they cannot be used. Returns whether they were.

        check: read every file and compare it with its checksum.
        """
        self._manifest = self._usable_manifest(check=check)
        if self._manifest is not None:
            return False
        self.write_all()
        self.publish()
        return True

    def _usable_manifest(self, *, check: bool) -> Manifest | None:
        """The manifest where it is of this build, its files are there, and so is every change that came after them."""
        try:
            manifest = read_manifest(self._root)
            if (manifest.build, manifest.fingerprint) != (self._build, self._fingerprint):
                return None
            if behind := self._collection_behind(manifest):
                logger.warning("%s: older than the changes that are kept. The index files are written anew.", behind)
                return None
            for name in CollectionName:
                parent, entry = self._root / name.value, manifest.collection(name)
                if check:
                    Segments.open(parent, entry)
                elif missing := [file for file in entry.files() if not (parent / file).exists()]:
                    logger.warning("%s: %s is missing. The index files are written anew.", name, missing[0])
                    return None
        except IndexUnavailableError as error:
            logger.info("Writing the index files: %s", error.message)
            return None
        return manifest

    def _collection_behind(self, manifest: Manifest) -> CollectionName | None:
        with session_scope(self._engine) as session:
            for name in CollectionName:
                if not has_all_changes(session, self._build, name, manifest.collection(name).change_id):
                    return name
        return None

    def apply(self, *, settle: bool = False) -> bool:
        """Bring terms up to date and cut segments where there is more than a few changes, with `settle` where there is any.

        Returns whether files were written anew because something is to be forgotten.
        """
        forgets = False
        for name in CollectionName:
            with session_scope(self._engine) as session:
                newest = newest_change(session, self._build, name)
                entry = self._opened.collection(name)
                pending = count_changes(session, self._build, name, entry.change_id)
                is_anew = asks_to_forget(session, self._build, name, entry.change_id)
            if is_anew:
                self._replace(name, self._write_collection(name))
                forgets = True
                continue
            self._follow_lexically(name, entry, newest)
            passages = sum(segment.passages for segment in entry.segments)
            if pending > (0 if settle else most_pending(passages)):
                self._replace(name, self._cut(name, entry, newest, settle=settle))
            if settle and self._has_words_of_others(name):
                self._replace(name, self._write_collection(name))
        return forgets

    def add_terms(self, passages: Sequence[Passage]) -> None:
        """Put the words of new passages into the files before the database has them, so that who sees a passage finds its words.

        Readers pass over what they do not know: where the database does not take the passages, nothing is found by them. Does
        nothing for files that are still to be written.
        """
        if self._manifest is None:
            return
        for name in CollectionName:
            documents = [lexical_document(row) for row in passages if row.collection == name.value]
            if documents:
                lexical = self._open_lexical(name, self._opened.collection(name))
                lexical.write(documents, [], change_id=lexical.change_id())
        self._with_terms.update(row.id for row in passages)

    def write_all(self) -> None:
        """Write new files of all collections from the database, beside what is there. Nothing is encoded, no reader sees them."""
        collections = {name.value: self._write_collection(name) for name in CollectionName}
        self._manifest = Manifest(FORMAT, self._build, self._fingerprint, collections)

    def publish(self) -> None:
        """Make these files those that readers see, in one rename."""
        write_manifest(self._root, self._opened)
        # After the rename: a reader that missed rows looks for a new manifest before it believes what it read.
        with session_scope(self._engine) as session:
            # What another engine has does not follow from now on: where it is set again, it is filled anew.
            session.execute(
                update(MilvusCollection)
                .where(MilvusCollection.state == MilvusState.LIVE)
                .values(state=MilvusState.RETIRED, retired_at=utc_now())
            )
            for name in CollectionName:
                of_collection = (IndexChange.build_id == self._build, IndexChange.collection == name.value)
                last_old = session.scalar(
                    select(func.max(IndexChange.id)).where(
                        *of_collection,
                        IndexChange.id <= self._opened.collection(name).change_id,
                        IndexChange.created_at <= utc_now() - KEEP_CHANGES,
                    )
                )
                if last_old is not None:  # it stays: see `has_all_changes`
                    session.execute(delete(IndexChange).where(*of_collection, IndexChange.id < last_old))

    def ask_to_forget(self) -> None:
        """Tell all machines to write their files anew, so that nothing of what was removed is left in them."""
        with session_scope(self._engine) as session:
            for name in CollectionName:
                session.add(IndexChange(build_id=self._build, collection=name.value, passage_id=0, operation=FORGET))

    @property
    def _opened(self) -> Manifest:
        assert self._manifest is not None, "open or write_all comes first"
        return self._manifest

    def _replace(self, name: CollectionName, entry: CollectionEntry) -> None:
        self._manifest = replace(self._opened, collections={**self._opened.collections, name.value: entry})
        self.publish()

    def _write_collection(self, name: CollectionName) -> CollectionEntry:
        parent = self._root / name.value
        parent.mkdir(parents=True, exist_ok=True)
        with session_scope(self._engine) as session:
            newest = newest_change(session, self._build, name)
        segment = self._write_segment(parent, all_passages(self._engine, self._build, name))
        lexical = parent / f"lexical-{new_name()}"
        documents = map(lexical_document, all_passages(self._engine, self._build, name))
        LexicalIndex.create(lexical).write(documents, [], change_id=newest, fresh=True)
        segments = [open_segment(parent, segment, check=False)] if segment else []
        entry = CollectionEntry((), "", lexical.name, "", newest, {})
        return finish_entry(parent, entry, segments, np.zeros(0, np.int64), self._sizes, is_anew=True)

    def _write_segment(self, parent: Path, passages: Iterable[Passage]) -> SegmentEntry | None:
        """A new segment of passages by rising id; None where there is nothing to be in it."""
        with SegmentWriter(parent, self._sizes, self._limits) as writer:
            for passage in passages:
                text = pack_text(passage_text(passage))
                writer.add(passage_row(passage), passage_vector(passage), text, passage.word_vectors)
            return writer.finish()

    def _follow_lexically(self, name: CollectionName, entry: CollectionEntry, newest: int) -> None:
        lexical = self._open_lexical(name, entry)
        done = max(lexical.change_id(), entry.change_id)
        if newest <= done:
            return
        with session_scope(self._engine) as session:
            touched = touched_passages(session, self._build, name, done, newest)
            present = list(read_passages(session, self._build, touched))
        documents = [lexical_document(passage) for passage in present if passage.id not in self._with_terms]
        lexical.write(documents, sorted(touched - {passage.id for passage in present}), change_id=newest)

    def _has_words_of_others(self, name: CollectionName) -> bool:
        """Whether the files have terms of passages that a run which was killed never came to store."""
        with session_scope(self._engine) as session:
            stored = count_passages(session, self._build, name)
        return len(self._open_lexical(name, self._opened.collection(name)).searcher()) != stored

    def _open_lexical(self, name: CollectionName, entry: CollectionEntry) -> LexicalIndex:
        try:
            return LexicalIndex.open(self._root / name.value / entry.lexical)
        except (OSError, ValueError) as error:
            raise IndexUnavailableError(f"The terms of {name} cannot be read ({error}).") from error

    def _cut(self, name: CollectionName, entry: CollectionEntry, newest: int, *, settle: bool) -> CollectionEntry:
        """A new segment of what has changed, merged with the small ones before it."""
        parent = self._root / name.value
        with session_scope(self._engine) as session:
            touched = touched_passages(session, self._build, name, entry.change_id, newest)
            new = self._write_segment(parent, read_passages(session, self._build, touched))
        entries = [*entry.segments, new] if new else entry.segments
        segments = [open_segment(parent, item, check=False) for item in entries]
        present = segments[-1].table.ids if new else np.zeros(0, np.int64)
        gone = np.setdiff1d(np.fromiter(touched, np.int64, len(touched)), present)
        removed = np.union1d(read_removed(parent, entry), gone)
        segments = merge_tail(parent, segments, removed, self._limits)
        return finish_entry(parent, replace(entry, change_id=newest), segments, removed, self._sizes, is_anew=settle)
