"""A collection that follows the database: what another process published is found here within a second."""

import logging
import threading
import time
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import undefer

from indexer.backends.faiss_tantivy.files import (
    lexical_document,
    passage_row,
    passage_text,
    passage_vector,
    passage_words,
)
from indexer.backends.faiss_tantivy.segment import Segment, current_segment, open_segment
from indexer.backends.faiss_tantivy.view import NO_PENDING_CHANGES, CollectionView, PendingChanges, PendingPassage
from kb.core.database import session_scope
from kb.core.errors import ModelError
from kb.search.types import CollectionName
from kb.tables import IndexChange, Passage

logger = logging.getLogger(__name__)

# How long a process may go on without looking for news. A look costs about 0.2 ms.
LOOK_EVERY_SECONDS = 0.25


class CollectionReader:
    """Gives the newest view of one collection. Searches never wait for each other, only for a change to be applied."""

    def __init__(self, name: CollectionName, engine: Engine, root: Path, fingerprint: str) -> None:
        self.name = name
        self._engine = engine
        self._root = root
        self._fingerprint = fingerprint
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._snapshot = self._open()

    def view(self) -> CollectionView:
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
        if current_segment(self._root, self.name) != self._snapshot.segment.folder.name:
            self._snapshot = self._open()
        else:
            self._follow(self._snapshot)
        self._looked_at = time.monotonic()

    def _open(self) -> CollectionView:
        segment = open_segment(self._root, self.name)
        manifest = segment.manifest
        if manifest.passages and manifest.fingerprint != self._fingerprint:
            raise ModelError(
                f"The index of {self.name} was made with {manifest.fingerprint}, the encoder is now {self._fingerprint}.",
                remedy="Set KB_MODEL back, or make the vectors anew with: kb index",
            )
        lexical = segment.lexical.searcher()
        view = CollectionView(self.name, segment, NO_PENDING_CHANGES, lexical, manifest.change_id)
        return self._with_changes(view, segment)

    def _follow(self, view: CollectionView) -> None:
        self._snapshot = self._with_changes(view, view.segment)

    def _with_changes(self, view: CollectionView, segment: Segment) -> CollectionView:
        """`view` with the changes that came after it; itself when there are none."""
        with session_scope(self._engine) as session:
            newest = session.scalar(select(func.max(IndexChange.id)).where(IndexChange.collection == self.name.value))
            if newest is None or newest <= view.change_id:
                # The lexical files are committed a moment after the database: take them up as they come.
                if segment.lexical.change_id() > view.lexical_change_id:
                    return view.with_lexical(segment.lexical.searcher(), segment.lexical.change_id())
                return view
            touched = set(
                session.scalars(
                    select(IndexChange.passage_id).where(
                        IndexChange.collection == self.name.value,
                        IndexChange.id > view.change_id,
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
        width = segment.words.vectors.shape[1]
        add = {
            row.id: PendingPassage(passage_row(row), passage_vector(row), passage_text(row), passage_words(row, width))
            for row in rows
        }
        in_base = {int(i) for i in segment.table.ids[_members(segment, touched)]}
        delta: PendingChanges = view.delta.changed(add, touched - add.keys(), in_base)
        change = segment.lexical.change_id()
        lexical = segment.lexical.searcher(map(lexical_document, rows))
        return CollectionView(self.name, segment, delta, lexical, newest, change)


def _members(segment: Segment, ids: set[int]) -> list[int]:
    """Rows of the segment's table that hold these passages."""
    wanted = np.array(sorted(ids), dtype=np.int64)
    rows, known = segment.table.locate(wanted)
    return [int(row) for row in rows[known]]
