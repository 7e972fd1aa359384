"""The job that counts each day for the studio's numbers."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.numbers import Keep, count_days
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools

NUMBERS = "numbers"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Each day is stored by itself: a stop in the middle loses nothing."""
    settings = tools.settings
    with Session(tools.engine) as session:

        def checkpoint(done: int, total: int) -> None:
            session.commit()
            context.progress(done, total)

        keep = Keep(settings.keep_searches, settings.keep_conversations)
        days = count_days(session, settings.time_zone, keep=keep, checkpoint=checkpoint)
        session.commit()
    return {"days": days} if days else None
