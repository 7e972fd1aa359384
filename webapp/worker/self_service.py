"""The job that counts how visits of the help centre ended, a row for each day and language."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.self_service import count_days
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    settings = tools.settings
    kept = [days for days in (settings.keep_searches, settings.keep_feedback) if days]
    with Session(tools.engine) as session:
        visits = count_days(
            session, settings.time_zone, kept_days=min(kept, default=0), tick=lambda: context.progress(0, 0)
        )
        session.commit()
    return {"visits": visits} if visits else None
