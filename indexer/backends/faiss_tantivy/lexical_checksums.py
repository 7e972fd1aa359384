"""The checksums that tantivy puts at the end of its files, and looks at nowhere itself.

A file ends in a description as JSON, with the CRC-32 of all before it, then the length of that description and a number that is
always the same (4 bytes each, little-endian).
"""

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_END = struct.Struct("<II")
_ALWAYS = 1337
_BLOCK = 1024 * 1024
# What of an index has no checksum: its list of files, which the engine reads, and ours.
_WITHOUT = {".json", ".new"}


def check_files(folder: Path) -> None:
    """Raises ValueError for a damaged file of the index in `folder`."""
    for path in folder.iterdir():
        if path.suffix not in _WITHOUT and not path.name.startswith("."):
            with suppress(FileNotFoundError):  # a merge has taken its place
                check_footer(path)


@contextmanager
def panics_as_errors(name: str) -> Iterator[None]:
    """What the engine says of files that it cannot make sense of is a ValueError, and no end of the process."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's, which can be imported from nowhere
            raise
        raise ValueError(f"{name} is damaged ({error})") from error


def check_footer(path: Path) -> None:
    """Raises ValueError for a file whose content is not that of its checksum, OSError for one that is not there."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        try:
            file.seek(max(0, size - _END.size))
            length, always = _END.unpack(file.read())
            file.seek(size - _END.size - length)
            expected = json.loads(file.read(length))["crc"]
        except (struct.error, ValueError, KeyError, TypeError, OSError) as error:
            raise ValueError(f"{path.name} is damaged or cut short") from error
        found, left = 0, size - _END.size - length
        file.seek(0)
        while left > 0:
            block = file.read(min(_BLOCK, left))
            if not block:
                break
            found = zlib.crc32(block, found)
            left -= len(block)
    if always != _ALWAYS or found != expected:
        raise ValueError(f"{path.name} is damaged")
