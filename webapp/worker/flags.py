"""The job that looks for what speaks against articles."""

from typing import Any

from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.flags.collecting import collect_flags
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools

FLAGS = "flags"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Figures every time; texts are compared when they have changed."""
    with Session(tools.engine) as session:
        counts = collect_flags(
            session,
            tools.settings.languages,
            now=utc_now(),
            zone=tools.settings.time_zone,
            checkpoint=session.commit,
            tick=lambda: context.progress(0, 0),
        )
    return {"flags": counts["new"], **counts} if any(counts.values()) else None
