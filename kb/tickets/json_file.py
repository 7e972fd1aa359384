"""JSON exports in every shape that help desks and scripts write: records with the line where each begins."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tickets.files import Meter, guess_encoding, open_export
from kb.tickets.splitting import LISTS, LONGEST_OBJECT, RECORD_KEYS, WRAPPERS, Found, parse_object, split_objects

# A first line up to this length tells whether each line is a record of its own.
_LONGEST_FIRST_LINE = 1 << 20
_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]')


def read_records(
    path: Path, progress: Progress | None, what: str, *, number: int = 1, passes: int = 1, must_be_known: bool = True
) -> Iterator[Found | Rejection]:
    """Each record of the file. Where it is read in several `passes`, rejections are told in the last one only.

    Understood are an array, one object a line, documents one after another, and pages and wrappers of them
    ({"tickets": […]}, {"results": […]}, {"ticket": {…}}). Records have some key that help desks use, unless not
    `must_be_known`. Raises InvalidInputError for a file that is not `what`.
    """
    with open_export(path) as (file, size):
        start = file.tell()
        if guess_encoding(file.read(4096)) != "utf-8":
            raise InvalidInputError(f"{path} is not in UTF-8.", remedy="Export it as JSON again; JSON is UTF-8.")
        file.seek(start)
        by_line = _is_one_object_a_line(file, path, what)
        meter = Meter(size, passes, progress)
        for _ in range(number - 1):
            meter.next_pass()
        records = _read_lines(file) if by_line else split_objects(file)
        yield from _tell(records, file, path, what, meter, is_last=number == passes, must_be_known=must_be_known)


def _tell(
    records: Iterator[Found],
    file: BinaryIO,
    path: Path,
    what: str,
    meter: Meter,
    *,
    is_last: bool,
    must_be_known: bool,
) -> Iterator[Found | Rejection]:
    count = 0
    stray: Found | None = (
        None  # the first object, where it has nothing of a record: alone it means another kind of file
    )
    for found in records:
        meter.at(file.tell())
        if stray:
            yield stray
            stray = None
        if found.value is not None:
            count += 1
            if count == 1 and not found.key and must_be_known and not RECORD_KEYS & found.value.keys():
                stray = found
            else:
                yield found
        elif found.is_end:
            if not count and not found.key and not found.in_record:
                break
            if is_last:
                yield Rejection(str(path), found.line, _explain_end(found, count))
            return
        else:
            count += 1
            # A user that cannot be read costs a name, no ticket.
            if is_last and found.key != "users":
                yield Rejection(str(path), found.line, found.reason)
    if is_last and (stray or not count):
        raise _no_export(path, what)


def _explain_end(found: Found, count: int) -> str:
    if found.in_record:
        what = "user" if found.key == "users" else f"ticket number {count + 1}"
        return f"the file ends in the middle, in {what}, which begins here; {count} before it were read."
    return f"the file ends in the middle, after ticket number {count}."


def is_json(path: Path) -> bool:
    """True where the file begins like JSON; an export may be a table as well."""
    with open_export(path) as (file, _):
        return file.read(4096).lstrip()[:1] in {b"{", b"["}


def mentions(path: Path, words: bytes) -> bool:
    """True if the bytes `words` stand anywhere in the file."""
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(1 << 20):
            if words in tail + chunk:
                return True
            tail = chunk[-len(words) :]
    return False


def _no_export(path: Path, what: str) -> InvalidInputError:
    return InvalidInputError(
        f"{path} is no {what}.",
        remedy='Expected is JSON: {"tickets": […]}, an array of tickets, or one ticket on each line. '
        "For other formats name another one with --from.",
    )


def _is_one_object_a_line(file: BinaryIO, path: Path, what: str) -> bool:
    """By the first line: whole and a record of its own, or not (a file that does not begin like JSON is an error)."""
    start = file.tell()
    line = b""
    while not line.strip():
        line = file.readline(_LONGEST_FIRST_LINE)
        if not line:
            raise _no_export(path, what)
    file.seek(start)
    if line.lstrip()[:1] == b"[" or (len(line) >= _LONGEST_FIRST_LINE and not line.endswith(b"\n")):
        return False
    if line.lstrip()[:1] != b"{":
        raise _no_export(path, what)
    if not _is_balanced(line):
        return False
    first = next(split_objects(BytesIO(line)), None)
    return first is None or not first.key


def _is_balanced(line: bytes) -> bool:
    depth = 0
    for match in _BRACKET.finditer(line):
        token = match[0]
        if token == b'"':
            return False
        depth += 1 if token in b"{[" else -1 if token in b"}]" else 0
    return depth == 0


def _read_lines(file: BinaryIO) -> Iterator[Found]:
    number = 0
    while line := file.readline(LONGEST_OBJECT):
        number += 1
        is_whole = line.endswith(b"\n")
        if not is_whole and len(line) >= LONGEST_OBJECT:
            _skip_line(file)
            yield Found(number, "", None, f"the line is longer than {LONGEST_OBJECT // 2**20} MB")
            continue
        if not line.strip():
            continue
        try:
            value = parse_object(line)
        except ValueError as error:
            is_cut = not is_whole and not _is_balanced(line)
            yield Found(number, "", None, ("the file ends in the middle of it; " if is_cut else "") + str(error))
            continue
        for key, record in _unwrap(value, "", 5):
            yield Found(number, key, record, "" if record is not None else "it is no JSON object")


def _unwrap(value: dict[str, Any], key: str, deepest: int) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The records in a page or a wrapper that stands on one line; the object itself where it is none."""
    inner = [
        name for name in value if isinstance(value[name], list if name in LISTS else dict) and name in LISTS | WRAPPERS
    ]
    if RECORD_KEYS & value.keys() or not inner or not deepest:
        yield key, value
        return
    for name in inner:
        held = value[name]
        for record in held if isinstance(held, list) else [held]:
            if isinstance(record, dict):
                yield from _unwrap(record, name, deepest - 1)
            else:
                yield name, None


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_OBJECT)) and not rest.endswith(b"\n"):
        pass
