"""The job that keeps the questions that people settled on, with their vectors, for the checks of the studio."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.writing.asked import store_asked
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    """Only what is new is encoded."""
    with Session(tools.engine) as session:
        changed = store_asked(session, tools.encoder)
        session.commit()
    return {"questions": changed} if changed else None
