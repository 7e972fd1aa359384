"""Level-1 headings of a Markdown body: where the title of an article without front matter is found."""

import re
from dataclasses import dataclass

from kb.articles.rendering import shown_text
from kb.text.cleaning import clean_line

_ATX = re.compile(r"^ {0,3}#(?!#)[ \t]+(.*)$")
_SETEXT = re.compile(r"^=+[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class TitleHeading:
    """`rest` is the body without the heading; `is_first` says that nothing stands before it."""

    title: str
    is_first: bool
    rest: str


def first_title(body: str) -> TitleHeading | None:
    """The first level-1 heading with a text that is not inside a code block."""
    lines = body.split("\n")
    fence = ""
    for number, line in enumerate(lines):
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if opening:
            fence = opening[1]
            continue
        heading, height = _heading_at(lines, number)
        if heading:
            is_first = not any(before.strip() for before in lines[:number])
            return TitleHeading(heading, is_first, "\n".join(lines[:number] + lines[number + height :]))
    return None


def remove_repeated_title(title: str, body: str) -> str:
    """The body without level-1 headings at its head that only say the title again: the page shows it already."""
    heading = first_title(body)
    while heading is not None and heading.is_first and heading.title == title:
        body = heading.rest
        heading = first_title(body)
    return body


def _heading_at(lines: list[str], number: int) -> tuple[str, int]:
    line = lines[number]
    if match := _ATX.match(line):
        # By hand: an expression that also leaves out the marks at the end tries every way to share the blanks.
        return _plain(match[1].rstrip(" \t").rstrip("#").rstrip(" \t")), 1
    underlined = number + 1 < len(lines) and _SETEXT.match(lines[number + 1])
    paragraph_starts = number == 0 or not lines[number - 1].strip()
    if underlined and paragraph_starts and line.strip() and not line.startswith(("    ", "\t")):
        return _plain(line), 2
    return "", 0


def _plain(markdown: str) -> str:
    """A heading's text without its markup."""
    if re.search(r"[*_`\[\]<>&\\]", markdown):
        return clean_line(shown_text(f"# {markdown}"))
    return clean_line(markdown)
