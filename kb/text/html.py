"""HTML to text, in one place: for passages, copies and mails.

The tree of selectolax is walked once, without recursion, and gives blocks: headings, paragraphs, lists, tables, code.
What no reader sees (comments, scripts, attributes, addresses of links, marks of footnotes) is in none of them.
"""

import re
from collections.abc import Callable
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kb.text.blocks import (
    CELL,
    CLOSE_MARK,
    CODE,
    EMPHASIS,
    INDENT,
    NO_MARKS,
    NOTE_END,
    OPEN_MARK,
    ROW,
    ROW_END,
    RULE,
    RULE_CELL,
    STRONG,
    Block,
    BlockKind,
)
from kb.text.html_nodes import TAG, is_data, is_title, is_too_deep, is_unseen, names, note_mark

_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_HEADING = re.compile(r"h[1-6]")
_PARAGRAPHS = names(
    "p div section article main header footer aside nav figure figcaption address center form fieldset legend blockquote "
    "details dl hr table caption body"
)
_AROUND_CELLS = re.compile(f" *([{ROW}{CELL}{ROW_END}{INDENT}]) *")
_MARKED = {"strong": STRONG, "b": STRONG, "em": EMPHASIS, "i": EMPHASIS, "code": CODE}
_LINES = names("dt dd summary li")
# Deeper than this nothing is indented any further: thousands of nested lists would make text of quadratic length.
_DEEPEST = 12


def html_to_text(html: str, *, quote: str = "") -> str:
    """Paragraphs apart by an empty line; lists keep numbers, bullets and depth; a bar stands between the cells of a row.

    `quote` goes before every line of a quotation (`"> "` for mails). Any text is taken; the caller bounds its length.
    """
    return "\n\n".join(block.text for block in _read(html, quote=quote).blocks)


def html_to_blocks(html: str, is_reference: Callable[[str], bool]) -> list[Block]:
    """The blocks in reading order, with marks. `is_reference` is asked of the address of each link.

    Items of a list that are paragraphs are blocks of their own, a note is one with its title.
    """
    return _read(html, is_reference=is_reference).blocks


def html_to_quoted_blocks(html: str, quote: str) -> list[Block]:
    """The blocks in reading order without marks, as they are in `html_to_text`."""
    return _read(html, quote=quote).blocks


def _read(html: str, *, quote: str = "", is_reference: Callable[[str], bool] | None = None) -> "_Reader":
    if is_too_deep(html):
        html = escape(TAG.sub("\n", html), quote=False).replace("&amp;", "&")
    reader = _Reader(quote, is_reference)
    root = LexborHTMLParser(html).body
    if root is not None:
        reader.walk(root)
    return reader


