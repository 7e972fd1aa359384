"""The job that counts which articles and tickets solved conversations, for ranking."""

from typing import Any

from sqlalchemy.orm import Session

from kb.jobs.kind import JobContext
from kb.search.solved import count_solved
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    """A new version only where a count has changed."""
    with Session(tools.engine) as session:
        counted = count_solved(session)
        session.commit()
    return {"documents": len(counted.counts)} if counted else None
