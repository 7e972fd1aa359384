"""What a generator leaves as it stands, or leaves out as a whole: code, comments, raw parts, imports of MDX."""

import re

from kb.articles.dialects.elements import Element
from kb.articles.dialects.scanning import Scan

_COMMENT_END = {"<!--": "-->", "{/*": "*/}", "{::comment}": "{:/", "{#": "#}", "%%": "%%"}
_LISTLIKE = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)]|!!!|\?\?\?|===|\[\^|:::|///|<|\{[%{])")


def _is_indented_or_empty(line: str) -> bool:
    return line.startswith(("    ", "\t")) or not line.strip()


class VerbatimScan(Scan):
    """Each step gets a match and gives where to go on."""

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.open: list[tuple[str, str]] = []  # name, and what its end puts out
        # The indented line that was looked at last, and whether it is code: so is the next one below it.
        self._judged: tuple[int | None, bool] = (None, False)

    def enter_indented(self, match: re.Match[str]) -> int:
        """The indentation alone: the rest of the line is looked through."""
        indent = len(match[0]) - len(match[0].lstrip())
        return self.copy_to(match.start() + max(indent, 1))

    def is_code(self, start: int) -> bool:
        """Whether an indented line is code: below an empty line (or code), and not in a list or another block."""
        before = self.body[max(start - 5000, 0) : start].rstrip("\n")[-4000:]
        if not self.body[max(start - 2, 0) : start].endswith("\n\n") and start > 0:
            previous = before.rpartition("\n")[2]
            if not previous.startswith(("    ", "\t")):
                return False
        judged, verdict = self._judged
        if judged is None or not all(map(_is_indented_or_empty, self.body[judged:start].split("\n"))):
            verdict = self._is_below_text(before)
        self._judged = (start, verdict)
        return verdict

    def _is_below_text(self, before: str) -> bool:
        for line in reversed(before.split("\n")):
            if not _is_indented_or_empty(line):
                return not _LISTLIKE.match(line) and not line.startswith(" ")
        return not self.open

    def fence(self, match: re.Match[str]) -> int:
        run = match["run"]
        closing = re.compile(rf"^[ \t>]*{re.escape(run[0])}{{{len(run)},}}[ \t]*$", re.MULTILINE)
        found = closing.search(self.body, match.end())
        return self.copy_to(found.end() if found else len(self.body))

    def code_span(self, match: re.Match[str]) -> int:
        limit = self._paragraph_end(match.end())
        found = re.compile(rf"(?<!`){match[0]}(?!`)").search(self.body, match.end(), limit)
        return self.copy_to(found.end() if found else match.end())

    def _paragraph_end(self, start: int) -> int:
        found = self.find("\n\n", start)
        return min(found if found >= 0 else len(self.body), start + 5000)

    def comment(self, match: re.Match[str]) -> int:
        opening = match["comment"]
        end = _COMMENT_END[opening]
        found = self.find(end, match.end())
        at_start = not self.body[self.body.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        if found < 0:
            if opening == "<!--" and at_start:
                self.notice("comment", "a comment that is never closed; the rest of the article is in it")
                return self.replace_to(len(self.body))
            return -1
        if opening == "%%":
            runs_on = not at_start and "\n" in self.body[match.end() : found]
            if runs_on or self.body[found + 2 : found + 3].strip():
                return -1
        if opening == "{::comment}":
            found = max(self.body.find("}", found), found)
            end = "}"
        found += len(end)
        if at_start and self.indent and self.body[found : found + 1] == "\n":
            # With its line: an empty one would take the items of a list apart.
            self.out[-1] = self.out[-1].removesuffix(self.indent)
            return self.replace_to(found + 1)
        return self.replace_to(found)

    def keep_raw(self, end: int) -> int:
        """What is between is shown as it stands."""
        found = re.compile(r"\{%-?\s*endraw\s*-?%\}").search(self.body, end)
        self.replace_to(end)
        if found:
            self.copy_to(found.start())
            return self.replace_to(found.end())
        return end

    def skip_body(self, end: int, closing: str) -> int:
        found = re.compile(closing).search(self.body, end)
        return self.replace_to(found.end() if found else end)

    def highlight(self, end: int, element: Element, closing: str) -> int:
        found = re.compile(closing).search(self.body, end)
        if found is None:
            return self.replace_to(end)
        indent = self.indent
        self.replace_to(
            end, f"{'' if self.is_at_line_start else chr(10) + indent}````{element.plain[0] if element.plain else ''}"
        )
        self.copy_to(found.start())
        return self.replace_to(found.end(), f"{'' if self.out[-1].endswith(chr(10)) else chr(10)}{indent}````")

    def code_of_page(self, match: re.Match[str]) -> int:
        """Imports and exports of MDX; an export goes on until its brackets are closed."""
        end = match.end()
        depth = sum(match[0].count(mark) for mark in "{[(") - sum(match[0].count(mark) for mark in "}])")
        while depth > 0 and match[0].startswith("export"):
            following = self.body.find("\n", end + 1)
            following = len(self.body) if following < 0 else following
            line = self.body[end:following]
            if following == end or end - match.end() > 20_000:
                break
            depth += sum(line.count(mark) for mark in "{[(") - sum(line.count(mark) for mark in "}])")
            end = following
        return self.replace_to(end)
