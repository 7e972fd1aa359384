"""The job that imports an uploaded export of tickets."""

import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError
from kb.jobs.kind import JobContext
from webapp.shared.security import load_secret_key
from webapp.worker.tools import WorkerTools

TICKET_IMPORT = "ticket_import"
# Rejections that the report keeps word for word; all are counted.
_REPORTED = 200
# How the folders in KB_HOME begin that hold a file while it is imported.
IMPORT_PREFIX = ".import-"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any]:
    """Import the file of the payload (`file`, `name`, `source`, perhaps `columns` and `dates`), redacted. Stored tickets
    are indexed by the job for it.

    Stopped in the middle it begins again with the first ticket, and those that are in count as unchanged. The file is
    deleted when it is imported, or cannot be.
    """
    from kb.tickets import import_tickets, load_requester_key
    from kb.tickets.uploads import Uploads

    settings = tools.settings
    kept, name = str(context.payload["file"]), str(context.payload["name"])
    with (
        Session(tools.engine, expire_on_commit=False) as session,
        tempfile.TemporaryDirectory(prefix=IMPORT_PREFIX, dir=settings.home) as folder,
    ):
        uploads = Uploads(session, load_secret_key(settings))
        path = Path(folder) / "export"
        uploads.copy_to(kept, path)
        session.commit()
        try:
            report = import_tickets(
                session,
                path,
                str(context.payload["source"]),
                requester_key=load_requester_key(settings.home, settings.secret_key),
                region=settings.phone_region,
                columns=context.payload.get("columns"),
                dates=context.payload.get("dates", "auto"),
                progress=context.progress,
                checkpoint=session.commit,
            )
        except InvalidInputError as error:
            session.rollback()
            uploads.forget([kept])
            session.commit()
            raise InvalidInputError(error.message.replace(str(path), name), remedy=error.remedy) from error
        uploads.forget([kept])
        session.commit()
    found = report.to_json()
    found["rejections"] = [{**row, "path": name} for row in found["rejections"][:_REPORTED]]
    return found
