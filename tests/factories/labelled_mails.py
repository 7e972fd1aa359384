"""Reads the labelled mails in `tests/tickets/mails/` and `later_mails/`: one file a kind, half of each for tuning,
half for testing only.

A mail begins with `@ name language [html]`. Its lines: `= ` what the writer wrote, `- ` what is to go, `~ ` either
(greetings, names under a letter), an empty line for itself. With `html` the source stands in lines that begin
with `< `, and the others say what a reader must and must not find.
"""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "tickets"
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u09ff]+)?")


@dataclass(frozen=True)
class Mail:
    kind: str
    name: str
    language: str
    text: str
    content: tuple[str, ...]
    boilerplate: tuple[str, ...]
    held_out: bool


@dataclass(frozen=True)
class Score:
    lost: list[str]  # content lines that are not in the cleaned text
    left: list[str]  # boilerplate lines that are
    content: int
    boilerplate: int

    @property
    def kept_share(self) -> float:
        return 1 - len(self.lost) / self.content

    @property
    def left_share(self) -> float:
        return len(self.left) / self.boilerplate


def read_mails(folder: str = "mails") -> list[Mail]:
    mails = []
    for path in sorted((FOLDER / folder).glob("*.txt")):
        for number, part in enumerate(re.split(r"(?m)^@ ", path.read_text("utf-8"))[1:]):
            head, *lines = part.rstrip("\n").split("\n")
            name, language, *flags = head.split()
            html = "html" in flags
            text = "\n".join(line[2:] for line in lines if not html or line.startswith("< "))
            content = tuple(line[2:] for line in lines if line.startswith("= "))
            boilerplate = tuple(line[2:] for line in lines if line.startswith("- ") and _words(line))
            mails.append(Mail(path.stem, name, language, text, content, boilerplate, held_out=number % 2 == 1))
    return mails


def score(mails: list[Mail], cleaned: list[str]) -> Score:
    """A line is in a text if four fifths of its words stand, in order, in one line of it."""
    lost, left = [], []
    for mail, text in zip(mails, cleaned, strict=True):
        found = [_words(line) for line in text.split("\n")]
        lost += [f"{mail.name}: {line}" for line in mail.content if not _is_in(_words(line), found)]
        left += [f"{mail.name}: {line}" for line in mail.boilerplate if _is_in(_words(line), found)]
    return Score(lost, left, sum(len(m.content) for m in mails), sum(len(m.boilerplate) for m in mails))


def _words(line: str) -> list[str]:
    return _WORD.findall(line.casefold())


def _is_in(words: list[str], lines: list[list[str]]) -> bool:
    if not words:
        return True
    return any(_longest_common(words, line) >= 0.8 * len(words) for line in lines if line)


def _longest_common(first: list[str], second: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for word in first:
        previous = 0
        for number, other in enumerate(second, start=1):
            previous, row[number] = row[number], previous + 1 if word == other else max(row[number], row[number - 1])
    return row[-1]
