"""A checksum of the rows of a table, whatever their order: databases sort texts differently."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import JSON, Column

from kb.tables.copying.values import Plain, Row, same_json

_SIZE = 16
_MODULUS = 1 << (8 * _SIZE)


class TableSum:
    """Number of rows and the sum of their hashes."""

    def __init__(self, columns: Sequence[Column[Any]]) -> None:
        self.rows = 0
        self._sum = 0
        self._json = [isinstance(column.type, JSON) for column in columns]

    def add(self, row: Row) -> None:
        self.rows += 1
        self._sum = (self._sum + self._hash(row)) % _MODULUS

    def remove(self, row: Row) -> None:
        """As if it had never been added."""
        self.rows -= 1
        self._sum = (self._sum - self._hash(row)) % _MODULUS

    @property
    def checksum(self) -> str:
        return f"{self._sum:0{2 * _SIZE}x}"

    def _hash(self, row: Row) -> int:
        digest = blake2b(digest_size=_SIZE)
        for value, is_json in zip(row, self._json, strict=True):
            if is_json and isinstance(value, str):
                value = same_json(value)
            letter, data = _as_bytes(value)
            digest.update(b"%c%d:" % (letter, len(data)))
            digest.update(data)
        return int.from_bytes(digest.digest())


def _as_bytes(value: Plain) -> tuple[bytes, bytes]:
    """A letter for the kind of value, and its content. A bool is an int, and a datetime a date: they are asked for first."""
    match value:
        case None:
            return b"n", b""
        case str():
            return b"s", value.encode()
        case bytes():
            return b"b", value
        case bool():
            return b"t", b"1" if value else b"0"
        case int():
            return b"i", b"%d" % value
        case float():
            return b"f", value.hex().encode()
        case datetime() | date():
            return b"d", value.isoformat().encode()
