"""The job that calls the links of articles to other sites and flags those that lead nowhere."""

from typing import Any

from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.insight.flags.outside import check_outside_links
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools

OUTSIDE_LINKS = "outside_links"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Some at a time; stopped at any time, it goes on where it was."""
    settings = tools.settings
    with Session(tools.engine) as session:
        counts = check_outside_links(
            session,
            private=settings.webhook_private,
            own_site=settings.public_url or "",
            now=utc_now,
            checkpoint=session.commit,
            tick=lambda: context.progress(0, 0),
        )
    return counts if any(counts.values()) else None
