"""Work beside the requests, as an administrator sees it; and the import of tickets, which is such work."""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from kb.core.errors import InvalidInputError, KbError
from kb.core.settings import Settings
from kb.jobs import cancel_job, enqueue, list_jobs, retry_job
from kb.tables import Job, utc_now
from kb.tickets import READERS
from webapp.shared.database import session
from webapp.shared.ui import is_partial, render_fresh
from webapp.worker.tickets import TICKET_IMPORT, uploads_dir

blueprint = Blueprint("admin_jobs", __name__, url_prefix="/admin")

FINISHED, IMPORTS = 20, 20
_LONGEST_NAME = 200

KINDS = {
    "index": lazy_gettext("Search index"),
    "gaps": lazy_gettext("Gaps and their reasons"),
    "query_statistics": lazy_gettext("Learning from searches"),
    "ticket_import": lazy_gettext("Import of tickets"),
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
    "created": lazy_gettext("new"),
    "updated": lazy_gettext("changed"),
    "unchanged": lazy_gettext("unchanged"),
    "open": lazy_gettext("not resolved yet"),
    "rejected": lazy_gettext("rejected"),
    "searches": lazy_gettext("searches"),
    "feedback": lazy_gettext("votes and clicks"),
    "requests": lazy_gettext("requests"),
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
        flash(str(error), "bad")
    else:
        flash(_("It waits for a worker.") if action == "retry" else _("It is cancelled."), "good")
    return redirect(url_for("admin_jobs.jobs"), code=303)


@blueprint.get("/imports")
def imports() -> ResponseReturnValue:
    """Upload an export of tickets; what became of the last ones."""
    return _list("admin/imports.html", "admin/_imports.html", _imports(), sources=list(READERS))


@blueprint.post("/imports")
def start_import() -> ResponseReturnValue:
    """Keep the uploaded file and ask a worker to import it."""
    upload, source = request.files.get("file"), request.form.get("source", "")
    try:
        if source not in READERS:
            raise InvalidInputError(_("Choose what the file was exported as."))
        if upload is None or not upload.filename:
            raise InvalidInputError(_("Choose a file."))
        name = Path(upload.filename.replace("\\", "/")).name[:_LONGEST_NAME]
        kept = _keep(upload)
    except InvalidInputError as error:
        values = {"sources": list(READERS), "error": error.message, "chosen": source}
        return _list("admin/imports.html", "admin/_imports.html", _imports(), **values), 422
    enqueue(session(), TICKET_IMPORT, key=kept.name, payload={"file": kept.name, "name": name, "source": source})
    flash(_("The file is here. A worker imports it now."), "good")
    return redirect(url_for("admin_jobs.imports"), code=303)


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


def _keep(upload: FileStorage) -> Path:
    """Store the file where the worker looks for it, for its owner's eyes only."""
    settings: Settings = current_app.extensions["kb_settings"]
    folder = uploads_dir(settings)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            upload.save(file)
        if not path.stat().st_size:
            raise InvalidInputError(_("The file is empty."))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
