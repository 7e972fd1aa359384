"""The job that tries a synonym, a pin or another wording on all golden and settled questions, before anything is saved."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.curation.effects import Attempt, try_change
from kb.jobs.kind import JobContext
from kb.search.curation import load_curation
from webapp.worker.tools import WorkerTools

TRYING = "trying"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Payload: kind and values, see Attempt. Nothing is changed by it."""
    with Session(tools.engine) as session:
        _, current = load_curation(session)
        effect = try_change(
            session,
            tools.encoder,
            tools.runtime.all_views(),
            tools.runtime.make_searcher,
            current,
            Attempt(context.payload["kind"], context.payload["values"]),
            progress=context.progress,
        )
        session.rollback()
    return effect.to_json()
