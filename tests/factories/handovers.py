"""The written conversations of `tests/assist/handovers/conversations.txt`, and how much of what is marked a summary has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.assist.summary import Said, Section, SummaryLine
from kb.assist.turns import Role

FILE = Path(__file__).parents[1] / "assist" / "handovers" / "conversations.txt"
_SECTIONS = {"f": Section.FACTS, "t": Section.TRIED, "p": Section.PROMISED, "q": Section.OPEN}
_ROLES = {"C": Role.CUSTOMER, "A": Role.AGENT}
BEGAN = datetime(2026, 11, 10, 5, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Written:
    """wanted: (section, number of the message, sentence)."""

    language: str
    part: str
    messages: Sequence[Said]
    wanted: Sequence[tuple[Section, int, str]]


def read_handovers() -> list[Written]:
    found: list[Written] = []
    for block in FILE.read_text(encoding="utf-8").split("\n= ")[1:]:
        head, *lines = block.strip().splitlines()
        language, part = head.split()
        messages, wanted = [], []
        for number, line in enumerate(lines):
            sentences = []
            for piece in line[3:].split(" | "):
                mark, colon, rest = piece.partition(":")
                marked = bool(colon) and mark in _SECTIONS
                sentences.append(rest if marked else piece)
                if marked:
                    wanted.append((_SECTIONS[mark], number, rest))
            # Sentences without a full stop stand on lines of their own, as in a chat.
            messages.append(Said(number, _ROLES[line[0]], "\n".join(sentences), BEGAN + timedelta(minutes=number)))
        found.append(Written(language, part, messages, wanted))
    return found


def is_wanted(line: SummaryLine, written: Written) -> bool:
    return any(_same(line, one) for one in written.wanted)


def _same(line: SummaryLine, wanted: tuple[Section, int, str]) -> bool:
    section, number, sentence = wanted
    return line.section is section and line.message_id == number and (line.text in sentence or sentence in line.text)


def count(results: Sequence[tuple[Written, Sequence[SummaryLine]]]) -> dict[str, tuple[float, float]]:
    """Precision and recall of each section, and of all."""
    shown, right, wanted, found = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for written, lines in results:
        for line in lines:
            for name in (line.section.value, "all"):
                shown[name] += 1
                right[name] += is_wanted(line, written)
        for one in written.wanted:
            for name in (one[0].value, "all"):
                wanted[name] += 1
                found[name] += any(_same(line, one) for line in lines)
    return {name: (right[name] / max(shown[name], 1), found[name] / wanted[name]) for name in wanted}
