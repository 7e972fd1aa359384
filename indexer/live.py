"""A collection that follows the database: what another process published is found here within a second."""

import logging
import threading
import time
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import undefer

from indexer.files import lexical_document, passage_row, passage_text, passage_vector, passage_words
from indexer.generation import Generation, current_name, open_generation
from indexer.snapshot import EMPTY_DELTA, CollectionSnapshot, Delta, DeltaPassage
from kb.db import session_scope
from kb.errors import ModelError
from kb.search.types import CollectionName
from kb.tables import IndexChange, Passage

logger = logging.getLogger(__name__)

# How long a process may go on without looking for news. A look costs about 0.2 ms.
LOOK_EVERY_SECONDS = 0.25


class LiveCollection:
    """Gives the newest snapshot of one collection. Searches never wait for each other, only for a change to be applied."""

    def __init__(self, name: CollectionName, engine: Engine, root: Path, fingerprint: str) -> None:
        self.name = name
        self._engine = engine
        self._root = root
        self._fingerprint = fingerprint
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._snapshot = self._open()

    def snapshot(self) -> CollectionSnapshot:
        """The collection as it is now, at most a quarter of a second old."""
        if time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._snapshot

    def refresh(self) -> None:
        """Look for news at once: after an update of one's own."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        if current_name(self._root, self.name) != self._snapshot.generation.folder.name:
            self._snapshot = self._open()
        else:
            self._follow(self._snapshot)
        self._looked_at = time.monotonic()

    def _open(self) -> CollectionSnapshot:
        generation = open_generation(self._root, self.name)
        manifest = generation.manifest
        if manifest.passages and manifest.fingerprint != self._fingerprint:
            raise ModelError(
                f"The index of {self.name} was made with {manifest.fingerprint}, the encoder is now {self._fingerprint}.",
                remedy="Set KB_MODEL back, or make the vectors anew with: kb index",
            )
        lexical = generation.lexical.searcher()
        snapshot = CollectionSnapshot(self.name, generation, EMPTY_DELTA, lexical, manifest.change_id)
        return self._with_changes(snapshot, generation)

    def _follow(self, snapshot: CollectionSnapshot) -> None:
        self._snapshot = self._with_changes(snapshot, snapshot.generation)

    def _with_changes(self, snapshot: CollectionSnapshot, generation: Generation) -> CollectionSnapshot:
        """`snapshot` with the changes that came after it; itself when there are none."""
        with session_scope(self._engine) as session:
            newest = session.scalar(select(func.max(IndexChange.id)).where(IndexChange.collection == self.name.value))
            if newest is None or newest <= snapshot.change_id:
                # The lexical files are committed a moment after the database: take them up as they come.
                if generation.lexical.change_id() > snapshot.lexical_change_id:
                    return snapshot.with_lexical(generation.lexical.searcher(), generation.lexical.change_id())
                return snapshot
            touched = set(
                session.scalars(
                    select(IndexChange.passage_id).where(
                        IndexChange.collection == self.name.value,
                        IndexChange.id > snapshot.change_id,
                        IndexChange.id <= newest,
                    )
                )
            )
            rows = list(
                session.scalars(
                    select(Passage)
                    .where(Passage.id.in_(touched), Passage.fingerprint == self._fingerprint)
                    .options(undefer(Passage.word_vectors))
                )
            )
        width = generation.words.vectors.shape[1]
        add = {
            row.id: DeltaPassage(passage_row(row), passage_vector(row), passage_text(row), passage_words(row, width))
            for row in rows
        }
        in_base = {int(i) for i in generation.table.ids[_members(generation, touched)]}
        delta: Delta = snapshot.delta.changed(add, touched - add.keys(), in_base)
        change = generation.lexical.change_id()
        lexical = generation.lexical.searcher(map(lexical_document, rows))
        return CollectionSnapshot(self.name, generation, delta, lexical, newest, change)


def _members(generation: Generation, ids: set[int]) -> list[int]:
    """Rows of the generation's table that hold these passages."""
    wanted = np.array(sorted(ids), dtype=np.int64)
    rows, known = generation.table.locate(wanted)
    return [int(row) for row in rows[known]]
