"""The tokenizer of a process that reads a text or two: it takes up the pieces that may be in them, not all 250,000.

How a text is cut depends on no piece but those that stand somewhere in it, and on the lowest score of all. They are found in a
table by every run of characters of the text, in milliseconds; reading the whole vocabulary takes most of a second.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from tokenizers import Encoding, Tokenizer
from tokenizers.models import Unigram

TABLE_FILE = "pieces.sqlite3"
# Raised when the table changes: one of another version is not read.
_VERSION = 1
# A longer text has so many runs of characters that the whole vocabulary is read as soon.
_LONGEST = 1000
_ASKED_AT_ONCE = 500

Piece = tuple[str, int, float]


@dataclass(frozen=True)
class CutText:
    """What is read of an `Encoding` of the library, its ids those of the whole vocabulary."""

    ids: list[int]
    attention_mask: list[int]
    offsets: list[tuple[int, int]]
    overflowing: list[Encoding]


class FewTextsTokenizer:
    """Cuts texts as the whole tokenizer does. Safe for many threads; who reads many texts is better off with the whole one."""

    def __init__(self, folder: Path, whole: Callable[[], Tokenizer], most_tokens: int) -> None:
        """whole: for long texts and many. Raises OSError, ValueError or sqlite3.Error where the folder has no table that can be
        read."""
        self._table = _open(folder / TABLE_FILE)
        [(shell, always, self._longest_piece)] = self._table.execute("SELECT shell, always, longest FROM tokenizer")
        self._whole, self._lock = whole, Lock()
        self._shell: Tokenizer = Tokenizer.from_str(shell)
        self._shell.enable_truncation(max_length=most_tokens)
        self._always: list[Piece] = [(piece, number, score) for piece, number, score in json.loads(always)]
        self._added = [token.content for token in self._shell.get_added_tokens_decoder().values()]

    def encode(self, text: str, add_special_tokens: bool = True) -> CutText | Encoding:
        """The same as `Tokenizer.encode`."""
        # What somebody typed like "<mask>" is cut out before anything else.
        if len(text) <= _LONGEST and not any(added in text for added in self._added):
            with suppress(sqlite3.Error), self._lock:  # a broken table is none
                return self._cut(text, add_special_tokens)
        return self._whole().encode(text, add_special_tokens=add_special_tokens)

    def _cut(self, text: str, add_special_tokens: bool) -> CutText:
        pieces = {piece: (number, score) for piece, number, score in (*self._always, *self._found_in(text))}
        self._shell.model = Unigram([(piece, score) for piece, (_, score) in pieces.items()], unk_id=_UNKNOWN)
        encoding = self._shell.encode(text, add_special_tokens=add_special_tokens)
        numbers = [number for number, _ in pieces.values()]
        ids = [numbers[place] for place in encoding.ids]
        return CutText(ids, encoding.attention_mask, encoding.offsets, encoding.overflowing)

    def encode_batch(self, texts: Sequence[str], add_special_tokens: bool = True) -> list[Encoding]:
        """The same as `Tokenizer.encode_batch`."""
        return self._whole().encode_batch(list(texts), add_special_tokens=add_special_tokens)

    def _found_in(self, text: str) -> Iterator[Piece]:
        """The pieces that stand somewhere in the text as the model is handed it."""
        normalised = self._shell.normalizer.normalize_str(text)
        runs = sorted(set(self._runs(word for word, _ in self._shell.pre_tokenizer.pre_tokenize_str(normalised))))
        for start in range(0, len(runs), _ASKED_AT_ONCE):
            some = runs[start : start + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(some))
            yield from self._table.execute(f"SELECT piece, id, score FROM pieces WHERE piece IN ({marks})", some)  # noqa: S608

    def _runs(self, words: Iterable[str]) -> Iterator[str]:
        for word in words:
            for start in range(len(word)):
                for end in range(start + 1, min(start + self._longest_piece, len(word)) + 1):
                    yield word[start:end]


def has_piece_table(folder: Path) -> bool:
    """Whether there is one of this version."""
    try:
        _open(folder / TABLE_FILE).close()
    except (OSError, ValueError, sqlite3.Error):
        return False
    return True


def _open(path: Path) -> sqlite3.Connection:
    """Raises OSError, ValueError or sqlite3.Error where it cannot be read."""
    if not path.is_file():
        raise FileNotFoundError(path)
    # Nobody changes it, and its folder may be one that nothing can be written to: no lock is tried.
    table = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    [(version,)] = table.execute("SELECT version FROM tokenizer")
    if version != _VERSION:
        table.close()
        raise ValueError(f"{path.name} is of version {version}")
    return table


# Of the bundled encoder's vocabulary, as of every XLM-RoBERTa: its first pieces are the special ones.
_SPECIAL, _UNKNOWN = ("<s>", "<pad>", "</s>", "<unk>"), 3


def write_piece_table(tokenizer_file: Path) -> None:
    """Put the table beside the tokenizer. Raises OSError, sqlite3.Error, or ValueError for a tokenizer of another kind."""
    content: dict[str, Any] = json.loads(tokenizer_file.read_text("utf-8"))
    model = content["model"]
    pieces: list[Piece] = [(piece, number, score) for number, (piece, score) in enumerate(model["vocab"])]
    if model["type"] != "Unigram" or tuple(piece for piece, _, _ in pieces[:4]) != _SPECIAL:
        raise ValueError("it is no tokenizer of XLM-RoBERTa")
    lowest = min(pieces, key=lambda piece: piece[2])
    added = {token["content"] for token in content["added_tokens"]} - set(_SPECIAL)
    always = [*pieces[:4], *(piece for piece in pieces if piece[0] in added), lowest]
    numbers = {piece: place for place, (piece, _, _) in enumerate(always)}
    for token in content["added_tokens"]:
        token["id"] = numbers[token["content"]]
    model["vocab"] = [[piece, score] for piece, _, score in always]
    scratch = tokenizer_file.with_name(f"{TABLE_FILE}.{os.getpid()}")
    try:
        with closing(sqlite3.connect(scratch)) as table, table:
            table.execute("CREATE TABLE tokenizer (version INTEGER, shell TEXT, always TEXT, longest INTEGER)")
            longest = max(len(piece) for piece, _, _ in pieces)
            table.execute(
                "INSERT INTO tokenizer VALUES (?, ?, ?, ?)",
                (_VERSION, json.dumps(content), json.dumps(always), longest),
            )
            table.execute("CREATE TABLE pieces (piece TEXT PRIMARY KEY, id INTEGER, score REAL) WITHOUT ROWID")
            table.executemany("INSERT INTO pieces VALUES (?, ?, ?)", sorted(pieces))
        scratch.chmod(tokenizer_file.stat().st_mode)
        scratch.replace(tokenizer_file.with_name(TABLE_FILE))
    finally:
        with suppress(OSError):
            scratch.unlink()