class _Reader:
    """Collects a line until something ends it, lines until a block ends."""

    def __init__(self, quote: str, is_reference: Callable[[str], bool] | None) -> None:
        self.blocks: list[Block] = []
        self.marks = is_reference is not None
        self.after_title = False  # of a note, which is one block with what comes next
        self.loose = False  # the item of a list that is open has paragraphs
        self.quote = quote
        self.is_reference = is_reference
        self.lines: list[str] = []
        self.buffer: list[str] = []
        self.kind: BlockKind = "text"
        self.level = 0
        self.head = 0
        self.anchor = ""
        self.lists: list[int | None] = []  # the next number of an ordered list, None for bullets
        self.marker = ""
        self.quotes = 0
        self.preformatted = 0
        self.tables: list[bool] = []  # whether it is one of data, not of layout
        self.cells = 0
        self.row_is_head = False

    def walk(self, root: LexborNode) -> None:
        """Every node is entered and left, in order, by a stack of our own."""
        waiting: list[tuple[LexborNode, bool]] = [(root, False)]
        while waiting:
            node, leaving = waiting.pop()
            tag = node.tag or ""
            if leaving:
                self._leave(tag, node)
            elif tag == "-text":
                self.buffer.append((node.text_content or "").translate(NO_MARKS))
            elif not is_unseen(tag, node):
                self._enter(tag, node)
                waiting.append((node, True))
                child = node.last_child
                while child is not None:
                    waiting.append((child, False))
                    child = child.prev
        self.end_block()

    def _enter(self, tag: str, node: LexborNode) -> None:
        if tag in {"ul", "ol", "menu", "dir"}:
            self._start_list(tag, node)
        elif tag == "li":
            self._start_item()
        elif _HEADING.fullmatch(tag):
            self._separate()
            if not self.lists and not self._in_row:
                self.kind, self.level = "heading", int(tag[1])
                self.anchor = node.attributes.get("id") or ""
        elif tag in {"pre", "listing", "xmp"}:
            self._separate()
            self.preformatted += 1
            if not self.lists and not self._in_row:
                self.kind = "code"
        elif tag == "table":
            self._separate()
            self.tables.append(is_data(node))
            if self._in_row and not self.lists:
                self.kind = "table"
        elif tag == "tr":
            self.end_line()
            self.cells, self.row_is_head = 0, True
            if self.marks and self._in_row:
                self.buffer.append(ROW)
        elif tag in {"td", "th"}:
            self._start_cell(tag)
        elif tag == "br":
            self._break()
        elif tag in _PARAGRAPHS:
            self._separate()
            self.quotes += tag == "blockquote"
            self.loose = self.loose or (tag == "p" and len(self.lists) == 1)
            if self.marks and is_title(node):
                self.buffer.append(note_mark(node))
        elif tag in _LINES:
            self._break()
        elif tag == "input":
            self.buffer.append("[x] " if "checked" in node.attributes else "[ ] ")
        elif tag == "img":
            self.buffer.append((node.attributes.get("alt") or "").translate(NO_MARKS))
        elif tag == "q":
            self.buffer.append("“")
        elif self.marks and tag in _MARKED and not self.preformatted:
            self.buffer.append(_MARKED[tag])
        elif tag == "a" and self._refers(node):
            self.buffer.append(OPEN_MARK)

    def _leave(self, tag: str, node: LexborNode) -> None:
        if tag in {"ul", "ol", "menu", "dir"}:
            self.end_line()
            if self.lists:
                self.lists.pop()
            if not self.lists:
                self.end_block()
        elif _HEADING.fullmatch(tag):
            self._separate()
        elif tag in {"pre", "listing", "xmp"}:
            self.end_line()
            self.preformatted -= 1
            self._separate()
        elif tag == "table":
            self._separate()
            self.tables.pop()
        elif tag == "tr":
            is_head = self.row_is_head and self.cells > 0 and not self.lines and self._in_row
            if self.marks and self._in_row:
                self.buffer.append(ROW_END + (RULE + RULE_CELL * self.cells if is_head else ""))
            self.end_line()
            if is_head:
                self.head = len(self.lines)
            self.cells = 0
        elif tag in _PARAGRAPHS and self.marks and is_title(node):
            self.buffer.append(NOTE_END)
            self.end_line()
            self.after_title = True
            self.buffer.append(INDENT)
        elif tag in _PARAGRAPHS:
            self._separate()
            self.quotes -= tag == "blockquote"
        elif tag == "li" and self.marks and self.loose and len(self.lists) == 1 and not self._in_row:
            self.end_block()
            self.marker, self.loose = "", False
        elif tag in _LINES:
            self._break()
            self.marker = ""
        elif tag == "q":
            self.buffer.append("”")
        elif self.marks and tag in _MARKED and not self.preformatted:
            self.buffer.append(_MARKED[tag])
        elif tag == "a" and self._refers(node):
            self.buffer.append(CLOSE_MARK)

    @property
    def _in_row(self) -> bool:
        return bool(self.tables) and self.tables[-1]

    def _refers(self, node: LexborNode) -> bool:
        return self.is_reference is not None and self.is_reference(node.attributes.get("href") or "")

    def _break(self) -> None:
        """A new line; within a row of a table, where a line is a row, a blank."""
        if self._in_row and self.cells:
            self.buffer.append(" ")
        else:
            self.end_line()

    def _separate(self) -> None:
        """The end of a paragraph. Inside of a list and of a table lines follow each other, so that steps stay together."""
        if self._in_row and self.cells:
            self.buffer.append(" ")
        elif self.after_title:
            self.after_title = False
        elif self.lists or self._in_row:
            self.end_line()
        else:
            self.end_block()

    def end_line(self) -> None:
        """Put the collected line out, if there is anything in it."""
        raw = "".join(self.buffer)
        self.buffer.clear()
        text = raw.strip("\n") if self.preformatted else _BLANKS.sub(" ", raw).strip(" \u00a0")
        if self.marks:
            text = _AROUND_CELLS.sub(r"\1", text)
        if not text.translate(NO_MARKS).strip():
            return
        depth = min(len(self.lists), _DEEPEST)
        quote = self.quote * min(self.quotes, _DEEPEST)
        first, *rest = text.split("\n")
        self.lines.append(f"{quote}{'   ' * (max(depth - 1, 0) if self.marker else depth)}{self.marker}{first}")
        self.lines.extend(f"{quote}{'   ' * depth}{line}" for line in rest)
        self.marker = ""

    def end_block(self) -> None:
        self.end_line()
        if self.lines:
            self.blocks.append(Block(self.kind, "\n".join(self.lines), self.level, self.head, self.anchor))
        self.lines = []
        self.kind, self.level, self.head = ("list" if self.lists else "text"), 0, 0
        self.anchor = ""

    def _start_list(self, tag: str, node: LexborNode) -> None:
        if not self.lists:
            self._separate()
        self.end_line()
        start = node.attributes.get("start") or "1"
        number = int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 1
        self.lists.append(number if tag == "ol" else None)
        if len(self.lists) == 1 and not self._in_row:
            self.kind = "list"

    def _start_item(self) -> None:
        self._break()
        number = self.lists[-1] if self.lists else None
        self.marker = "- " if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1
        if self._in_row and self.cells:
            self.marker = ""

    def _start_cell(self, tag: str) -> None:
        if not self._in_row:
            self._separate()
            return
        if self.cells:
            self.buffer.append(CELL if self.marks else " | ")
        self.cells += 1
        self.row_is_head = self.row_is_head and tag == "th"
