"""Tickets as JSON lines: one object a line, with the columns of `kb.tickets.records` or as Zendesk exports them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from kb.core.errors import Rejection
from kb.core.progress import Progress
from kb.tickets.files import LONGEST_LINE, Meter, open_export
from kb.tickets.raw import RawTicket, RowError
from kb.tickets.records import map_columns, ticket_of_record


def read_jsonl(path: Path, progress: Progress | None = None) -> Iterator[RawTicket | Rejection]:
    """Each line as a ticket or as a rejection with its number."""
    with open_export(path) as (file, size):
        yield from read_json_lines(file, path, Meter(size, 1, progress), _ticket_of_object)


def _ticket_of_object(value: dict[str, Any]) -> RawTicket:
    mapped = map_columns(list(value))
    return ticket_of_record({column: value[header] for header, column in mapped.items()}, "jsonl")


def read_json_lines(
    file: BinaryIO, path: Path, meter: Meter, make: Callable[[dict[str, Any]], RawTicket]
) -> Iterator[RawTicket | Rejection]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        meter.at(file.tell())
        complete = line.endswith(b"\n")
        if not complete and len(line) >= LONGEST_LINE:
            _skip_line(file)
            yield Rejection(str(path), number, f"the line is longer than {LONGEST_LINE // 2**20} MB")
            continue
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise RowError("it is no JSON object")
            yield make(value)
        except RowError as error:
            yield Rejection(str(path), number, str(error))
        except UnicodeDecodeError:
            yield Rejection(str(path), number, "it is not valid UTF-8")
        except (ValueError, RecursionError) as error:
            cut = "" if complete else "the file ends in the middle of it; "
            yield Rejection(str(path), number, f"{cut}it is no JSON ({_first_line(error)})")


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:120] or type(error).__name__


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass
