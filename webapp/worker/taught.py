"""The job that reads what reps make of the passages that they insert."""

from typing import Any

from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.taught.collecting import collect_edits, has_new_replies
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools

TAUGHT = "taught"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Stopped at any time, it goes on where it was."""
    now = utc_now()
    with Session(tools.engine, expire_on_commit=False) as session:
        if not has_new_replies(session, now):
            return None
        found = collect_edits(
            session,
            region=tools.settings.phone_region,
            now=now,
            checkpoint=session.commit,
            tick=lambda: context.progress(0, 0),
        )
    return found if any(found.values()) else None
