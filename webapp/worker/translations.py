"""The job that follows what changes in articles, so that translations that are behind are known section by section."""

from typing import Any

from sqlalchemy.orm import Session

from kb.insight.translations.following import follow_articles
from kb.jobs.kind import JobContext
from webapp.worker.tools import WorkerTools

TRANSLATIONS = "translations"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Stopped at any time, it goes on where it was."""
    with Session(tools.engine) as session:
        articles = follow_articles(
            session, tools.settings.languages, checkpoint=session.commit, progress=context.progress
        )
    return {"articles": articles} if articles else None
