"""The job that looks for topics which suddenly more people ask for."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.rising import update_rising
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    with Session(tools.engine) as session:
        found = update_rising(session, tools.settings.time_zone)
        session.commit()
    return {"topics": found} if found else None
