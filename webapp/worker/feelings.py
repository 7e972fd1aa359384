"""The job that judges again how customers feel: with the encoder after each message, whichever way it came, and once more when
time has told that somebody says nothing after a long answer."""

from typing import Any

from sqlalchemy.orm import Session

from kb.jobs.kind import JobContext
from kb.service.frustration.storing import judge_due
from webapp.worker.tools import WorkerTools

FEELINGS = "feelings"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """A trace is left only where somebody is judged otherwise."""
    judged = changed = 0
    with Session(tools.engine) as session:
        while True:
            seen, differ = judge_due(session, tools.encoder)
            judged, changed = judged + seen, changed + differ
            context.progress(judged, judged)
            if not seen:
                return {"judged": judged, "changed": changed} if changed else None
