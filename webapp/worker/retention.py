"""The daily jobs that delete what is old: rows of the database, and files that nobody needs any more."""

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from kb.accounts.audit import prune_events
from kb.core.clock import utc_now
from kb.jobs import list_jobs
from kb.jobs.kind import JobContext
from kb.jobs.queue import OPEN
from kb.privacy.retention import KeepFor, delete_what_is_old
from kb.tickets.uploads import Uploads
from webapp.shared.security import load_secret_key
from webapp.worker.tickets import IMPORT_PREFIX, TICKET_IMPORT
from webapp.worker.tools import WorkerTools

# An upload that no job waits for is kept for a day, for somebody who wants to run a failed import again.
_UPLOAD_KEPT = timedelta(days=1)
# Vectors kept for evaluation, which makes them anew where they are missing.
_CACHE_SECONDS = 30 * 24 * 3600


def delete_old_rows(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    """As the settings KB_KEEP_… say."""
    settings = tools.settings
    keep = KeepFor(
        settings.keep_searches,
        settings.keep_feedback,
        settings.keep_conversations,
        settings.keep_jobs,
        log_ins=settings.session_longest // 24 + 1,
        tickets=settings.keep_tickets,
        practice=settings.keep_practice,
    )
    with Session(tools.engine) as session:
        deleted = delete_what_is_old(session, keep, checkpoint=session.commit, progress=context.progress)
        if settings.keep_audit and (count := prune_events(session, utc_now() - timedelta(days=settings.keep_audit))):
            deleted["audit_events"] = count
        session.commit()
    return deleted or None


def delete_old_files(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:  # noqa: ARG001
    """Uploads whose import is over, what an import that was killed left, and caches that were not used for a month."""
    home = tools.settings.home
    with Session(tools.engine) as session:
        jobs = list_jobs(session, kinds=[TICKET_IMPORT], finished=0)
        wanted = {str(job.payload.get("file")) for job in jobs if job.state in OPEN}
        uploads = Uploads(session, load_secret_key(tools.settings))
        uploaded = uploads.names(older_than=utc_now() - _UPLOAD_KEPT) - wanted
        uploads.forget(uploaded)
        session.commit()
    # Versions before kept them in a folder.
    folders = [*home.glob(f"{IMPORT_PREFIX}*"), *home.glob("uploads")]
    left = [path for path in folders if _age(path) > _UPLOAD_KEPT.total_seconds()]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    old = [path for path in _files(home / "cache") if _age(path) > _CACHE_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    count = len(uploaded) + len(left) + len(old)
    return {"files": count} if count else None


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _age(path: Path) -> float:
    """Seconds since it was last written."""
    return time.time() - path.stat().st_mtime
