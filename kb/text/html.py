"""Sanitised article HTML to text that reads well in a chat or an e-mail."""

import re
from html.parser import HTMLParser

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_PARAGRAPHS = {"p", "h2", "h3", "h4", "h5", "h6", "div", "table", "caption", "blockquote", "dl", "details", "hr"}
_LINES = {"tr", "dt", "dd", "summary"}


def html_to_text(html: str) -> str:
    """Paragraphs apart by an empty line; lists keep numbers, bullets and depth; cells are separated by a bar."""
    builder = _TextBuilder()
    builder.feed(html)
    builder.close()
    builder.end_line()
    return "\n".join(builder.lines)


class _TextBuilder(HTMLParser):
    """Collects a line until something ends it. `gap` asks for an empty line before the next one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.buffer = ""
        self.gap = False
        self.lists: list[int | None] = []  # the next number of an ordered list, None for bullets
        self.marker = ""
        self.preformatted = False
        self.cells = 0
        self.skipping = False  # inside of the arrow that leads back from a footnote
        self.in_reference = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"ul", "ol"}:
            self._start_list(tag, given)
        elif tag == "li":
            self._start_item()
        elif tag == "pre":
            self._separate()
            self.preformatted = True
        elif tag in _PARAGRAPHS:
            self._separate()
        elif tag == "br":
            self.end_line()
        elif tag in _LINES:
            self.end_line()
            self.cells = 0
        elif tag in {"td", "th"}:
            self.buffer += " | " if self.cells else ""
            self.cells += 1
        elif tag == "input":
            self.buffer += "[x] " if "checked" in given else "[ ] "
        elif tag == "img":
            self.buffer += given.get("alt") or ""
        elif tag == "a":
            self._start_link(given.get("class") or "")
        elif tag == "q":
            self.buffer += "“"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self.end_line()
            if self.lists:
                self.lists.pop()
            self.gap = self.gap or not self.lists
        elif tag == "pre":
            self._end_preformatted()
        elif tag in _PARAGRAPHS:
            self._separate()
        elif tag in _LINES or tag == "li":
            self.end_line()
            self.marker = ""
        elif tag == "a":
            self.buffer += "]" if self.in_reference else ""
            self.skipping = self.in_reference = False
        elif tag == "q":
            self.buffer += "”"

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.buffer += data

    def end_line(self) -> None:
        """Put the collected line out, if there is anything in it."""
        text = self.buffer.strip("\n") if self.preformatted else _BLANKS.sub(" ", self.buffer).strip(" \u00a0")
        self.buffer = ""
        if not text.strip():
            return
        if self.gap and self.lines:
            self.lines.append("")
        self.gap = False
        depth = max(len(self.lists) - 1, 0)
        indent = "   " * (depth if self.marker else len(self.lists))
        first, *rest = text.split("\n")
        self.lines.append(f"{indent}{self.marker}{first}")
        self.lines.extend(f"{'   ' * len(self.lists)}{line}" for line in rest)
        self.marker = ""

    def _separate(self) -> None:
        """End a paragraph. Inside of a list lines follow each other without a gap, so that steps stay together."""
        self.end_line()
        self.gap = self.gap or not self.lists

    def _start_list(self, tag: str, given: dict[str, str | None]) -> None:
        self.end_line()
        self.gap = self.gap or not self.lists
        start = given.get("start") or "1"
        self.lists.append((int(start) if start.isdecimal() else 1) if tag == "ol" else None)

    def _start_item(self) -> None:
        self.end_line()
        number = self.lists[-1] if self.lists else None
        self.marker = "- " if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1

    def _start_link(self, classes: str) -> None:
        self.skipping = "footnote-backref" in classes.split()
        self.in_reference = "footnote-ref" in classes.split()
        self.buffer += "[" if self.in_reference else ""

    def _end_preformatted(self) -> None:
        self.end_line()
        self.preformatted = False
        self._separate()
