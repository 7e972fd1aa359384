"""The job that keeps the queue of conversations going: who was snoozed comes back, who waits is dealt out, what was told of waits
is compared, and who was served is asked how it was."""

from typing import Any

from sqlalchemy.orm import Session

from kb.jobs.kind import JobContext
from kb.service.conversations import reopen_snoozed
from kb.service.drafts import delete_old_presences
from kb.service.queue import deal_out
from kb.service.waiting_record import settle_told
from webapp.worker.surveys import ask
from webapp.worker.tools import WorkerTools


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    """Dealing as KB_DEALING says. Each step by itself, so that none waits for another's."""
    with Session(tools.engine) as session:
        reopened = reopen_snoozed(session)
        session.commit()
        dealt = deal_out(session) if tools.settings.deals_in_turn else 0
        delete_old_presences(session)
        session.commit()
        settle_told(session)
        session.commit()
        asked = ask(session, tools.settings)
        session.commit()
    done = {"reopened": reopened, "dealt": dealt, "asked": asked}
    return {name: number for name, number in done.items() if number} or None
