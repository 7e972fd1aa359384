"""Blocks of a text as it is read, and marks in it that say more than what is read.

An encoder that was trained on Markdown reads emphasis, cells and notes better as such; a reader and a word index want none of
it. So a block can carry marks, single characters that stand in no text: `shown` takes them out, `written` makes Markdown of them.
Marks survive when a block is cut.
"""

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "text", "list", "table", "code"]
Span = tuple[int, int]

# Around the words of a link to another article; what is between them is not the text's own.
OPEN_MARK, CLOSE_MARK = "\uf8f0", "\uf8f1"
STRONG, EMPHASIS, CODE = "\uf8f2", "\uf8f3", "\uf8f4"
ROW, CELL, ROW_END, RULE, RULE_CELL = "\uf8f5", "\uf8f6", "\uf8f7", "\uf8f8", "\uf8f9"
NOTE, TIP, WARNING, NOTE_END = "\uf8fa", "\uf8fb", "\uf8fc", "\uf8fd"
INDENT = "\uf8fe"  # of the text of a note
# Before a heading that stands in the text of a passage; where a list was cut, before or after what is left of it.
HEADING, MORE = "\uf8ef", "\uf8ee"
_SHOWN = {
    **dict.fromkeys((OPEN_MARK, CLOSE_MARK, STRONG, EMPHASIS, CODE, ROW, ROW_END, RULE, RULE_CELL), ""),
    **dict.fromkeys((NOTE, TIP, WARNING, NOTE_END, INDENT, HEADING, MORE), ""),
    CELL: " · ",
}
_WRITTEN = {
    **dict.fromkeys((OPEN_MARK, CLOSE_MARK, HEADING, MORE), ""),
    **{STRONG: "**", EMPHASIS: "*", CODE: "`", ROW: "| ", CELL: " | ", ROW_END: " |", RULE: "\n|", RULE_CELL: "---|"},
    **{NOTE: '!!! note "', TIP: '!!! tip "', WARNING: '!!! warning "', NOTE_END: '"', INDENT: "    "},
}
# For texts that come from outside: none of these is in any of them.
NO_MARKS = str.maketrans("", "", "".join(_SHOWN))
_AS_SHOWN, _AS_WRITTEN = str.maketrans(_SHOWN), str.maketrans(_WRITTEN)


@dataclass(frozen=True)
class Block:
    """A piece that is read as a whole.

    kind: what it was; text: its lines, of a table one for each row, with marks if they were asked for; level: of a heading 1
    to 6, else 0; head: how many lines of a table name its columns; anchor: the id of a heading, "" where it has none.
    """

    kind: BlockKind
    text: str
    level: int = 0
    head: int = 0
    anchor: str = ""


def shown(text: str) -> str:
    """The text as it is read."""
    return text.translate(_AS_SHOWN)


def written(text: str) -> str:
    """The text as Markdown."""
    return text.translate(_AS_WRITTEN)


def references(text: str) -> tuple[Span, ...]:
    """Start and end, in what is shown, of the words of links to other articles; a link that was cut ends with the text."""
    if OPEN_MARK not in text and CLOSE_MARK not in text:
        return ()
    spans: list[Span] = []
    length = 0
    # A piece of a link whose beginning is in another piece of the text begins where the text does.
    start = 0 if CLOSE_MARK in text.partition(OPEN_MARK)[0] else -1
    for character in text:
        if character == OPEN_MARK:
            start = length
        elif character == CLOSE_MARK:
            if 0 <= start < length:
                spans.append((start, length))
            start = -1
        else:
            length += len(_SHOWN.get(character, character))
    if 0 <= start < length:
        spans.append((start, length))
    return tuple(spans)
