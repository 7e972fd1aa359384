"""Tickets as a table: CSV with commas, semicolons, tabs or bars; UTF-8, UTF-16, and what is neither as Windows-1252.

What spreadsheets and help desks put above the header (`sep=;`, blank lines, a title) is passed over. Which header means
what is a guess, told in `Reading.columns`.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.columns import COLUMNS, UnusableColumnsError, has_needed_columns, map_columns
from kb.tickets.dates import OrderEvidence
from kb.tickets.files import Meter, guess_encoding, open_export
from kb.tickets.raw import RawTicket, RowError
from kb.tickets.reading import Reading
from kb.tickets.records import ticket_of_record

_DELIMITERS = ",;\t|"
# A quotation mark that is never closed must not swallow the file.
_LONGEST_FIELD = 1_000_000
# In what is looked at to find the header.
_LONGEST_HEAD = 256 * 1024
_LONGEST_LINE = 4 * 1024 * 1024
_LONGEST_EXAMPLE = 80
_MOST_LINES_ABOVE = 30
_DATE_COLUMNS = frozenset(("created_at", "resolved_at"))


@dataclass(frozen=True)
class _Header:
    headers: list[str]
    delimiter: str
    lines_above: int  # to be passed over before the header's own


def read_csv(
    path: Path, progress: Progress | None = None, reading: Reading | None = None, source: str = "csv"
) -> Iterator[RawTicket | Rejection]:
    """Each row as a ticket or as a rejection with the line where it begins. Raises InvalidInputError for wrong columns."""
    reading = reading or Reading()
    csv.field_size_limit(_LONGEST_FIELD)
    with open_text(path) as (text, file, size):
        header = _find_header(_read_decoded(text.read(_LONGEST_HEAD).replace(_BOM, "")), reading)
    mapped = _map_header(header, path, reading)
    columns = [mapped.get(name) for name in header.headers]
    reading.dates.look = lambda: _look_for_order(path, header, columns)
    with open_text(path) as (text, file, size):
        for row in _read_rows(text, file, path, header, Meter(size, 1, progress)):
            if isinstance(row, Rejection):
                yield row
                continue
            line, fields = row
            if not all(map(str.isascii, fields)):
                decoded = [_read_decoded(field) for field in fields]
                reading.rows_in_other_encoding += decoded != fields
                fields = decoded
            for name, field in zip(header.headers, fields, strict=False):
                if field.strip():
                    reading.examples.setdefault(name, " ".join(field[:1000].split())[:_LONGEST_EXAMPLE])
            try:
                yield _ticket_of_row(fields, columns, source, reading)
            except RowError as error:
                yield Rejection(str(path), line, str(error))


@contextmanager
def open_text(path: Path) -> Iterator[tuple[io.TextIOWrapper, BinaryIO, int]]:
    """The file as text, its bytes, and its size."""
    with open_export(path) as (file, size):
        position = file.tell()
        encoding = guess_encoding(file.read(4096))
        file.seek(position)
        # Bytes that are no UTF-8 become lone surrogates here, so that each field is decoded by itself.
        errors = "surrogateescape" if encoding == "utf-8" else "replace"
        text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
        try:
            yield text, file, size
        finally:
            text.detach()


_BOM = "\ufeff"
_BYTES_TEXT = re.compile("[\udc80-\udcff]")
_NO_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")


def _read_decoded(text: str) -> str:
    """Bytes that were no UTF-8 as Windows-1252, which Excel writes in the West. Among letters that are UTF-8 they are what was
    left of one that was cut, and go."""
    stray = len(_BYTES_TEXT.findall(text))
    if not stray:
        return text
    if len(_NO_ASCII.findall(text)) > stray:
        return _BYTES_TEXT.sub("", text)
    return _BYTES_TEXT.sub(lambda match: bytes((ord(match[0]) - 0xDC00,)).decode("cp1252", "replace"), text)


# --- Header ---------------------------------------------------------------------------------------------------------


def _find_header(head: str, reading: Reading) -> _Header:
    """The first of the lines on top that has the columns that are needed, with the delimiter that gives most of them."""
    given = _given_delimiter(head)
    best: tuple[int, _Header] | None = None
    widest: _Header | None = None  # where nothing is known: the first line by the delimiter that cuts it most
    for delimiter in given or _DELIMITERS:
        for line, row in _rows_on_top(head, delimiter):
            headers = [name.strip() for name in row]
            if not any(headers) or (given and headers[0].lower().startswith("sep")):
                continue
            found = _Header(headers, delimiter, line)
            if widest is None or (line == widest.lines_above and len(headers) > len(widest.headers)):
                widest = found
            known = _count_known(headers, reading)
            if known and (best is None or known > best[0]):
                best = (known, found)
            if known:
                break
    return best[1] if best else widest or _Header([], ",", 0)


def _given_delimiter(head: str) -> str:
    """Excel's own first line: sep=;"""
    line = head.lstrip()[:20].split("\n")[0].strip().strip('"')
    return line[4:5] if line.lower().startswith("sep=") and len(line) == 5 else ""


