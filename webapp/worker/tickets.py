"""The job that imports an uploaded export of tickets."""

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError, KbError
from kb.core.settings import Settings
from kb.jobs.worker import JobContext
from webapp.worker.tools import WorkerTools

TICKET_IMPORT = "ticket_import"
# Rejections that the report keeps word for word; all are counted.
_REPORTED = 200


def uploads_dir(settings: Settings) -> Path:
    return settings.home / "uploads"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any]:
    """Import the file of the payload (`file`, `name`, `source`, perhaps `columns` and `dates`), redacted. Stored tickets
    are indexed by the job for it.

    Stopped in the middle it begins again with the first ticket, and those that are in count as unchanged. The file is
    deleted when it is imported, or cannot be.
    """
    from kb.tickets import import_tickets, load_requester_key

    path = uploads_dir(tools.settings) / Path(str(context.payload["file"])).name
    if not path.is_file():
        raise KbError(
            "The uploaded file is not on this machine.",
            remedy="Several machines must share KB_HOME/uploads. Else upload it again.",
        )
    name = str(context.payload["name"])
    try:
        with Session(tools.engine, expire_on_commit=False) as session:
            report = import_tickets(
                session,
                path,
                str(context.payload["source"]),
                requester_key=load_requester_key(tools.settings.home, tools.settings.secret_key),
                region=tools.settings.phone_region,
                columns=context.payload.get("columns"),
                dates=context.payload.get("dates", "auto"),
                progress=context.progress,
                checkpoint=session.commit,
            )
            session.commit()
    except InvalidInputError as error:
        path.unlink(missing_ok=True)
        raise InvalidInputError(error.message.replace(str(path), name), remedy=error.remedy) from error
    path.unlink(missing_ok=True)
    found = report.to_json()
    found["rejections"] = [{**row, "path": name} for row in found["rejections"][:_REPORTED]]
    return found
