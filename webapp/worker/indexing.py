"""The job that makes what was written searchable."""

from dataclasses import asdict
from typing import Any

from kb.jobs.worker import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Bring the collections up to date. Stopped at any time, it goes on with the documents that are left."""
    from indexer.updating import bring_up_to_date

    report = bring_up_to_date(tools.engine, tools.settings.index_dir, tools.encoder, context.progress)
    if not (report.documents or report.removed_documents or report.rewritten):
        return None
    return asdict(report)
