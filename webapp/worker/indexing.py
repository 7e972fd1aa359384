"""The job that makes what was written searchable."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from kb.core.errors import ConflictError
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Bring the collections up to date. Stopped at any time, it goes on with the documents that are left.

    Raises ConflictError where the index in use was made with another encoder: a worker from before an update must not make
    it anew with the old one.
    """
    from indexer.backends.opening import open_backend
    from indexer.builds import live_build
    from indexer.fingerprint import index_fingerprint
    from indexer.updating import bring_up_to_date

    with Session(tools.engine) as session:
        build = live_build(session)
    if build is not None and build.fingerprint != index_fingerprint(tools.encoder):
        raise ConflictError(
            "The index in use was made with another encoder than this worker has.",
            remedy="Restart the server and its workers. If this one is right, type: kb index",
        )
    report = bring_up_to_date(tools.engine, open_backend(tools.settings), tools.encoder, context.progress)
    if not (report.documents or report.removed_documents or report.rewritten):
        return None
    return asdict(report)