def _rows_on_top(head: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(lines above it, row) of the first rows."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    while reader.line_num < _MOST_LINES_ABOVE:
        line = reader.line_num
        try:
            yield line, next(reader)
        except (csv.Error, StopIteration):
            return


def _count_known(headers: list[str], reading: Reading) -> int:
    """How many headers are understood; 0 where not all that is needed is among them."""
    try:
        mapped = map_columns(headers, reading.column_map)
    except InvalidInputError:
        return 0
    return len(mapped) if has_needed_columns(set(mapped.values())) else 0


def _map_header(header: _Header, path: Path, reading: Reading) -> dict[str, str]:
    reading.headers = [name for name in header.headers if name]
    mapped = map_columns(header.headers, reading.column_map)
    if not has_needed_columns(set(mapped.values())):
        found = ", ".join(repr(name[:40]) for name in header.headers[:20]) or "none"
        raise UnusableColumnsError(
            f"{path}:{header.lines_above + 1}: these columns cannot be used: {found}. Needed: id, and subject or problem.",
            f"Say what they mean with --map COLUMN=FIELD; fields are {', '.join(COLUMNS)}.",
            reading.headers,
        )
    reading.columns = mapped
    reading.unused_columns = [name for name in reading.headers if name not in mapped]
    return mapped


# --- Rows -----------------------------------------------------------------------------------------------------------


def _read_rows(
    text: io.TextIOWrapper, file: BinaryIO, path: Path, header: _Header, meter: Meter
) -> Iterator[tuple[int, list[str]] | Rejection]:
    """(line, fields) of each row below the header that is not empty."""
    for _ in range(header.lines_above):
        text.readline(_LONGEST_HEAD)
    reader = csv.reader(_lines(text), delimiter=header.delimiter, strict=True)
    try:
        next(reader, None)
    except csv.Error as error:  # a quotation mark in the header that nothing closes has swallowed the rows
        yield Rejection(str(path), header.lines_above + 1, _explain(str(error)))
    while True:
        line = header.lines_above + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(str(path), line, _explain(str(error)))
            continue
        meter.at(file.tell())
        if any(field.strip() for field in row):
            yield line, row


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines without byte order marks (files that were put together have them within); no longer than a table's may be."""
    while line := text.readline(_LONGEST_LINE):
        yield line.replace(_BOM, "") if _BOM in line else line


def _look_for_order(path: Path, header: _Header, columns: list[str | None]) -> OrderEvidence:
    """What all dates of the table say about which comes first, day or month."""
    evidence = OrderEvidence()
    wanted = [number for number, column in enumerate(columns) if column in _DATE_COLUMNS]
    with open_text(path) as (text, file, size):
        for row in _read_rows(text, file, path, header, Meter(size, 1, None)):
            if not isinstance(row, Rejection):
                for number in wanted:
                    if number < len(row[1]):
                        evidence.add(row[1][number])
    return evidence


def _explain(error: str) -> str:
    if "unexpected end" in error:
        return "the file ends in the middle of this row (a quotation mark is not closed)"
    if "field larger" in error:
        return f"a field is longer than {_LONGEST_FIELD} characters (is a quotation mark not closed?)"
    return f"the row is no valid CSV ({error})"


def _ticket_of_row(row: list[str], columns: list[str | None], source: str, reading: Reading) -> RawTicket:
    if len(row) < len(columns) and any(columns[len(row) :]):
        raise RowError(f"it has {len(row)} of {len(columns)} columns")
    if len(row) > len(columns) and any(field.strip() for field in row[len(columns) :]):
        raise RowError(f"it has {len(row)} columns, the header {len(columns)}")
    record: dict[str, Any] = {column: field for column, field in zip(columns, row, strict=False) if column}
    if "messages" in record:
        _place_comments(record)
    return ticket_of_record(record, source, reading)


def _place_comments(record: dict[str, Any]) -> None:
    """A column of comments holds JSON, or what was said: the problem where nothing else is, else the resolution."""
    comments = str(record.pop("messages")).strip()
    if comments.startswith("["):
        try:
            messages = json.loads(comments)
        except (ValueError, RecursionError):
            messages = None
        if isinstance(messages, list) and all(isinstance(message, dict) for message in messages):
            record["messages"] = messages
            return
    if comments and "problem" not in record:
        record["problem"] = comments
    elif comments and not str(record.get("resolution") or "").strip():
        record["resolution"] = comments
