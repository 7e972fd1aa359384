"""The job that counts what customers ask for, for the help centre's home page."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.demand import count_demand
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    """Written anew only where something has changed."""
    with Session(tools.engine) as session:
        changed = count_demand(session, tools.settings.languages)
        session.commit()
    return {"searches": changed} if changed else None
