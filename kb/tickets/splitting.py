"""The objects of a JSON file, one at a time, of whatever size the file is.

The file is cut at brackets and strings only; each object's own bytes are then parsed by `json`. So a broken or a huge
object costs itself alone, memory is bounded by the longest object that is accepted, nesting is a counter, several
documents after one another (appended pages) are no error, and the line of each object is known.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

# The longest object that is read, in bytes, its deepest nesting, and the most brackets and commas in it.
LONGEST_OBJECT = 32 * 1024 * 1024
DEEPEST = 100
MOST_VALUES = 500_000

_CHUNK = 1 << 20
# A string that ends in this chunk, the beginning of one that does not, brackets.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]', re.DOTALL)
# Past everything up to the next bracket, or the beginning of a string that does not end in this chunk.
_NEXT_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+(["{}\[\]])', re.DOTALL)
_STRING_END = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_LONGEST_KEY = 1_000
# Pages in wrappers in lists: more of them in one another is no export.
_MOST_ENVELOPES = 5
_BETWEEN = b" \t\r\n,:"
# Keys under which exports keep lists of records, and objects that hold such a list or one record.
LISTS = frozenset(("tickets", "results", "data", "items", "records", "conversations", "payload", "users", "rows"))
WRAPPERS = frozenset(("ticket", "helpdesk_ticket", "conversation", "data", "result", "user", "payload"))
# The same within a list, where most keys of this kind belong to the record.
_LISTS_IN_LISTS = frozenset(("tickets", "results", "conversations"))
_WRAPPERS_IN_LISTS = frozenset(("ticket", "helpdesk_ticket", "conversation"))
# An object that has one of these is a record itself, whatever else is in it.
RECORD_KEYS = frozenset(
    ("id", "subject", "raw_subject", "description", "display_id", "requester_id", "messages", "comments", "problem")
)


_NO_OBJECT = "it is no JSON object"


@dataclass(frozen=True)
class Found:
    """A record, or what was found in place of one. `key` is the list it stood in ("" at the top of the file)."""

    line: int
    key: str
    value: dict[str, Any] | None
    reason: str = ""  # "" where it was read, or where the file ended
    is_end: bool = False  # the file ends here, in the middle
    in_record: bool = False  # the middle of a record, which begins at `line`


def parse_object(data: bytes) -> dict[str, Any]:
    """One JSON object. Raises ValueError with a reason for people."""
    if data.count(b",") + data.count(b"{") + data.count(b"[") > MOST_VALUES:
        raise ValueError(f"it holds more than {MOST_VALUES} values")
    try:
        value = json.loads(data)
    except UnicodeDecodeError as error:
        raise ValueError("it is not valid UTF-8") from error
    except RecursionError as error:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels") from error
    except ValueError as error:
        raise ValueError(f"its JSON is broken: {str(error).splitlines()[0][:120]}") from error
    if not isinstance(value, dict):
        raise ValueError(_NO_OBJECT)  # noqa: TRY004 - the caller tells people, not programmers
    return value


def split_objects(file: BinaryIO) -> Iterator[Found]:
    """The records from where `file` stands, in order: objects of lists, wrapped ones ({"ticket": {…}}), bare ones."""
    return _Splitter(file).records()


class _Splitter:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._data = b""
        self._position = 0
        self._counted = 0  # up to where line ends have been counted
        self._line = 1
        # While an object is read: its bytes from earlier chunks, and where it begins in this one.
        self._kept: bytearray | None = None
        self._kept_from = 0
        self._envelopes = 0  # that are open now

    def records(self) -> Iterator[Found]:
        """At the top of the file: documents one after another."""
        while True:
            token, line = self._next_token(between=True)
            if token == b"":
                return
            if token == b"[":
                yield from self._list("")
            elif token == b"{":
                yield from self._object("", line, is_listed=False)
            else:
                yield Found(line, "", None, _NO_OBJECT)

    # --- What stands where ---------------------------------------------------------------------------------------

    def _list(self, key: str) -> Iterator[Found]:
        """After `[`: its objects, up to `]`."""
        while True:
            token, line = self._next_token(between=True)
            if token == b"{":
                yield from self._object(key, line, is_listed=True)
            elif token == b"]":
                return
            elif token == b"" or (token == b"[" and not self._skim(1)[0]):
                yield Found(line, key, None, is_end=True)
                return
            else:
                yield Found(line, key, None, _NO_OBJECT)

    def _object(self, key: str, line: int, *, is_listed: bool) -> Iterator[Found]:
        """After `{`: the record, or the records in it where it is an envelope (a page, a wrapper)."""
        self._kept, self._kept_from = bytearray(), self._position - 1
        lists, wrappers = (_LISTS_IN_LISTS, _WRAPPERS_IN_LISTS) if is_listed else (LISTS, WRAPPERS)
        last = ""
        deepest = 1
        while True:
            token, at = self._next_token()
            if token == b"}":
                break
            if token.startswith(b'"'):
                last = _text_of(token)
                if last not in RECORD_KEYS:
                    continue
                is_whole, below = self._skim(1)
            elif token and token in b"[{":
                if last in (lists if token == b"[" else wrappers) and self._envelopes < _MOST_ENVELOPES:
                    self._kept = None
                    self._envelopes += 1
                    yield from self._envelope(token, last, at)
                    self._envelopes -= 1
                    return
                is_whole, below = self._skim(1)
            else:
                is_whole, below = False, 0
            deepest = max(deepest, below + 1)
            if not is_whole:
                self._kept = None
                yield Found(line, key, None, is_end=True, in_record=is_listed or last in RECORD_KEYS)
                return
            if token.startswith(b'"'):
                break
        yield self._found(line, key, deepest)

    def _envelope(self, token: bytes, key: str, line: int) -> Iterator[Found]:
        """The records of a page from its first list or wrapped object on, up to the page's `}`."""
        while token != b"}":
            if token == b"[" and key in LISTS:
                yield from self._list(key)
            elif token == b"{" and key in WRAPPERS:
                yield from self._object(key, line, is_listed=False)
            elif token == b"" or (token in b"[{" and not self._skim(1)[0]):
                yield Found(line, key, None, is_end=True)
                return
            else:
                key = _text_of(token)
            token, line = self._next_token()

    def _found(self, line: int, key: str, deepest: int) -> Found:
        data, self._kept = self._taken(), None
        if data is None:
            return Found(line, key, None, f"it is longer than {LONGEST_OBJECT // 2**20} MB")
        if deepest > DEEPEST:
            return Found(line, key, None, f"it is nested deeper than {DEEPEST} levels")
        try:
            return Found(line, key, parse_object(data))
        except ValueError as error:
            return Found(line, key, None, str(error))

    # --- Tokens --------------------------------------------------------------------------------------------------

    def _skim(self, depth: int) -> tuple[bool, int]:
        """Past `depth` brackets that are open: (False at the end of the file, how deep it went). The inner loop of all."""
        deepest = depth
        position = self._position
        while True:
            match = _NEXT_BRACKET.match(self._data, position)
            if match is None:
                self._position = len(self._data)
                if not self._read_more():
                    return False, deepest
                position = 0
                continue
            position = match.end()
            bracket = match[1]
            if bracket in b"}]":
                depth -= 1
                if not depth:
                    self._position = position
                    return True, deepest
            elif bracket == b'"':
                self._position = position - 1
                if not self._long_string():
                    return False, deepest
                position = self._position
            else:
                depth += 1
                if depth > deepest:
                    deepest = depth

    def _next_token(self, *, between: bool = False) -> tuple[bytes, int]:
        """The next bracket or string and its line, b"" at the end. With `between`, anything else (a number) is one, too."""
        while True:
            match = _TOKEN.search(self._data, self._position)
            if between:
                stop = match.start() if match else len(self._data)
                gap = self._data[self._position : stop].strip(_BETWEEN)
                if gap:
                    self._position = stop
                    return b"0", self._line_here()
            if match is None:
                self._position = len(self._data)
                if not self._read_more():
                    return b"", self._line_here()
                continue
            self._position = match.start()
            line = self._line_here()
            if match[0] == b'"':
                # A key that lies across two chunks is read whole; what does not end soon is no key.
                if len(self._data) - self._position < _LONGEST_KEY and self._read_more():
                    continue
                return self._long_string(), line
            self._position = match.end()
            return match[0], line

    def _long_string(self) -> bytes:
        """Past a string that does not end in this chunk: a stand-in for it (no key is so long), b"" at the end of the file."""
        self._position += 1
        escaped = False
        while True:
            match = _STRING_END.match(self._data, min(self._position + escaped, len(self._data)))
            if match:
                self._position = match.end()
                return b'""'
            tail = self._data[self._position + escaped :]
            escaped = (len(tail) - len(tail.rstrip(b"\\"))) % 2 == 1
            self._position = len(self._data)
            if not self._read_more():
                return b""

    def _line_here(self) -> int:
        self._line += self._data.count(b"\n", self._counted, self._position)
        self._counted = self._position
        return self._line

    def _read_more(self) -> bool:
        """The next chunk in place of what was read; what is being kept goes to its own place first."""
        self._line_here()
        if self._kept is not None and len(self._kept) <= LONGEST_OBJECT:
            self._kept += self._data[self._kept_from : self._position]
        chunk = self._file.read(_CHUNK)
        self._data = self._data[self._position :] + chunk
        self._position = self._counted = self._kept_from = 0
        return bool(chunk)

    def _taken(self) -> bytes | None:
        if self._kept is None:
            return None
        self._kept += self._data[self._kept_from : self._position]
        return bytes(self._kept) if len(self._kept) <= LONGEST_OBJECT else None


def _text_of(token: bytes) -> str:
    return token[1:-1].decode("utf-8", "replace") if len(token) <= 200 else ""
