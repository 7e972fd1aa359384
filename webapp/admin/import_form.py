"""The form that imports tickets: the file that was sent, what its columns mean, and how that would be read, before it is."""

import tempfile
from collections.abc import Callable, Mapping
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
from kb.tickets.uploads import Uploads
from webapp.worker.tickets import IMPORT_PREFIX

_LONGEST_NAME = 200
# Of a longer file the beginning is looked at: a page must not take as long as an import.
_LONGEST_LOOK = 4 * 1024 * 1024
_SHOWN = 3

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
    """What was sent. kept: the name of the upload; columns: header -> field, as asked for."""

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


def read_form(
    form: MultiDict[str, str], upload: FileStorage | None, uploads: Uploads, checkpoint: Callable[[], None]
) -> ImportForm:
    """The form with its file kept for a worker. Raises InvalidInputError for what is missing or is no choice."""
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
        if not upload.stream.read(1):
            raise InvalidInputError(_("The file is empty."))
        upload.stream.seek(0)
        kept = uploads.keep(upload.stream, checkpoint)
    elif kept not in uploads.names():
        raise InvalidInputError(_("Choose a file."))
    return ImportForm(source, name[:_LONGEST_NAME], kept, columns, dates, mapping)


def look(form: ImportForm, uploads: Uploads, settings: Settings) -> Look:
    """The first tickets of the kept file as they would be stored, and what each column is taken for."""
    with tempfile.TemporaryDirectory(prefix=IMPORT_PREFIX, dir=settings.home) as folder:
        part = Path(folder) / "part"
        is_cut = not uploads.copy_to(form.kept, part, _LONGEST_LOOK)
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
