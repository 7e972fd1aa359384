"""The form that imports tickets: the file that was sent, what its columns mean, and how that would be read, before it is."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import FileStorage, MultiDict

from kb.core.errors import InvalidInputError
from kb.core.settings import Settings
from kb.privacy.redaction import redact
from kb.tickets import (
    IGNORED,
    READERS,
    Preview,
    UnusableColumnsError,
    check_column,
    load_requester_key,
    parse_mapping,
    preview_tickets,
)
from webapp.worker.tickets import uploads_dir

_LONGEST_NAME = 200
# Of a longer file the beginning is looked at: a page must not take as long as an import.
_LONGEST_LOOK = 4 * 1024 * 1024
_SHOWN = 3
_KEPT = re.compile("[0-9a-f]{32}")

FIELDS = {
    "id": lazy_gettext("Number of the ticket"),
    "subject": lazy_gettext("Subject"),
    "problem": lazy_gettext("Problem"),
    "resolution": lazy_gettext("Resolution"),
    "channel": lazy_gettext("Channel"),
    "language": lazy_gettext("Language"),
    "status": lazy_gettext("Status"),
    "created_at": lazy_gettext("Created on"),
    "resolved_at": lazy_gettext("Resolved on"),
    "tags": lazy_gettext("Tags"),
    "requester": lazy_gettext("Customer"),
    "requester_email": lazy_gettext("Customer's e-mail"),
    "requester_phone": lazy_gettext("Customer's phone"),
    "requester_id": lazy_gettext("Customer's number"),
    "agent": lazy_gettext("Agent"),
    "satisfaction": lazy_gettext("Satisfaction"),
    "messages": lazy_gettext("Messages"),
    IGNORED: lazy_gettext("Not used"),
}
DATES = {
    "auto": lazy_gettext("As the dates in the file say"),
    "dmy": lazy_gettext("03/04 is 3 April"),
    "mdy": lazy_gettext("03/04 is 4 March"),
}


@dataclass(frozen=True)
class ColumnGuess:
    """A column of a table, its first value (redacted) and what it is taken for: a name of FIELDS."""

    header: str
    example: str
    means: str


@dataclass(frozen=True)
class ImportForm:
    """What was sent. kept: the name of the file where uploads are; columns: header -> field, as asked for."""

    source: str
    name: str
    kept: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = "auto"
    mapping: str = ""

    def payload(self) -> dict[str, object]:
        """Of the job that imports it."""
        return {
            "file": self.kept,
            "name": self.name,
            "source": self.source,
            "columns": dict(self.columns),
            "dates": self.dates,
        }


@dataclass(frozen=True)
class Look:
    """How the beginning of a file is understood; error: why it cannot be, "" where it can."""

    columns: list[ColumnGuess] = field(default_factory=list)
    preview: Preview | None = None
    is_cut: bool = False
    error: str = ""


def read_form(form: MultiDict[str, str], upload: FileStorage | None, settings: Settings) -> ImportForm:
    """The form with its file kept for the worker. Raises InvalidInputError for what is missing or is no choice."""
    source, dates = form.get("source", ""), form.get("dates", "auto")
    if source not in READERS:
        raise InvalidInputError(_("Choose what the file was exported as."))
    if dates not in DATES:
        raise InvalidInputError(f"There is no order of dates {dates!r}.")
    mapping = form.get("map", "")
    columns = parse_mapping(line for line in mapping.splitlines() if line.strip())
    columns |= dict(zip(form.getlist("header"), form.getlist("column"), strict=False))
    for column in columns.values():
        check_column(column)
    kept, name = form.get("kept", ""), form.get("name", "")
    if upload is not None and upload.filename:
        name = Path(upload.filename.replace("\\", "/")).name
        kept = _keep(upload, settings).name
    elif not (_KEPT.fullmatch(kept) and (uploads_dir(settings) / kept).is_file()):
        raise InvalidInputError(_("Choose a file."))
    return ImportForm(source, name[:_LONGEST_NAME], kept, columns, dates, mapping)


def look(form: ImportForm, settings: Settings) -> Look:
    """The first tickets of the kept file as they would be stored, and what each column is taken for."""
    path = uploads_dir(settings) / form.kept
    is_cut = path.stat().st_size > _LONGEST_LOOK
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="look-") as folder:
        part = Path(folder) / "part"
        with path.open("rb") as whole:
            part.write_bytes(whole.read(_LONGEST_LOOK))
        try:
            preview = preview_tickets(
                part,
                form.source,
                requester_key=load_requester_key(settings.home, settings.secret_key),
                region=settings.phone_region,
                columns=form.columns,
                dates=form.dates,
                limit=_SHOWN,
            )
        except UnusableColumnsError as error:
            guesses = [ColumnGuess(header, "", form.columns.get(header, IGNORED)) for header in error.headers]
            words = _("Say which columns hold the number of the ticket and its subject or problem.")
            return Look(guesses, is_cut=is_cut, error=words)
        except InvalidInputError as error:
            return Look(is_cut=is_cut, error=str(error).replace(str(part), form.name))
    return Look(_guesses(preview, settings.phone_region), preview, is_cut)


def _guesses(preview: Preview, region: str) -> list[ColumnGuess]:
    reading = preview.reading
    return [
        ColumnGuess(
            header, redact(reading.examples.get(header, ""), region=region), reading.columns.get(header, IGNORED)
        )
        for header in dict.fromkeys(reading.headers)
    ]


def _keep(upload: FileStorage, settings: Settings) -> Path:
    """Store the file where the worker looks for it, for its owner's eyes only."""
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
