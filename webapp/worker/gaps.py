"""The job that sorts new misses into gaps and finds out why they were missed."""

from typing import Any

from sqlalchemy.orm import Session

from indexer.question_groups import group_questions
from kb.insight.gaps import collect_misses, count_costs, explain_gaps, has_something_new, has_unexplained, regroup
from kb.insight.gaps import regrouping_is_due as is_due
from kb.jobs.worker import JobContext
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Stopped at any time, it goes on where it was. The model is loaded only if there is something to do."""
    with Session(tools.engine, expire_on_commit=False) as session:
        if not (has_something_new(session) or has_unexplained(session)):
            return None
        session.rollback()
        misses = collect_misses(session, tools.encoder, checkpoint=session.commit, progress=context.progress)
        moved = 0
        if is_due(session):
            moved = regroup(session, tools.encoder.fingerprint, group_questions, checkpoint=session.commit)
        count_costs(session)
        session.commit()
        views = tools.runtime.all_views()
        gaps = explain_gaps(session, tools.encoder, views, checkpoint=session.commit, progress=context.progress)
    return {"misses": misses, "moved": moved, "gaps": gaps} if misses or gaps else None
