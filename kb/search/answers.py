"""The piece of a passage that answers, as it is shown: a sentence, a whole list of steps, a row of a table with its columns, or
its rows where none of them is the one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import regex

from kb.search.types import PassageText, PieceKind

# A sentence without an end (a log, a row of codes) is cut; nothing that somebody wrote to be read is as long.
LONGEST_SENTENCE = 700
_NUMBER = regex.compile(r"(\d{1,6})[.)।]\s+")
_ITEM = frozenset((PieceKind.NUMBERED, PieceKind.BULLETED, PieceKind.OF_ITEM, PieceKind.NESTED))
_BEGINNINGS = frozenset((PieceKind.NUMBERED, PieceKind.BULLETED))
_NESTED_MARK = "\n– "
MOST_ROWS = 6


class AnswerKind(StrEnum):
    SENTENCE = "sentence"
    STEPS = "steps"
    ROW = "row"


class Cell(NamedTuple):
    """label: the head of its column, "" where it has none."""

    label: str
    value: str


@dataclass(frozen=True)
class Answer:
    """What is shown as the answer.

    text: as it is read, on lines; items: of a list all that the passage has, or rows of a table as bullets, `best` the place of
    the one that answers; start: the number of the first item, None for bullets; lead: the words that lead to the list, or the
    heads of the columns; complete: whether the whole list is here; cells: of a row, in order; is_clear: whether it, and no other
    piece of the result, is the one to be marked.
    """

    kind: AnswerKind
    text: str
    items: tuple[str, ...] = ()
    best: int = 0
    start: int | None = None
    lead: str = ""
    complete: bool = True
    cells: tuple[Cell, ...] = ()
    is_clear: bool = True

    @property
    def is_labelled(self) -> bool:
        return any(cell.label for cell in self.cells)

    @property
    def to_copy(self) -> str:
        """As plain text that means the same where it is pasted: the values of a row with their labels."""
        if self.kind is not AnswerKind.ROW:
            return self.text
        return "\n".join(f"{cell.label}: {cell.value}" if cell.label else cell.value for cell in self.cells)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "text": self.text,
            "items": list(self.items),
            "best": self.best,
            "start": self.start,
            "lead": self.lead,
            "complete": self.complete,
            "cells": [cell._asdict() for cell in self.cells],
            "copy": self.to_copy,
        }


def answer_of(passage: PassageText, piece: int, *, of_rows: bool = False) -> Answer:
    """The answer that the piece of this number is, or begins, or is part of.

    of_rows: a row is shown with the other rows of its table, as nothing in the query speaks for it alone.
    """
    kind = passage.kinds[piece].lower() if passage.kinds else PieceKind.SENTENCE
    if kind == PieceKind.ROW:
        return _rows(passage, piece) if of_rows else _row(passage, piece)
    if kind in _ITEM:
        return _steps(passage, piece)
    text = passage.piece(piece)
    if len(text) > LONGEST_SENTENCE:
        text = text[: LONGEST_SENTENCE - 1].rsplit(" ", 1)[0] + "…"
    return Answer(AnswerKind.SENTENCE, text)


def rows_around(passage: PassageText, piece: int) -> range:
    """The rows of the table that a row stands in."""
    first, end = piece, piece + 1
    while first and passage.kinds[first - 1].lower() == PieceKind.ROW:
        first -= 1
    while end < len(passage.kinds) and passage.kinds[end].lower() == PieceKind.ROW:
        end += 1
    return range(first, end)


def _rows(passage: PassageText, piece: int) -> Answer:
    rows = rows_around(passage, piece)
    above = rows.start - 1
    lead = passage.piece(above) if above >= 0 and passage.kinds[above] == PieceKind.HEAD else ""
    first = max(rows.start, min(piece - MOST_ROWS // 2, rows.stop - MOST_ROWS))
    shown = range(first, min(rows.stop, first + MOST_ROWS))
    items = tuple(" · ".join(filter(None, _cells(passage.piece(number)))) for number in shown)
    complete = len(shown) == len(rows) and passage.kinds[rows.start : rows.stop].islower()
    text = "\n".join([*([lead] if lead else []), *(f"- {item}" for item in items)])
    return Answer(AnswerKind.STEPS, text, items, shown.index(piece), lead=lead, complete=complete)


def _row(passage: PassageText, piece: int) -> Answer:
    above = rows_around(passage, piece).start - 1
    values = _cells(passage.piece(piece))
    heads = _cells(passage.piece(above)) if above >= 0 and passage.kinds[above] == PieceKind.HEAD else []
    labels = heads if len(heads) == len(values) else [""] * len(values)
    cells = tuple(Cell(label, value) for label, value in zip(labels, values, strict=True) if value)
    return Answer(AnswerKind.ROW, passage.piece(piece), cells=cells)


def _cells(row: str) -> list[str]:
    """Between two dots there may be nothing."""
    cells: list[list[str]] = [[]]
    for word in row.split(" "):
        if word == "·":
            cells.append([])
        else:
            cells[-1].append(word)
    return [" ".join(words) for words in cells]


def _steps(passage: PassageText, piece: int) -> Answer:
    kinds = passage.kinds.lower()
    first, end, kind = _list_around(passage, kinds, piece)
    items: list[str] = []
    best = 0
    for number in range(first, end):
        text = passage.piece(number)
        if kinds[number] in _BEGINNINGS or not items:
            items.append(_NUMBER.sub("", text, count=1) if kinds[number] == PieceKind.NUMBERED else text)
        else:
            items[-1] += (_NESTED_MARK if kinds[number] == PieceKind.NESTED else " ") + text
        if number <= piece:
            best = len(items) - 1
    complete = passage.kinds[first:end].islower()
    if len(items) == 1 and complete:
        return Answer(AnswerKind.SENTENCE, items[0])
    start = _number_of(passage, first) if kind == PieceKind.NUMBERED else None
    lead = passage.piece(first - 1) if first and kinds[first - 1] == PieceKind.SENTENCE else ""
    lead = lead if lead.endswith((":", "：")) else ""
    marks = (f"{start + place}. " if start is not None else "- " for place in range(len(items)))
    text = "\n".join([*([lead] if lead else []), *(mark + item for mark, item in zip(marks, items, strict=True))])
    return Answer(AnswerKind.STEPS, text, tuple(items), best, start, lead, complete)


def _list_around(passage: PassageText, kinds: str, piece: int) -> tuple[int, int, str]:
    """Where the list of this piece begins and ends, and the kind of its items. Lists may follow each other without a word."""
    begin = piece
    while begin and kinds[begin - 1] in _ITEM:
        begin -= 1
    first, kind, number = begin, "", 0
    for at in range(begin, len(kinds)):
        if kinds[at] not in _ITEM:
            return first, at, kind
        if kinds[at] in _BEGINNINGS:
            own = _number_of(passage, at) if kinds[at] == PieceKind.NUMBERED else 0
            if kind and (kinds[at] != kind or (own and own <= number)):
                if at > piece:
                    return first, at, kind
                first = at
            kind, number = kinds[at], own
    return first, len(kinds), kind


def _number_of(passage: PassageText, piece: int) -> int:
    found = _NUMBER.match(passage.piece(piece))
    return int(found[1]) if found else 1
