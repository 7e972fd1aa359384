"""What the exports of help desks have in common: JSON records of a shape of their own, or a table."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.core.errors import Rejection
from kb.core.progress import Progress
from kb.tickets.json_file import is_json, read_records
from kb.tickets.lines import look_for_order
from kb.tickets.raw import RawTicket, RowError
from kb.tickets.reading import Reading
from kb.tickets.table import read_csv


def read_export(
    path: Path,
    progress: Progress | None,
    reading: Reading | None,
    name: str,
    ticket_of: Callable[[Mapping[str, Any], Reading], RawTicket],
) -> Iterator[RawTicket | Rejection]:
    """Each record as `ticket_of` reads it, or a rejection with its line. name: of the help desk, "Freshdesk".

    Raises InvalidInputError for what is no such export.
    """
    reading = reading or Reading()
    if not is_json(path):
        yield from read_csv(path, progress, reading, name.lower())
        return
    reading.dates.look = lambda: look_for_order(path)
    for found in read_records(path, progress, f"{name} export"):
        if isinstance(found, Rejection):
            yield found
        elif found.value is not None and found.key != "users":
            try:
                yield ticket_of(found.value, reading)
            except RowError as error:
                yield Rejection(str(path), found.line, str(error))
