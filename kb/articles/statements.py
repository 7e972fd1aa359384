"""What an article states, sentence by sentence, and what of it are words that it quotes."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from kb.articles.rendering import quoted_blocks
from kb.text.sentences import sentence_spans

# Raised whenever the cutting changes: vectors of what was cut otherwise are made anew.
CUTTING = "1"
_QUOTE = "> "
_MARKER = regex.compile(r"\s*(?:> )*\s*(?:- |\d{1,6}\. )?(?:\[[ x]\] )?")
# A sentence that is nothing but words between quotation marks: "I'm opening the order now."
_IN_QUOTES = regex.compile(r"[\"“„«].{2,}[\"”“»][.!?।]?")
_LONGEST = 600  # characters; what is longer without an end is a log


@dataclass(frozen=True)
class Statement:
    """A sentence, an item of a list, or a row of a table with the names of its columns.

    is_quoted: it stands in a quotation, as words that somebody says. subject: of a row its first cell, what the row is about.
    """

    text: str
    heading: str
    is_quoted: bool = False
    subject: str = ""


def article_statements(body: str) -> list[Statement]:
    """The statements of an article in Markdown, in order, as a reader sees them; headings only as what others stand under."""
    return list(_statements(body))


def _statements(body: str) -> Iterator[Statement]:
    heading = ""
    for block in quoted_blocks(body, _QUOTE):
        lines = block.text.split("\n")
        if block.kind == "heading":
            heading = block.text
        elif block.kind == "table":
            yield from _rows(lines, block.head, heading)
        else:
            for line in lines:
                is_quoted = line.lstrip().startswith(_QUOTE.strip())
                text = line[_end_of_marker(line) :]
                for start, end in sentence_spans(text):
                    sentence = text[start:end][:_LONGEST]
                    yield Statement(sentence, heading, is_quoted or _IN_QUOTES.fullmatch(sentence) is not None)


def _rows(lines: list[str], head: int, heading: str) -> Iterator[Statement]:
    columns = _cells(lines[head - 1]) if head else []
    for line in lines[head:]:
        cells = _cells(line)
        names = columns if len(columns) == len(cells) else [""] * len(cells)
        parts = [f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=True) if cell]
        if parts:
            yield Statement("; ".join(parts)[:_LONGEST], heading, subject=cells[0][:_LONGEST])


def _cells(line: str) -> list[str]:
    # The last cell may be empty, and white space at the end of a line is gone.
    return [cell.strip() for cell in f"{line[_end_of_marker(line) :]} ".split(" | ")]


def _end_of_marker(line: str) -> int:
    marker = _MARKER.match(line)
    return marker.end() if marker else 0
