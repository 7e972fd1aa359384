"""Stored values as both kinds of databases mean them.

They are read as the driver gives them and not through the types of the tables: SQLite holds what it is given, a text in a column
of numbers or a character that PostgreSQL refuses, and one such value must cost its field and not the copy.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeDecorator

Plain = None | bool | int | float | str | bytes | datetime | date
Row = tuple[Plain, ...]

# What PostgreSQL's integer and bigint hold.
_INTEGER, _BIG_INTEGER = 2**31, 2**63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?\d[\d.eE+-]*")
# An odd value, what stands in its place, and why, is told by this; returns what stands in its place.
Tell = Callable[[str, Plain], Plain]


class UnusableKeyError(Exception):
    """A key that the other database cannot hold: the row is left out."""


class Fields:
    """Turns rows of one table, as a driver gives them, into rows that a database of `target` (a dialect's name) holds."""

    def __init__(self, table: Table, target: str) -> None:
        self.columns = list(table.columns)
        self._keys = [number for number, column in enumerate(self.columns) if column.primary_key]
        self._convert = [_converter(column, target) for column in self.columns]

    def plain(self, raw: tuple[Any, ...], odd: Callable[[tuple[Plain, ...], str, str], None]) -> Row | None:
        """None for a row that had to be left out. odd: is told key, column and what was done of each value that was not taken as
        it is."""
        row: list[Plain] = []
        for column, convert, value in zip(self.columns, self._convert, raw, strict=True):
            said: list[str] = []

            def tell(what: str, instead: Plain, said: list[str] = said) -> Plain:
                said.append(what)
                return instead

            try:
                row.append(convert(value, tell))
            except UnusableKeyError:
                odd(self.key(raw), column.name, "is no key of a row: the row was left out")
                return None
            for what in said:
                odd(self.key(raw), column.name, what)
        return tuple(row)

    def key(self, row: tuple[Any, ...]) -> tuple[Plain, ...]:
        return tuple(row[number] for number in self._keys)


def _converter(column: Column[Any], target: str) -> Callable[[Any, Tell], Plain]:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    strict = target == "postgresql"
    convert: Callable[[Any, Tell], Plain]
    if isinstance(kind, Boolean):
        convert = _boolean
    elif isinstance(kind, Integer):
        limit = _BIG_INTEGER if isinstance(kind, BigInteger) or not strict else _INTEGER
        convert = lambda value, _tell: _integer(value, limit)  # noqa: E731
    elif isinstance(kind, Float):
        convert = lambda value, _tell: _float(value, strict)  # noqa: E731
    elif isinstance(kind, DateTime):
        convert = _datetime
    elif isinstance(kind, Date):
        convert = _date
    elif isinstance(kind, LargeBinary):
        convert = _bytes
    elif isinstance(kind, JSON):
        convert = lambda value, tell: _json(value, tell, strict)  # noqa: E731
    else:
        length = kind.length if isinstance(kind, String) else None
        convert = lambda value, tell: _text(value, tell, strict, length)  # noqa: E731
    nothing = _nothing(column, kind)

    def guarded(value: Any, tell: Tell) -> Plain:
        if value is None:
            return None if column.nullable else tell("was empty and may not be", nothing())
        try:
            return convert(value, tell)
        except (ValueError, TypeError, OverflowError):
            if column.primary_key:
                raise UnusableKeyError from None
            return tell("does not fit its column: emptied", nothing())

    return guarded


def _nothing(column: Column[Any], kind: Any) -> Callable[[], Plain]:
    """What stands for a value that cannot be kept."""
    if column.nullable:
        return lambda: None
    default: Any = column.default
    for is_kind, empty in (
        (Boolean, False), (Integer, 0), (Float, 0.0), (DateTime, _EPOCH), (Date, _EPOCH.date()), (LargeBinary, b""),
    ):  # fmt: skip
        if isinstance(kind, is_kind):
            given = default.arg if default is not None and default.is_scalar else empty
            return lambda: given
    if isinstance(kind, JSON):
        made = default.arg(None) if default is not None and default.is_callable else {}
        return lambda: json.dumps(made)
    return lambda: ""


def _boolean(value: Any, tell: Tell) -> Plain:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    if isinstance(value, int | float):
        return tell("is no truth value: taken as true", True)
    raise ValueError


def _integer(value: Any, limit: int) -> Plain:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    number = int(value)
    if not -limit <= number < limit:
        raise OverflowError
    return number


def _float(value: Any, strict: bool) -> Plain:
    number = float(value)
    if math.isnan(number) and not strict:  # SQLite has none
        raise ValueError
    return number


def _datetime(value: Any, _tell: Tell) -> Plain:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    # Those of SQLite are in UTC and do not say so.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _date(value: Any, _tell: Tell) -> Plain:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).date()


def _bytes(value: Any, _tell: Tell) -> Plain:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(memoryview(value))


def _text(value: Any, tell: Tell, strict: bool, length: int | None) -> Plain:
    text = value if isinstance(value, str) else _decoded(value)
    text = _without_surrogates(text, tell)
    if strict and "\0" in text:
        text = str(tell("held NUL characters: removed", text.replace("\0", "")))
    if strict and length is not None and len(text) > length:
        text = str(tell(f"was too long: cut to {length} characters", text[:length]))
    return text


def _json(value: Any, tell: Tell, strict: bool) -> Plain:
    """The text, unchanged where it can be: a hash may have been made over what it says."""
    if isinstance(value, int | float):  # SQLite makes a number of a text that looks like one
        return json.dumps(value, allow_nan=False)
    text = _without_surrogates(value if isinstance(value, str) else _decoded(value), tell)
    if not strict:
        return text
    try:
        json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError from error
    return text


def _refuse(name: str) -> None:
    raise ValueError(name)


def _decoded(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _without_surrogates(text: str, tell: Tell) -> str:
    """Bytes that are no UTF-8 are read as surrogates; neither database takes these."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return str(tell("was not UTF-8: what could not be read is U+FFFD", _SURROGATE.sub("\ufffd", text)))
    return text


def same_json(text: str) -> str:
    """Bare numbers alike, whichever database has had them: SQLite keeps 1.0 as 1."""
    return repr(float(text)) if _NUMBER.fullmatch(text) else text
