"""Files as the readers need them: opened with clear errors, with the number of bytes read so far."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kb.core.errors import InvalidInputError, NotFoundError
from kb.core.progress import Progress

UTF8_BOM = b"\xef\xbb\xbf"
# One line of JSON lines; more is no ticket.
LONGEST_LINE = 64 * 1024 * 1024


class Meter:
    """Reports bytes read over one or more passes of a file."""

    def __init__(self, size: int, passes: int, progress: Progress | None) -> None:
        self._total = max(1, size * passes)
        self._size = size
        self._progress = progress
        self._before = 0

    def at(self, position: int) -> None:
        if self._progress:
            self._progress(min(self._before + position, self._total), self._total)

    def next_pass(self) -> None:
        self._before += self._size


@contextmanager
def open_export(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The file, after a UTF-8 byte order mark if there is one, and its size.

    Raises NotFoundError and InvalidInputError for what cannot be read or is no text at all.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(4096)
            if not start.strip():
                raise InvalidInputError(f"{path} is empty.", remedy="Export the tickets again.")
            file.seek(len(UTF8_BOM) if start.startswith(UTF8_BOM) else 0)
            yield file, size
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file {path}.") from error
    except IsADirectoryError as error:
        raise InvalidInputError(f"{path} is a folder.", remedy="Name the exported file.") from error
    except PermissionError as error:
        raise InvalidInputError(f"{path} may not be read.", remedy=f"Type: chmod u+r {path}") from error


def guess_encoding(start: bytes) -> str:
    """`utf-8`, or UTF-16 where a byte order mark or every second byte says so."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if len(start) >= 4 and max(even, odd) > len(start) // 5 and min(even, odd) < max(even, odd) // 4:
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"
