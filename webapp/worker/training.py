"""The jobs of training: cases out of what was resolved, announcements of what was changed, reminders by mail."""

from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import Translations
from sqlalchemy.orm import Session

import webapp
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.insight.training.announcing import announce_changes, has_unannounced
from kb.insight.training.calm_cases import store_calm_cases
from kb.insight.training.cases import choose_cases, has_new_sources
from kb.insight.training.reminding import DueReminder, claim_reminder, settle_reminder
from kb.jobs.worker import JobContext
from kb.search.searcher import Searcher
from kb.search.types import Audience, Outcome
from kb.service.channels.smtp import Fate, send_mail
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

TRAINING, ANNOUNCEMENTS, REMINDERS = "training", "announcements", "reminders"
_CATALOGUES = Path(webapp.__path__[0]) / "translations"
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
    settings, counts = tools.settings, {"sent": 0, "waiting": 0, "failed": 0}
    for _ in range(_MOST_AT_ONCE):
        context.progress(0, 0)
        with session_scope(tools.engine) as session:
            due = claim_reminder(session)
        if due is None:
            break
        ways = ways_out(settings)
        if ways.smtp is None:
            break
        mail = reminder_mail(settings, due, ways.sender.address, ways.sender.name or ways.sender.site)
        outcome = send_mail(ways.smtp, mail, ways.sender.address, due.email)
        with session_scope(tools.engine) as session:
            state = settle_reminder(session, due, sent=outcome.fate is Fate.SENT, never=outcome.fate is Fate.NEVER)
        counts[state] += 1
    return counts if any(counts.values()) else None


def reminder_mail(settings: Settings, due: DueReminder, sender: str, name: str) -> EmailMessage:
    """In the language of whoever gets it."""
    tag = due.language if due.language in settings.languages else settings.languages[0]
    catalogue: NullTranslations = Translations.load(_CATALOGUES, [Locale.parse(tag, sep="-")])
    _ = catalogue.gettext
    title = " ".join(due.title.split())
    lines = [_("“%(title)s” was changed, and you have not said yet that you have read it.") % {"title": title}]
    if settings.public_url:
        lines.append(f"{settings.public_url}/desk/news/{due.announcement_id}")
    mail = EmailMessage(policy=policy.SMTP)
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:100]
    mail["From"] = Address(clean, addr_spec=sender)
    mail["To"] = due.email
    mail["Subject"] = _("Please read: %(title)s") % {"title": title}
    mail["Date"] = format_datetime(utc_now())
    mail["Message-ID"] = f"<reminder-{due.id}-{due.announcement_id}@{sender.rpartition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(lines) + "\n", cte="base64")
    return mail
