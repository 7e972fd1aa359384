"""Earlier mails below or within a mail: quoted ones go, forwarded ones are what it is about."""

import re

from kb.text.mail import quotes
from kb.text.mail.signature import is_greeting

# Two letters, or a letter and its vowel sign.
_LETTERS = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\u0900-\u0dff])")

# A mail forwarded within a forwarded one, and so on: of what goes deeper the marks stay.
_DEEPEST_FORWARD = 5


def has_words(line: str) -> bool:
    """Whether anything in the line can be read aloud."""
    return bool(_LETTERS.search(line))


def without_earlier_mails(lines: list[str]) -> list[str]:
    """The lines without quoted mails and without the headers of forwarded ones, whose text is the matter."""
    lines = quotes.with_quotation_marks(lines)
    kept: list[str] = []
    headed = False  # a line said whose words follow
    number = unquoted = 0
    last_words = max((number for number, line in enumerate(lines) if has_words(line)), default=-1)
    above = ""  # the beginning of what stands above, without greetings
    while number < len(lines):
        line = lines[number]
        if quotes.is_forward_marker(line):
            # Some programs quote what they forward, too.
            if unquoted < _DEEPEST_FORWARD and _is_quoted(lines, number + 1):
                lines = [*lines[: number + 1], *(_unquoted(other) for other in lines[number + 1 :])]
                unquoted += 1
            number = _after_headers(lines, number + 1)
            continue
        if quotes.is_original_marker(line):
            if has_words(above):
                break
            number = _after_headers(lines, number + 1)
            continue
        block = quotes.read_header_block(lines, number) if quotes.header_kind(line) else None
        if block and block[0] <= last_words:
            if not quotes.is_passed_on(above, block[1]):
                break
            number = block[0]
            continue
        length = quotes.wrote_header_at(lines, number)
        if length:
            headed = True
            number += length
            if has_words(above) and not _is_quoted(lines, number):
                break
            continue
        kept.append(line)
        if len(above) <= 200 and line.strip() and not is_greeting(line):
            above = f"{above}\n{line[:200]}".strip()
        number += 1
    return _without_quoted_lines(kept, headed=headed)


def _after_headers(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    while number < len(lines) and quotes.header_kind(lines[number]):
        number += 1
    return number


def _unquoted(line: str) -> str:
    return line.lstrip()[1:].removeprefix(" ") if line.lstrip().startswith(">") else line


def _is_quoted(lines: list[str], number: int) -> bool:
    """True where what follows is marked with `>`, so that an answer may stand below it."""
    while number < len(lines) and not lines[number].strip():
        number += 1
    return number == len(lines) or lines[number].lstrip().startswith(">")


def _without_quoted_lines(lines: list[str], *, headed: bool) -> list[str]:
    """Without lines that begin with `>`. Where nothing says that they are somebody's words (no header, no blank line before
    them), they are part of the text: what a terminal shows, a menu path."""
    quoted = [line.lstrip().startswith(">") for line in lines]
    if not any(quoted):
        return lines
    begins = [number for number, found in enumerate(quoted) if found and (number == 0 or not quoted[number - 1])]
    if not headed and not any(number == 0 or not lines[number - 1].strip() for number in begins):
        return lines
    return [line for line, found in zip(lines, quoted, strict=True) if not found]
