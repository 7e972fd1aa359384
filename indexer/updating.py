"""Bring the collections up to date: only what changed is looked at, only passages with new text are encoded.

The database is written in batches, each complete in itself; stopping in between loses at most the batch under way, and running it
again goes on. A whole new index (another encoder, or `rebuild`) is filled beside the one that serves, which is kept up to date
meanwhile, and takes its place in one row and one rename.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from indexer.backends.opening import as_backend
from indexer.backends.protocol import Backend
from indexer.builds import (
    live_build,
    make_live,
    remove_erased_tickets,
    remove_retired_rows,
    resume_build,
    start_live_build,
)
from indexer.documents import DocumentState, Key, wanted_among, wanted_documents
from indexer.fingerprint import index_fingerprint
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
from kb.core.errors import ConflictError, IndexUnavailableError
from kb.core.postgresql import past_pooler
from kb.core.progress import Progress
from kb.search.encoding import Encoder
from kb.tables import EVERYTHING, ChangedDocument, IndexedDocument, Passage

logger = logging.getLogger(__name__)
T = TypeVar("T")

__all__ = ["IndexReport", "bring_up_to_date", "count_differences", "make_files", "write_lock"]

_DOCUMENTS_PER_BATCH = 64
_LOCK_WAIT_SECONDS = 600
# Seconds until every reader has looked at the manifest again.
PATIENCE = 5.0
# The number of PostgreSQL's advisory lock: writers on several machines share no file.
_ADVISORY_LOCK = 0x6B62


def bring_up_to_date(
    engine: Engine,
    where: Path | Backend,
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    rebuild: bool = False,
    compare: bool = False,
    bulk: BulkEncoder | None = None,
) -> IndexReport:
    """Index what is new or changed, remove what is gone, and write the files that processes read.

    compare: look at every document, not only at those that are marked as changed, read every file, and leave no change pending.
    Where the live index was made with another encoder, or with `rebuild`, a new one is made beside it and switched to at the end.
    bulk: encodes what is found by comparing, or for a new build, on many machines; `encoder` the few passages that come after.
    where: the engine, or the folder of the embedded one. One process at a time writes: others wait. Raises ConflictError when
    that takes more than ten minutes, IndexUnavailableError where the disk, the database or the engine does not take what is
    written; what was finished is kept.
    """
    started = time.perf_counter()
    backend = as_backend(where)
    report = IndexReport()
    fingerprint = index_fingerprint(encoder)
    with _told_plainly():
        with write_lock(engine, backend.folder), session_scope(engine) as session:
            build = live_build(session) or start_live_build(session, fingerprint)
        if rebuild or build.fingerprint != fingerprint:
            _make_build(engine, backend, encoder, report, progress, bulk)
        else:
            with write_lock(engine, backend.folder):
                _Update(engine, backend, encoder, build.id, report, bulk=bulk).run(progress, compare=compare)
        with write_lock(engine, backend.folder):
            # It brings the rendering of Markdown, which a search can do without.
            from indexer.internal_statements import keep_internal_statements

            keep_internal_statements(engine, encoder)
        backend.tidy(_LOCK_WAIT_SECONDS)
        with session_scope(engine) as session:
            live = live_build(session)
            assert live is not None
            rows = session.execute(
                select(Passage.collection, func.count()).where(Passage.build_id == live.id).group_by(Passage.collection)
            )
            report.collections = {name: count for name, count in rows}  # noqa: C416  # rows are no pairs for mypy
    report.seconds = time.perf_counter() - started
    return report


def make_files(engine: Engine, where: Path | Backend, encoder: Encoder, *, check: bool = True) -> bool:
    """Let the index files of this machine follow the database: written anew where they are missing, broken or too old, else with
    what has changed. Nothing is encoded, and other machines need not be waited for. Returns whether they were written anew.

    check: read every file and compare it with its checksum. Does nothing where the live build is of another encoder. Raises as
    `bring_up_to_date`.
    """
    fingerprint, backend = index_fingerprint(encoder), as_backend(where)
    with _told_plainly():
        with session_scope(engine) as session:
            build = live_build(session)
        if build is None:
            with write_lock(engine, backend.folder), session_scope(engine) as session:
                build = live_build(session) or start_live_build(session, fingerprint)
        if build.fingerprint != fingerprint:
            return False
        backend.folder.mkdir(parents=True, exist_ok=True)
        # Files are this machine's own; what machines share is written by one of them at a time.
        is_shared = backend.is_shared
        with write_lock(engine, backend.folder) if is_shared else _file_lock(backend.folder / "write.lock"):
            return _Update(engine, backend, encoder, build.id, IndexReport()).follow(check=check)


def forget_old_files(engine: Engine, where: Path | Backend, encoder: Encoder, *, patience: float = PATIENCE) -> None:
    """Write the files anew from the database and delete the old ones, so that nothing of a removed document is left in them; and
    the passages of builds that do not serve. Other machines do the same with theirs, see `make_files`. Call it after
    `bring_up_to_date`.

    patience: seconds that readers have to take up the new files. Raises as `bring_up_to_date`.
    """
    backend = as_backend(where)
    with _told_plainly():
        with session_scope(engine) as session:
            remove_erased_tickets(session)
        while _removes_retired(engine):
            pass
        with write_lock(engine, backend.folder):
            with session_scope(engine) as session:
                build = live_build(session)
            if build is None or build.fingerprint != index_fingerprint(encoder):
                return
            update = _Update(engine, backend, encoder, build.id, IndexReport())
            update.ask_others_to_forget()
            update.write_files()
            update.catch_up()
        remove_old_files(engine, backend, patience=patience)


def remove_old_files(engine: Engine, where: Path | Backend, *, patience: float = PATIENCE) -> None:
    """Delete what that which is in place now does not need, after readers have had `patience` seconds to leave it."""
    backend = as_backend(where)
    time.sleep(patience)
    with _file_lock(backend.folder / "write.lock"):
        backend.remove_unused(engine, older_than=patience / 2)


def _removes_retired(engine: Engine) -> bool:
    with session_scope(engine) as session:
        return remove_retired_rows(session)


@contextmanager
def write_lock(engine: Engine, index_dir: Path) -> Iterator[None]:
    """Held by whoever changes the live index. Raises ConflictError after ten minutes."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with _file_lock(index_dir / "write.lock"), past_pooler(engine) as direct, direct.connect() as connection:
        if engine.dialect.name != "postgresql":
            yield
            return
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        connection.commit()  # the lock is the connection's; an open transaction would only hold back cleaning
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
            connection.commit()


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    try:
        with FileLock(path).acquire(timeout=_LOCK_WAIT_SECONDS):
            yield
    except Timeout as error:
        raise ConflictError(
            "Another process has been indexing for more than ten minutes.",
            remedy="Wait until it is done, or stop it, then run: kb index",
        ) from error


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A full or read-only disk and a locked database in one line, with what to type."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
    else:
        return
    raise IndexUnavailableError(
        f"The index could not be written: {reason}. What was finished is kept, and searches go on with it.",
        remedy="When that is mended, run: kb index",
    )


