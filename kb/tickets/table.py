"""Tickets as a table: CSV in UTF-8 or UTF-16, with commas, semicolons, tabs or bars."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.files import Meter, guess_encoding, open_export
from kb.tickets.raw import RawTicket, RowError
from kb.tickets.records import COLUMNS, has_needed_columns, map_columns, ticket_of_record

_DELIMITERS = ",;\t|"
# A quotation mark that is never closed must not swallow the file.
_LONGEST_FIELD = 1_000_000


def read_csv(path: Path, progress: Progress | None = None) -> Iterator[RawTicket | Rejection]:
    """Each row as a ticket or as a rejection with the line where it begins. Raises InvalidInputError for wrong columns."""
    csv.field_size_limit(_LONGEST_FIELD)
    with open_export(path) as (file, size):
        meter = Meter(size, 1, progress)
        position = file.tell()
        encoding = guess_encoding(file.read(4096))
        file.seek(position)
        # Bytes that are no UTF-8 become lone surrogates here and get their row rejected below, not the whole file.
        errors = "surrogateescape" if encoding == "utf-8" else "replace"
        text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
        try:
            header_line = text.readline(_LONGEST_FIELD)
            headers, delimiter = _read_header(header_line, path)
            columns = [map_columns(headers).get(header) for header in headers]
            yield from _read_rows(text, file, path, columns, delimiter, meter)
        finally:
            text.detach()


def _read_header(line: str, path: Path) -> tuple[list[str], str]:
    """The headers and the delimiter: the one that gives most headers that we know."""
    best: tuple[int, list[str], str] = (-1, [line.strip()], ",")
    for delimiter in _DELIMITERS:
        try:
            headers = [header.strip().lstrip("\ufeff") for header in next(csv.reader([line], delimiter=delimiter), [])]
        except csv.Error:
            continue
        known = len(map_columns(headers))
        if known > best[0]:
            best = (known, headers, delimiter)
    _, headers, delimiter = best
    if not has_needed_columns(set(map_columns(headers).values()) - {"messages"}):
        found = ", ".join(repr(header[:40]) for header in headers[:20]) or "none"
        raise InvalidInputError(
            f"{path}:1: these columns cannot be used: {found}. Needed: id, and subject or problem.",
            remedy=f"Known columns are {', '.join(column for column in COLUMNS if column != 'messages')}.",
        )
    return headers, delimiter


def _read_rows(
    text: io.TextIOWrapper, file: BinaryIO, path: Path, columns: list[str | None], delimiter: str, meter: Meter
) -> Iterator[RawTicket | Rejection]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2  # the header was read before the reader began
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(str(path), line, _explain(str(error)))
            continue
        meter.at(file.tell())
        if not any(field.strip() for field in row):
            continue
        try:
            yield _ticket_of_row(row, columns)
        except RowError as error:
            yield Rejection(str(path), line, str(error))


def _explain(error: str) -> str:
    if "unexpected end" in error:
        return "the file ends in the middle of this row (a quotation mark is not closed)"
    if "field larger" in error:
        return f"a field is longer than {_LONGEST_FIELD} characters (is a quotation mark not closed?)"
    return f"the row is no valid CSV ({error})"


def _ticket_of_row(row: list[str], columns: list[str | None]) -> RawTicket:
    if len(row) < len(columns) and any(columns[len(row) :]):
        raise RowError(f"it has {len(row)} of {len(columns)} columns")
    if len(row) > len(columns) and any(field.strip() for field in row[len(columns) :]):
        raise RowError(f"it has {len(row)} columns, the header {len(columns)}")
    if any("\udc80" <= character <= "\udcff" for field in row for character in field if not field.isascii()):
        raise RowError("it is not valid UTF-8; save the table as UTF-8 (in Excel: CSV UTF-8)")
    return ticket_of_record({column: field for column, field in zip(columns, row, strict=False) if column}, "csv")
