"""The daily job that learns from settled searches what the questions of each language have in common."""

from typing import Any

from sqlalchemy.orm import Session

from kb.jobs.kind import JobContext
from kb.search.query_statistics import has_enough_queries, recompute_query_statistics
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    """Store a new version where the answers would differ by it. Without enough searches no model is loaded."""
    with Session(tools.engine) as session:
        if not has_enough_queries(session):
            return None
        after = recompute_query_statistics(session, tools.encoder)
        session.commit()
    return {"version": after.version} if after else None