class _Update:
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
            changed, gone = _compare(session, self._build)
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
                    .limit(_DOCUMENTS_PER_BATCH)
                ).all()
                if not marks:
                    return
                left = session.scalar(select(func.count()).select_from(ChangedDocument)) or 0
                keys = [(row.document_kind, row.document_id) for row in marks if row.document_kind != EVERYTHING]
                wanted = wanted_among(session, keys)
                there = _indexed_among(session, self._build, keys)
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


def count_differences(session: Session, build: int) -> tuple[int, int]:
    """How many documents should be searchable, and how many of all are not in the build as they should be."""
    changed, gone = _compare(session, build)
    return sum(1 for _ in wanted_documents(session)), len(changed) + len(gone)


def _compare(session: Session, build: int) -> tuple[list[DocumentState], list[Key]]:
    """Documents that are not in the build as they are now, and those in it that should not be."""
    statement = select(
        IndexedDocument.document_kind,
        IndexedDocument.document_id,
        IndexedDocument.collection,
        IndexedDocument.content_hash,
    ).where(IndexedDocument.build_id == build)
    there = {(kind, number): (collection, content) for kind, number, collection, content in session.execute(statement)}
    changed = []
    for state in wanted_documents(session):
        if there.pop(state.key, None) != (state.collection, state.content_hash):
            changed.append(state)
    return sorted(changed, key=lambda state: state.key), sorted(there)


def _indexed_among(session: Session, build: int, keys: Sequence[Key]) -> dict[Key, tuple[str, str]]:
    found: dict[Key, tuple[str, str]] = {}
    for kind in {kind for kind, _ in keys}:
        rows = session.execute(
            select(IndexedDocument.document_id, IndexedDocument.collection, IndexedDocument.content_hash).where(
                IndexedDocument.build_id == build,
                IndexedDocument.document_kind == kind,
                IndexedDocument.document_id.in_([number for of_kind, number in keys if of_kind == kind]),
            )
        )
        found.update({(kind, row.document_id): (row.collection, row.content_hash) for row in rows})
    return found


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _DOCUMENTS_PER_BATCH):
        yield items[start : start + _DOCUMENTS_PER_BATCH]


def _make_build(
    engine: Engine,
    backend: Backend,
    encoder: Encoder,
    report: IndexReport,
    progress: Progress | None,
    bulk: BulkEncoder | None,
) -> None:
    """Fill a new build beside the live one and switch to it. Whatever was begun and not finished is gone on with."""
    with _file_lock(backend.folder / "build.lock"):
        with session_scope(engine) as session:
            build = resume_build(session, index_fingerprint(encoder)).id
        update = _Update(engine, backend, encoder, build, report)
        # The live index is kept up to date by others all the while: until little is left, which is done at the switch.
        while update.fill(progress, bulk) > _DOCUMENTS_PER_BATCH:
            logger.info("Documents changed while the new index was made; they are indexed in it, too.")
        update.write_files()
        with write_lock(engine, backend.folder):
            with session_scope(engine) as session:
                make_live(session, build)
            update.catch_up()
    report.rebuilt = report.rewritten = True
    time.sleep(backend.readers_need)
    while _removes_retired(engine):
        pass
