"""The daily job that fits the confidence to the searches of this installation."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.calibrating import has_enough_judged, recalibrate
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Store a calibration where one could be fitted. Without enough judged searches no model is loaded."""
    with Session(tools.engine, expire_on_commit=False) as session:
        if not has_enough_judged(session):
            return None
        session.rollback()
        runtime = tools.runtime
        stored = recalibrate(
            session,
            runtime.base_calibration,
            tools.encoder.fingerprint,
            runtime.all_views(),
            runtime.make_searcher,
            checkpoint=session.commit,
            progress=context.progress,
        )
        session.commit()
    return {"state": stored.state, "searches": stored.provenance["searches"]} if stored else None
