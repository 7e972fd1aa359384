"""One build of the index is brought up to date, batch by batch, each complete in itself."""

import logging
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Engine, delete, func, select

from indexer.backends.protocol import Backend
from indexer.differences import differences, indexed_among
from indexer.documents import wanted_among
from indexer.storing import (
    Batch,
    BulkEncoder,
    EncodedPassage,
    IndexReport,
    PreparedBatch,
    as_stored,
    embed_prepared,
    prepare_batch,
    store_batch,
)
from kb.core.database import session_scope
from kb.core.progress import Progress
from kb.search.encoding import Encoder
from kb.tables import EVERYTHING, ChangedDocument

logger = logging.getLogger(__name__)
T = TypeVar("T")

DOCUMENTS_PER_BATCH = 64


class BuildUpdate:
    """One run that brings a build up to date."""

    def __init__(
        self,
        engine: Engine,
        backend: Backend,
        encoder: Encoder,
        build: int,
        report: IndexReport,
        *,
        bulk: BulkEncoder | None = None,
    ) -> None:
        self._bulk = bulk
        self._engine, self._encoder, self._build, self._report = engine, encoder, build, report
        self._files = backend.writer(engine, build, encoder)

    def run(self, progress: Progress | None, *, compare: bool) -> None:
        """Index what is marked, or all that differs, and let the files follow batch by batch. The caller holds the write lock."""
        self._report.rewritten = self._files.open(check=compare)
        for batch in self._store_all(progress) if compare else self._store(self._marked(), progress):
            self._files.apply()
            logger.debug("%s documents indexed", len(batch.present))
        self._files.apply(settle=compare)

    def follow(self, *, check: bool) -> bool:
        """Take up what the database has, and nothing else; returns whether all files were written anew."""
        is_anew = self._files.open(check=check)
        return self._files.apply() or is_anew

    def fill(self, progress: Progress | None, bulk: BulkEncoder | None = None) -> int:
        """Index all that differs, without a look at files; returns how many documents did."""
        if bulk is None:
            stored = self._store(self._differences(), progress)
        else:
            stored = self._store_in_bulk(bulk, self._differences(), progress)
        return sum(len(batch.present) + len(batch.gone) for batch in stored)

    def write_files(self) -> None:
        """New files, which no reader sees yet."""
        self._files.write_all()

    def ask_others_to_forget(self) -> None:
        self._files.ask_to_forget()

    def catch_up(self) -> None:
        """Index what came while the files were written, and make the build's files those that readers see."""
        self.fill(None)
        self._files.publish()
        self._files.apply(settle=True)

    def _store(self, batches: Iterator[tuple[Batch, int]], progress: Progress | None) -> Iterator[Batch]:
        """Store each batch. With every batch comes how many documents there are to do in all."""
        start = 0
        for batch, total in batches:
            size = len(batch.present) + len(batch.gone)

            def advance(done: int, of: int, start: int = start, size: int = size, total: int = total) -> None:
                if progress:
                    progress(start + size * done // max(of, 1), total)

            prepared = prepare_batch(self._engine, self._encoder, self._build, batch)
            self._put(prepared, as_stored(embed_prepared(self._encoder, prepared.new, advance)))
            start += size
            if progress:
                progress(start, total)
            yield batch

    def _store_in_bulk(
        self, bulk: BulkEncoder, batches: Iterator[tuple[Batch, int]], progress: Progress | None
    ) -> Iterator[Batch]:
        """As `_store`, in the order in which batches come back from other machines. Each is stored as soon as it is whole: what
        was stored is not encoded again when the run is stopped and begun anew."""
        done = total = 0

        def prepare() -> Iterator[PreparedBatch]:
            nonlocal total
            for batch, of in batches:
                total = of
                yield prepare_batch(self._engine, self._encoder, self._build, batch)

        for prepared, encoded in bulk.encode(prepare(), self._report.nodes):
            self._put(prepared, encoded)
            done += len(prepared.batch.present) + len(prepared.batch.gone)
            if progress:
                progress(done, total)
            yield prepared.batch

    def _put(self, prepared: PreparedBatch, encoded: Sequence[EncodedPassage]) -> None:
        store_batch(self._engine, self._build, prepared, encoded, self._report, self._files.add_terms)

    def _differences(self) -> Iterator[tuple[Batch, int]]:
        """What differs between the documents and the build, found by comparing all of them."""
        with session_scope(self._engine) as session:
            changed, gone = differences(session, self._build)
        total = len(changed) + len(gone)
        for keys in _batches(gone):
            yield Batch((), keys), total
        for states in _batches(changed):
            yield Batch(states, ()), total

    def _store_all(self, progress: Progress | None) -> Iterator[Batch]:
        """Store all that differs. What was marked before the comparison is done with then; a younger change has another mark."""
        if self._bulk is None:
            yield from self._store(self._differences_and_marks(), progress)
            return
        marks = self._marks()
        yield from self._store_in_bulk(self._bulk, self._differences(), progress)
        self._remove_marks(marks)

    def _differences_and_marks(self) -> Iterator[tuple[Batch, int]]:
        """All that differs, each batch stored before the next one is asked for; then marks as `_store_all`."""
        marks = self._marks()
        yield from self._differences()
        self._remove_marks(marks)

    def _marks(self) -> Sequence[int]:
        with session_scope(self._engine) as session:
            return session.scalars(select(ChangedDocument.id)).all()

    def _remove_marks(self, marks: Sequence[int]) -> None:
        for some in _batches(marks):
            with session_scope(self._engine) as session:
                session.execute(delete(ChangedDocument).where(ChangedDocument.id.in_(some)))

    def _marked(self) -> Iterator[tuple[Batch, int]]:
        """What is marked as changed, oldest first, and all that differs where that is marked."""
        total = done = 0
        while True:
            with session_scope(self._engine) as session:
                marks = session.execute(
                    select(ChangedDocument.id, ChangedDocument.document_kind, ChangedDocument.document_id)
                    .order_by(ChangedDocument.id)
                    .limit(DOCUMENTS_PER_BATCH)
                ).all()
                if not marks:
                    return
                left = session.scalar(select(func.count()).select_from(ChangedDocument)) or 0
                keys = [(row.document_kind, row.document_id) for row in marks if row.document_kind != EVERYTHING]
                wanted = wanted_among(session, keys)
                there = indexed_among(session, self._build, keys)
            if len(keys) < len(marks):
                yield from self._differences_and_marks()
                continue
            total = max(total, done + left)
            done += len(marks)
            present = [
                state for key, state in wanted.items() if there.get(key) != (state.collection, state.content_hash)
            ]
            gone = [key for key in there if key not in wanted]
            yield Batch(present, gone, [row.id for row in marks]), total


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), DOCUMENTS_PER_BATCH):
        yield items[start : start + DOCUMENTS_PER_BATCH]
