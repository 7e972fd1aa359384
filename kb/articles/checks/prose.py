"""The prose of a Markdown text, paragraph by paragraph, with the places of everything in the source.

A line scanner on purpose, not a renderer: whoever writes has half a table and an open bracket, and a place in the source is
wanted for all that is said. Linear in the length of the text.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from kb.articles.rendering import without_front_matter

# Of a longer text only the beginning is checked while somebody writes.
LONGEST = 200_000
_FENCE = regex.compile(r"^ {0,3}(?:>[ ]?)*(`{3,}|~{3,})")
_HEADING = regex.compile(r"^ {0,3}#{1,6}[ \t]+")
_ITEM = regex.compile(r"^[ \t]*(?:>[ ]?)*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_QUOTED = regex.compile(r"^ {0,3}(?:>[ ]?)+(?:\[!\w+\])?")
_TABLE = regex.compile(r"^[ \t]*(?:>[ ]?)*\|")
_RULE = regex.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$")
_DEFINITION = regex.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[ \t]")
_DIRECTIVE = regex.compile(r"^[ \t]*(?::::|!!!|\{%|<!--|<(?:div|table|details|summary|/)\b)")
# What is no prose within a line: links lead somewhere, code is typed, tags are not read.
_CODE = regex.compile(r"(`+)[^`\n]{0,2000}?\1")
_TARGET = regex.compile(r"\]\([^()\n]{0,1000}\)|\]\[[^\]\n]{0,200}\]")
_TAG = regex.compile(r"<[^<>\n]{1,1000}>")
_ADDRESS = regex.compile(r"\bhttps?://\S{1,2000}|\bwww\.\S{1,2000}")


@dataclass(frozen=True)
class Block:
    """kind: heading | item | paragraph; start, end: its place in the source; text: as long as that, without line ends, and with
    blanks where nothing is read."""

    kind: str
    start: int
    end: int
    text: str


def blank_out(text: str, pattern: "regex.Pattern[str]") -> str:
    """The text with blanks for what the pattern matches: nothing moves."""
    return str(pattern.sub(lambda match: " " * len(match[0]), text))


def without_code(body: str) -> str:
    """The source with blanks for fenced blocks and code within lines: what stands there is shown, and does nothing."""
    lines, fence = [], ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence):
                fence = ""
            line = " " * len(line)
        elif mark:
            fence = mark[1]
            line = " " * len(line)
        lines.append(blank_out(line, _CODE))
    return "\n".join(lines)


def prose_blocks(body: str) -> Iterator[Block]:
    """Headings, items of lists and paragraphs in order; tables, code and rules are left out."""
    body = body[:LONGEST]
    at = len(body) - len(without_front_matter(body))
    opened: tuple[str, int, int] | None = None  # kind, start, end
    for line in without_code(body)[at:].split("\n"):
        end = at + len(line)
        kind = _kind_of(line)
        if opened and kind != "more":
            yield _block(body, *opened)
            opened = None
        if kind in {"heading", "item"}:
            mark = _HEADING.match(line) if kind == "heading" else _ITEM.match(line)
            opened = kind, at + (mark.end() if mark else 0), end
        elif kind == "more":
            lead = _QUOTED.match(line)
            begin = at + (lead.end() if lead else 0)
            opened = (opened[0], opened[1], end) if opened else ("paragraph", begin, end)
        if opened and kind == "heading":
            yield _block(body, *opened)
            opened = None
        at = end + 1
    if opened:
        yield _block(body, *opened)


def _kind_of(line: str) -> str:
    if not line.strip() or _TABLE.match(line) or _RULE.match(line) or _DEFINITION.match(line) or _DIRECTIVE.match(line):
        return ""
    if _HEADING.match(line):
        return "heading"
    return "item" if _ITEM.match(line) else "more"


def _block(body: str, kind: str, start: int, end: int) -> Block:
    text = without_code(body[start:end]).replace("\n", " ")
    for pattern in (_TARGET, _TAG, _ADDRESS):
        text = blank_out(text, pattern)
    return Block(kind, start, end, text)
