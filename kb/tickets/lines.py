"""Tickets as JSON: records with the columns of `kb.tickets.columns`, one a line or in any other shape of JSON."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.columns import check_column, map_columns
from kb.tickets.dates import OrderEvidence
from kb.tickets.json_file import read_records
from kb.tickets.raw import RawTicket, RowError
from kb.tickets.reading import Reading
from kb.tickets.records import ticket_of_record

# A date of digits at the beginning of a value.
_DATE_VALUE = re.compile(rb':\s?"(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)(?=["T ,])')


def read_jsonl(
    path: Path, progress: Progress | None = None, reading: Reading | None = None
) -> Iterator[RawTicket | Rejection]:
    """Each object as a ticket or as a rejection with its line. Raises InvalidInputError for what is no JSON at all."""
    reading = reading or Reading()
    reading.dates.look = lambda: look_for_order(path)
    for name in reading.column_map.values():
        check_column(name)
    for found in read_records(path, progress, "JSON of tickets", must_be_known=False):
        if isinstance(found, Rejection):
            yield found
            continue
        if found.value is None or found.key == "users":
            continue
        try:
            yield _ticket_of_object(found.value, reading)
        except RowError as error:
            yield Rejection(str(path), found.line, str(error))


def look_for_order(path: Path) -> OrderEvidence:
    """What all dates in a file of JSON say about which comes first, day or month."""
    evidence = OrderEvidence()
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(1 << 20):
            data = tail + chunk
            # What may go on in the next chunk is looked at with it.
            stop = len(data) - 40
            for match in _DATE_VALUE.finditer(data):
                if match.start() < stop:
                    evidence.add_pair(int(match[1]), int(match[3]))
            tail = data[-40:]
        for match in _DATE_VALUE.finditer(tail):
            evidence.add_pair(int(match[1]), int(match[3]))
    return evidence


def _ticket_of_object(value: dict[str, Any], reading: Reading) -> RawTicket:
    asked = {path: column for path, column in reading.column_map.items() if path not in value}
    flat = {**value, **{path: _value_at(value, path) for path in asked}}
    try:
        mapped = map_columns(list(flat), reading.column_map)
    except InvalidInputError as error:
        raise RowError(error.message) from error
    reading.columns |= mapped
    return ticket_of_record({column: flat[header] for header, column in mapped.items()}, "jsonl", reading)


def _value_at(value: Mapping[str, Any], path: str) -> Any:
    """What stands at `fields.summary`; None where there is nothing."""
    found: Any = value
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
