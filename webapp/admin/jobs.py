"""Work beside the requests, as an administrator sees it; and the import of tickets, which is such work."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from kb.core.errors import InvalidInputError, KbError
from kb.core.settings import Settings
from kb.jobs import cancel_job, enqueue, list_jobs, retry_job
from kb.tables import Job, utc_now
from kb.tickets import READERS
from kb.tickets.uploads import Uploads
from webapp.admin.import_form import DATES, FIELDS, Look, look, read_form
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.ui import is_partial, render_fresh
from webapp.worker.tickets import TICKET_IMPORT

blueprint = Blueprint("admin_jobs", __name__, url_prefix="/admin")

FINISHED, IMPORTS = 20, 20

KINDS = {
    "index": lazy_gettext("Search index"),
    "gaps": lazy_gettext("Gaps and their reasons"),
    "translations": lazy_gettext("Translations that are behind"),
    "flags": lazy_gettext("What speaks against articles"),
    "taught": lazy_gettext("What reps change in articles"),
    "queue": lazy_gettext("The inbox: snoozed ones come back, waiting ones are dealt out"),
    "feelings": lazy_gettext("How customers feel"),
    "demand": lazy_gettext("What is asked most"),
    "numbers": lazy_gettext("Counting each day"),
    "reports": lazy_gettext("Weekly reports"),
    "rising": lazy_gettext("What is suddenly asked more"),
    "account_mails": lazy_gettext("Mails about accounts"),
    "gap_news": lazy_gettext("News of answers"),
    "self_service": lazy_gettext("How visits end"),
    "query_statistics": lazy_gettext("Learning from searches"),
    "solved": lazy_gettext("Counting what solved conversations"),
    "wordings": lazy_gettext("Wordings from use"),
    "calibration": lazy_gettext("Fitting the confidence to own searches"),
    "deliver": lazy_gettext("Sending what was written"),
    "mailbox": lazy_gettext("Fetching mails"),
    "webhooks": lazy_gettext("Telling other systems"),
    "held_requests": lazy_gettext("Requests that came while the database was busy"),
    "transcripts": lazy_gettext("Chats by mail"),
    "article_schedules": lazy_gettext("Publishing and archiving on the day that was set"),
    "bulk_acts": lazy_gettext("Acts on many articles"),
    "review_reminders": lazy_gettext("Reminders to review articles"),
    "settled": lazy_gettext("Questions that people settled on"),
    "voice": lazy_gettext("Voice of the customer"),
    "training": lazy_gettext("Training"),
    "announcements": lazy_gettext("Announcements"),
    "reminders": lazy_gettext("Reminders to reps who have something to read or to practise"),
    "trying": lazy_gettext("Trying a change of the search"),
    "outside_links": lazy_gettext("Links to other sites"),
    "ticket_import": lazy_gettext("Import of tickets"),
    "simulation": lazy_gettext("Playing a customer"),
    "erasing": lazy_gettext("Erasing a customer"),
    "retention": lazy_gettext("Deleting what is old"),
    "cleanup": lazy_gettext("Clearing files nobody needs"),
}
STATES = {
    "waiting": lazy_gettext("Waiting"),
    "running": lazy_gettext("Running"),
    "done": lazy_gettext("Done"),
    "failed": lazy_gettext("Failed"),
    "cancelled": lazy_gettext("Cancelled"),
}
# Figures of results, as they are called on pages; others are for programs.
FIGURES = {
    "documents": lazy_gettext("documents"),
    "removed_documents": lazy_gettext("documents removed"),
    "encoded": lazy_gettext("passages encoded"),
    "misses": lazy_gettext("searches sorted in"),
    "gaps": lazy_gettext("gaps"),
    "flags": lazy_gettext("flags"),
    "reopened": lazy_gettext("came back"),
    "dealt": lazy_gettext("dealt out"),
    "asked": lazy_gettext("asked how it was"),
    "suggested": lazy_gettext("suggested"),
    "applied": lazy_gettext("put in use"),
    "harmful": lazy_gettext("would do harm"),
    "created": lazy_gettext("new"),
    "updated": lazy_gettext("changed"),
    "unchanged": lazy_gettext("unchanged"),
    "open": lazy_gettext("not resolved yet"),
    "rejected": lazy_gettext("rejected"),
    "searches": lazy_gettext("searches"),
    "feedback": lazy_gettext("votes and clicks"),
    "requests": lazy_gettext("requests"),
    "messages": lazy_gettext("messages"),
    "jobs": lazy_gettext("jobs"),
    "files": lazy_gettext("files"),
}


@blueprint.get("/jobs")
def jobs() -> ResponseReturnValue:
    """What runs, what waits, what is over; with scripts the list keeps itself fresh."""
    return _list("admin/jobs.html", "admin/_jobs.html", list_jobs(session(), finished=FINISHED))


@blueprint.post("/jobs/<int:job_id>")
def change_job(job_id: int) -> ResponseReturnValue:
    """Do one of: retry, cancel."""
    action = request.form.get("action", "")
    if action not in {"retry", "cancel"}:
        raise InvalidInputError(f"There is no action {action!r}.")
    try:
        (retry_job if action == "retry" else cancel_job)(session(), job_id)
    except KbError as error:
        session().rollback()
        flash(words_of(error), "bad")
    else:
        flash(_("It waits for a worker.") if action == "retry" else _("It is cancelled."), "good")
    return redirect(url_for("admin_jobs.jobs"), code=303)


@blueprint.get("/imports")
def imports() -> ResponseReturnValue:
    """Upload an export of tickets; what became of the last ones."""
    return _imports_page()


@blueprint.post("/imports")
def start_import() -> ResponseReturnValue:
    """Keep the uploaded file and ask a worker to import it; with `action=look` show first how it would be read."""
    settings: Settings = current_app.extensions["kb_settings"]
    uploads = Uploads(session(), current_app.config["SECRET_KEY"])
    try:
        form = read_form(request.form, request.files.get("file"), uploads, session().commit)
    except InvalidInputError as error:
        return _imports_page(error=words_of(error), form=request.form), 422
    wants_look = request.form.get("action") == "look"
    # What was asked for by hand is tried at once; else a worker finds out.
    found = look(form, uploads, settings) if wants_look or form.columns else Look()
    if wants_look or found.error:
        return _imports_page(form=form, looked=found), 422 if found.error else 200
    enqueue(session(), TICKET_IMPORT, key=form.kept, payload=form.payload())
    flash(_("The file is here. A worker imports it now."), "good")
    return redirect(url_for("admin_jobs.imports"), code=303)


def _imports_page(**values: object) -> Response:
    choices = {"sources": list(READERS), "fields": FIELDS, "orders": DATES}
    return _list("admin/imports.html", "admin/_imports.html", _imports(), **choices, **values)


def _imports() -> list[Job]:
    return list_jobs(session(), kinds=[TICKET_IMPORT], finished=IMPORTS)


def _list(page: str, part: str, found: list[Job], **values: object) -> Response:
    """The page, or its list alone; it asks for itself again while something is about to change."""
    soon = utc_now() + timedelta(minutes=2)
    moving = any(job.state == "running" or (job.state == "waiting" and job.run_at < soon) for job in found)
    return render_fresh(
        part if is_partial() else page,
        jobs=found,
        moving=moving,
        kinds=KINDS,
        states=STATES,
        figures=FIGURES,
        **values,
    )
