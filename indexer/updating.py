"""Bring the collections up to date: only what changed is looked at, only passages with new text are encoded.

The database is written in batches, each complete in itself; stopping in between loses at most the batch under way, and running it
again goes on. A whole new index (another encoder, or `rebuild`) is filled beside the one that serves, which is kept up to date
meanwhile, and takes its place in one row and one rename.
"""

import logging
import time
from pathlib import Path

from sqlalchemy import Engine, func, select

from indexer.backends.opening import as_backend
from indexer.backends.protocol import Backend
from indexer.build_update import DOCUMENTS_PER_BATCH, BuildUpdate
from indexer.builds import (
    live_build,
    make_live,
    remove_erased_tickets,
    remove_retired_rows,
    resume_build,
    start_live_build,
)
from indexer.fingerprint import index_fingerprint
from indexer.storing import BulkEncoder, IndexReport
from indexer.write_lock import LOCK_WAIT_SECONDS, file_lock, told_plainly, write_lock
from kb.core.database import session_scope
from kb.core.progress import Progress
from kb.search.encoding import Encoder
from kb.tables import Passage

logger = logging.getLogger(__name__)

__all__ = ["IndexReport", "bring_up_to_date", "make_files"]

# Seconds until every reader has looked at the manifest again.
PATIENCE = 5.0


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
    with told_plainly():
        with write_lock(engine, backend.folder), session_scope(engine) as session:
            build = live_build(session) or start_live_build(session, fingerprint)
        if rebuild or build.fingerprint != fingerprint:
            _make_build(engine, backend, encoder, report, progress, bulk)
        else:
            with write_lock(engine, backend.folder):
                BuildUpdate(engine, backend, encoder, build.id, report, bulk=bulk).run(progress, compare=compare)
        with write_lock(engine, backend.folder):
            # It brings the rendering of Markdown, which a search can do without.
            from indexer.internal_statements import keep_internal_statements

            keep_internal_statements(engine, encoder)
        backend.tidy(LOCK_WAIT_SECONDS)
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
    with told_plainly():
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
        with write_lock(engine, backend.folder) if is_shared else file_lock(backend.folder / "write.lock"):
            return BuildUpdate(engine, backend, encoder, build.id, IndexReport()).follow(check=check)


def forget_old_files(engine: Engine, where: Path | Backend, encoder: Encoder, *, patience: float = PATIENCE) -> None:
    """Write the files anew from the database and delete the old ones, so that nothing of a removed document is left in them; and
    the passages of builds that do not serve. Other machines do the same with theirs, see `make_files`. Call it after
    `bring_up_to_date`.

    patience: seconds that readers have to take up the new files. Raises as `bring_up_to_date`.
    """
    backend = as_backend(where)
    with told_plainly():
        with session_scope(engine) as session:
            remove_erased_tickets(session)
        while _removes_retired(engine):
            pass
        with write_lock(engine, backend.folder):
            with session_scope(engine) as session:
                build = live_build(session)
            if build is None or build.fingerprint != index_fingerprint(encoder):
                return
            update = BuildUpdate(engine, backend, encoder, build.id, IndexReport())
            update.ask_others_to_forget()
            update.write_files()
            update.catch_up()
        remove_old_files(engine, backend, patience=patience)


def remove_old_files(engine: Engine, where: Path | Backend, *, patience: float = PATIENCE) -> None:
    """Delete what that which is in place now does not need, after readers have had `patience` seconds to leave it."""
    backend = as_backend(where)
    time.sleep(patience)
    with file_lock(backend.folder / "write.lock"):
        backend.remove_unused(engine, older_than=patience / 2)


def _removes_retired(engine: Engine) -> bool:
    with session_scope(engine) as session:
        return remove_retired_rows(session)


def _make_build(
    engine: Engine,
    backend: Backend,
    encoder: Encoder,
    report: IndexReport,
    progress: Progress | None,
    bulk: BulkEncoder | None,
) -> None:
    """Fill a new build beside the live one and switch to it. Whatever was begun and not finished is gone on with."""
    with file_lock(backend.folder / "build.lock"):
        with session_scope(engine) as session:
            build = resume_build(session, index_fingerprint(encoder)).id
        update = BuildUpdate(engine, backend, encoder, build, report)
        # The live index is kept up to date by others all the while: until little is left, which is done at the switch.
        while update.fill(progress, bulk) > DOCUMENTS_PER_BATCH:
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
