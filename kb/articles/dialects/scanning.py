"""The pass from left to right over a text: what is copied, what is replaced, and which line each line came from."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from kb.articles.dialects.notices import Notice

OPENER = re.compile(
    r"(?P<fence>^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<run>`{3,}(?=[^`\n]*$)|~{3,}))"
    r"|(?P<indented>^(?: {4}|\t)[^\n]*$)"
    r"|(?P<escape>\\[`<{%])"
    r"|(?P<ticks>`+)"
    r"|(?P<comment><!--|\{/\*|\{::comment\}|\{\#(?=\s)|(?<!\S)%%(?!%))"
    r"|(?P<shortcode>\{\{[<%](?:[^{}]){0,3000}?[>%]\}\})"
    r"|(?P<tag>\{%-?(?:(?!%\}|\{%).){0,3000}?-?%\})"
    r"|(?P<style>\b(?:style|className|class|key|ref)=\{(?:\{[^{}]{0,500}\}|[^{}]{0,500})\})"
    r"|(?P<source>=\{\s*(?:(?:require|useBaseUrl)\(\s*)?[\"'`](?P<literal>[^\"'`{}\n]{0,500})[\"'`]\s*\)?(?:\.default)?\s*\})"
    r"|(?P<value>\{\{[^{}]{0,3000}\}\}\}?)"
    r"|(?P<kramdown>\{::[^{}\n]{0,300}\}|\{:/[^{}\n]{0,300}\})"
    r"|(?P<expression>\{\s*(?:\"[^\"{}]{0,300}\"|'[^'{}]{0,300}'|`[^`{}]{0,300}`|(?:props|frontMatter|metadata)\.[\w.]{1,100})\s*\})"
    r"|(?P<snippet>^[ \t]*;*-{1,}8<-{1,}[^\n]*$)"
    r"|(?P<code_of_page>^(?:import\s[^\n;]*?from\s+[\"'][^\"'\n]+[\"'];?|import\s+[\"'][^\"'\n]+[\"'];?|"
    r"import\s*\{[^{}]{0,2000}\}\s*from\s+[\"'][^\"'\n]+[\"'];?|"
    r"export\s+(?:const|let|var|function|default|async|\{)[^\n]*)[ \t]*$)"
    r"|(?P<details>^[ \t]*</?details\b[^<>\n]*>)"
    r"|(?P<component></?[A-Z][\w.]*(?=[\s/>]))"
    r"|(?P<contents>^[ \t]*(?:[-*+]|\d+\.)[ \t][^\n]*\n[ \t]*\{:\s*toc[^{}\n]*\})",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Expanded:
    """The text, where its lines came from, the names of its footnotes, and what was left out."""

    text: str
    origins: tuple[tuple[int, int], ...]  # (line of the text, line of the body), both from 0 and 1, where they part
    footnotes: frozenset[str]
    notices: list[Notice]

    def line_of(self, line: int) -> int:
        """The line of the body (from 1) for one of the text (from 0)."""
        at = bisect_right(self.origins, (line, 1 << 60)) - 1
        start, origin = self.origins[at] if at >= 0 else (0, 1)
        return origin + line - start


class Scan:
    """The text that is read, and what is put out for it."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.out: list[str] = []
        self.out_line = 0  # of what was put out
        self.in_line = 1  # of what was read
        self.position = 0
        self.origins: list[tuple[int, int]] = [(0, 1)]
        self.notices: list[Notice] = []
        self.never: set[str] = set()  # ends that do not come any more

    def finish(self) -> Expanded:
        """What was put out, as a whole."""
        text = "".join(self.out)
        footnotes = frozenset(re.findall(r"^[ \t>]*\[\^([^\]\s]{1,100})\]:", text, re.MULTILINE))
        return Expanded(text, tuple(self.origins), footnotes, self.notices)

    def copy_to(self, end: int) -> int:
        """Put out everything up to `end` as it is."""
        piece = self.body[self.position : end]
        self.out.append(piece)
        lines = piece.count("\n")
        self.out_line += lines
        self.in_line += lines
        self.position = max(self.position, end)
        return end

    def emit(self, text: str) -> None:
        """Put out something that nothing was read for."""
        self.out.append(text)
        self.out_line += text.count("\n")

    def replace_to(self, end: int, text: str = "") -> int:
        """Put `text` in the place of everything up to `end`."""
        self.emit(text)
        self.in_line += self.body.count("\n", self.position, end)
        self.origins.append((self.out_line, self.in_line))
        self.position = end
        return end

    def notice(self, kind: str, what: str) -> None:
        """Something of the line that is read is left out."""
        self.notices.append(Notice(self.in_line, kind, " ".join(what.split())[:80]))

    def find(self, end: str, start: int) -> int:
        """Where `end` comes next, -1 for never."""
        if end in self.never:
            return -1
        found = self.body.find(end, start)
        if found < 0:
            self.never.add(end)
        return found

    @property
    def line_so_far(self) -> str:
        """What of its line is before the place that is read."""
        return self.body[self.body.rfind("\n", 0, self.position) + 1 : self.position]

    @property
    def indent(self) -> str:
        """The blanks before the first word of the line that is read."""
        line = self.line_so_far
        return line[: len(line) - len(line.lstrip(" \t"))]

    @property
    def is_at_line_start(self) -> bool:
        return not self.line_so_far.strip()
