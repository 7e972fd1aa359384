"""On which line of a JSON file each element of an array begins: ijson does not tell, and a rejection should."""

import re
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 1 << 20
# Whole strings first, so that brackets within them do not count. A string may begin in one chunk and end in a later one.
_TOKEN = re.compile(rb'"(?:[^"\\]+|\\.)*+"|["{}\[\]\n]', re.DOTALL)


class ElementLines:
    """Line of the n-th object of the array `key` at the top of the file ("" where the file is that array).

    The file is only read when a line is asked for, and not again: ask with rising n.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._lines = _object_lines(path, key)
        self._count = 0
        self._line: int | None = None

    def line_of(self, number: int) -> int | None:
        """1-based; None where the file cannot be followed that far."""
        while self._count < number:
            line = next(self._lines, None)
            if line is None:
                return None
            self._count += 1
            self._line = line
        return self._line


def _object_lines(path: Path, key: str) -> Iterator[int]:
    depth = 0
    wanted = 1 if not key else 2
    inside = False
    last_string = b""
    for token, line in _tokens(path):
        if token.startswith(b'"'):
            if depth == 1 and not inside:
                last_string = token[1:-1]
        elif token == b"[":
            depth += 1
            if depth == wanted and (not key or last_string == key.encode()):
                inside = True
        elif token == b"{":
            depth += 1
            if inside and depth == wanted + 1:
                yield line
        else:
            depth -= 1
            if inside and depth < wanted:
                return


def _tokens(path: Path) -> Iterator[tuple[bytes, int]]:
    """Strings and brackets, each with its line."""
    line = 1
    with path.open("rb") as file:
        data = b""
        while chunk := file.read(_CHUNK):
            data += chunk
            position = 0
            carry = b""
            while match := _TOKEN.search(data, position):
                token = match.group()
                if token == b'"':
                    # It ends in a later chunk; very long strings are texts, of which only the lines count.
                    carry = data[match.start() :]
                    break
                position = match.end()
                if token == b"\n":
                    line += 1
                    continue
                yield token, line
                line += token.count(b"\n")
            data = carry
            if len(data) > 64 * _CHUNK:
                return
