"""The jobs of articles: publishing and archiving those that wait for their day, reminding of those to be reviewed, and the rest

of an act on many."""

from datetime import datetime
from typing import Any

from kb.articles.bulk import get_act, go_on
from kb.articles.schedules import run_due
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.settings import Settings
from kb.jobs.kind import JobContext
from kb.service.review_reminders import DueMail, note_due, send_reminders
from webapp.shared.formatting import date_in
from webapp.worker.catalogues import catalogue_for
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

SCHEDULES, REVIEW_REMINDERS, BULK_ACTS_JOB = "article_schedules", "review_reminders", "bulk_acts"
# Nobody is woken by it.
_FROM_HOUR = 6


def publish_and_archive(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """What is due now. It is found by search as after a click."""
    found = run_due(
        tools.engine, needs_approval=tools.settings.needs_approval, checkpoint=lambda: context.progress(0, 0)
    )
    return dict(found) or None


def remind(tools: WorkerTools, context: JobContext, now: datetime | None = None) -> dict[str, Any] | None:
    """Note what is due, once; bring out the mails, again while the mail server is down."""
    settings, at = tools.settings, now or utc_now()
    local = at.astimezone(settings.time_zone)
    counts: dict[str, int] = {}
    if local.hour >= _FROM_HOUR:
        with session_scope(tools.engine) as session:
            noted = note_due(
                session,
                local.date(),
                sends_mail=settings.mail_smtp is not None,
                address=lambda number: f"{settings.public_url or ''}/studio/articles/{number}",
                now=at,
            )
        counts = {"noted": noted} if noted else {}
    if settings.mail_smtp is not None:
        counts |= send_reminders(
            tools.engine,
            ways_out(settings),
            lambda due: reminder_words(settings, due),
            checkpoint=lambda: context.progress(0, 0),
            now=lambda: at,
        )
    return counts or None


def finish_act(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """Payload: act. The rest of it, or of its undoing, block by block: others can write in between."""
    goes_on = True
    while goes_on:
        with session_scope(tools.engine) as session:
            row = get_act(session, context.payload["act"])
            goes_on = go_on(session, row, needs_approval=tools.settings.needs_approval)
            done = len(row.details["done"]) + len(row.details["refused"])
            context.progress(done, done + len(row.details.get("left", ())))
    return {"done": len(row.details["done"]), "refused": len(row.details["refused"])}


def reminder_words(settings: Settings, due: DueMail) -> tuple[str, str]:
    """Subject and text, in the language of whoever gets it."""
    tag, catalogue = catalogue_for(due.language, settings)
    _ = catalogue.gettext
    count = catalogue.ngettext(
        "%(num)s article of yours is to be reviewed", "%(num)s articles of yours are to be reviewed", due.count
    ) % {"num": due.count}
    lines = [f"{count}:", ""]
    for one in due.articles:
        lines.append(f"- {one.title} ({_('due %(day)s') % {'day': date_in(tag, one.review_by, settings)}})")
        if settings.public_url:
            lines.append(f"  {settings.public_url}/studio/articles/{one.id}")
    if due.count > len(due.articles):
        rest = due.count - len(due.articles)
        lines.append(catalogue.ngettext("and %(num)s more", "and %(num)s more", rest) % {"num": rest})
    lines += ["", _("Read them, change what is not true any more, and say on the page that they are right.")]
    if settings.public_url:
        lines.append(f"{settings.public_url}/studio/articles/due?whose=me")
    return f"{settings.site_name}: {count}", "\n".join(lines) + "\n"
