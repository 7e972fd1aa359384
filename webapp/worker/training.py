"""The jobs of training: cases out of what was resolved, announcements of what was changed, reminders by mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.insight.training.announcing import announce_changes, has_unannounced
from kb.insight.training.calm_cases import store_calm_cases
from kb.insight.training.cases import choose_cases, has_new_sources
from kb.insight.training.reminding import DueReminder, claim_reminder, settle_reminder
from kb.jobs.kind import JobContext
from kb.search.searcher import Searcher
from kb.search.types import Audience, Outcome
from kb.service.channels.notices import send_claimed, send_notice
from kb.service.channels.smtp import Fate, MailRound
from kb.service.channels.smtp import Outcome as MailOutcome
from webapp.worker.catalogues import catalogue_for
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

TRAINING, ANNOUNCEMENTS, REMINDERS = "training", "announcements", "reminders"
_MOST_AT_ONCE, _LOOKED_AT = 100, 5


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Cases of what was resolved since the last time. The model is loaded only if there is something to look at."""
    with Session(tools.engine, expire_on_commit=False) as session:
        stored = store_calm_cases(session)
        session.commit()
        made = 0
        if has_new_sources(session):
            session.rollback()
            searcher = tools.runtime.searcher(Audience.REP)

            def find(of: Session, text: str, language: str) -> Sequence[str]:
                return documents_for(searcher, of, text, language)

            region = tools.settings.phone_region
            made = choose_cases(session, find, region=region, checkpoint=session.commit, progress=context.progress)
            session.commit()
    return {"cases": made, "written": stored} if made or stored else None


def announce(tools: WorkerTools, _context: JobContext) -> dict[str, Any] | None:
    with Session(tools.engine, expire_on_commit=False) as session:
        if not has_unannounced(session):
            return None
        count = announce_changes(session, checkpoint=session.commit)
        session.commit()
    return {"announced": count} if count else None


def documents_for(searcher: Searcher, session: Session, text: str, language: str) -> list[str]:
    """The article that says this, where search is sure of one: ["article:12"], else []."""
    answer = searcher.search(session, text, reader_language=language.partition("-")[0], limit=_LOOKED_AT)
    if answer.outcome is Outcome.NONE:
        return []
    first = next((result for result in answer.results if result.kind == "article"), None)
    return [f"article:{first.id}"] if first is not None and not first.less_likely else []


def send_reminders(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """One mail each; while the mail server is down they wait."""
    settings = tools.settings
    ways = ways_out(settings)

    def send(mails: MailRound, due: DueReminder, now: datetime) -> MailOutcome:
        name = f"reminder-{due.id}-{due.announcement_id}"
        return send_notice(mails, ways, due.email, lambda: reminder_words(settings, due), name=name, now=now)

    def settle(session: Session, due: DueReminder, sent: MailOutcome, now: datetime) -> str:
        return settle_reminder(session, due, sent=sent.fate is Fate.SENT, never=sent.fate is Fate.NEVER, now=now)

    return (
        send_claimed(
            tools.engine,
            claim=claim_reminder,
            send=send,
            settle=settle,
            at_most=_MOST_AT_ONCE,
            checkpoint=lambda: context.progress(0, 0),
        )
        or None
    )


def reminder_words(settings: Settings, due: DueReminder) -> tuple[str, str]:
    """Subject and text, in the language of whoever gets it."""
    _tag, catalogue = catalogue_for(due.language, settings)
    _ = catalogue.gettext
    title = " ".join(due.title.split())
    lines = [_("“%(title)s” was changed, and you have not said yet that you have read it.") % {"title": title}]
    if settings.public_url:
        lines.append(f"{settings.public_url}/desk/news/{due.announcement_id}")
    return _("Please read: %(title)s") % {"title": title}, "\n\n".join(lines) + "\n"
