"""The job that learns other wordings of articles from use."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.wordings import WordingsLearner, has_attested, has_new_votes, has_unchecked
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools

WORDINGS = "wordings"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Try out what people wrote; then, as KB_LEARN_WORDINGS says, make suggestions of what is settled by now, and apply those
    that may be. Stopped at any time, it goes on where it was. The model is loaded only if there is something to do."""
    mode = tools.settings.learn_wordings
    with Session(tools.engine, expire_on_commit=False) as session:
        learns = mode != "off" and has_new_votes(session)
        if not (learns or has_unchecked(session) or (mode == "apply" and has_attested(session))):
            return None
        session.rollback()
        learner = WordingsLearner(
            session,
            tools.encoder,
            tools.runtime.all_views(),
            tools.runtime.make_searcher,
            by_itself=mode == "apply",
            region=tools.settings.phone_region,
            checkpoint=session.commit,
            progress=context.progress,
        )
        learner.check_written()
        if mode == "apply":
            learner.apply_attested()
        if learns:
            learner.suggest()
        session.commit()
    found = learner.report.to_json()
    return found if any(found.values()) else None
