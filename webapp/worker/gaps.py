"""The job that sorts new misses into gaps, finds out why they were missed, and asks the questions of those that were filled."""

from typing import Any

from sqlalchemy.orm import Session

from indexer.question_groups import group_questions
from kb.insight.gaps import (
    collect_misses,
    count_costs,
    explain_gaps,
    fills_to_prove,
    has_something_new,
    has_unexplained,
    regroup,
)
from kb.insight.gaps import regrouping_is_due as is_due
from kb.insight.gaps.golden import GoldenSet
from kb.insight.gaps.proving import prove_fills
from kb.jobs.kind import JobContext
from kb.search.types import Audience
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Stopped at any time, it goes on where it was. The model is loaded only if there is something to do."""
    with Session(tools.engine, expire_on_commit=False) as session:
        if not (has_something_new(session) or has_unexplained(session) or fills_to_prove(session)):
            return None
        session.rollback()
        misses = collect_misses(session, tools.encoder, checkpoint=session.commit, progress=context.progress)
        moved = 0
        if is_due(session):
            moved = regroup(session, tools.encoder.fingerprint, group_questions, checkpoint=session.commit)
        count_costs(session)
        session.commit()
        views = tools.runtime.all_views()
        proven = prove_fills(
            session,
            tools.runtime.searcher(Audience.CUSTOMER),
            lambda: GoldenSet(session, views, tools.runtime.make_searcher),
            checkpoint=session.commit,
        )
        gaps = explain_gaps(session, tools.encoder, views, checkpoint=session.commit, progress=context.progress)
    return {"misses": misses, "moved": moved, "gaps": gaps, "proven": proven} if misses or gaps or proven else None
