"""The written examples of pasted conversations; README.md beside them says how they are marked."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "assist" / "transcripts"
_ROLES = {"c": "customer", "a": "agent", "n": "note", "s": "system"}
_CHARACTERS = {"{nnbsp}": "\u202f", "{nbsp}": "\u00a0", "{lrm}": "\u200e", "{tab}": "\t"}
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u09ff\u200c\u200d]*[^\W_]*)*")


@dataclass(frozen=True)
class Example:
    """raw: what was pasted; turns: (role, words) as a careful person reads them; matter: per turn, without courtesies."""

    id: str
    language: str
    family: str
    raw: str
    turns: tuple[tuple[str, str], ...]
    matter: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1


def words_of(text: str) -> tuple[str, ...]:
    """What is compared: the words, or the signs of a text without any."""
    return tuple(_WORD.findall(text)) or tuple(text.split())


@cache
def read_examples() -> tuple[Example, ...]:
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = block.partition("\n")
            found.append(_example(path.stem, head.split(), body.rstrip("\n").split("\n")))
    return tuple(found)


def _example(family: str, head: list[str], lines: list[str]) -> Example:
    raw: list[str] = []
    turns: list[tuple[str, list[str], list[str]]] = []
    for line in lines:
        margin, bar, text = line[:1], line[1:2], line[2:]
        assert bar == "|", f"{head}: {line}"
        for name, character in _CHARACTERS.items():
            text = text.replace(name, character)
        before, *rest = text.split("¦")
        words = rest[0] if rest else before
        raw.append(text.replace("¦", ""))
        if margin.lower() in _ROLES:
            turns.append((_ROLES[margin.lower()], [], []))
        elif margin == "~" and not turns:
            margin = "-"
        if margin != "-":
            turns[-1][1].append(words)
            if margin in "CANS ":
                turns[-1][2].append(words)
    if "newest-first" in head:
        first = next(number for number, turn in enumerate(turns) if turn[0] != "system")
        turns[first:] = reversed(turns[first:])
    said = tuple((role, " ".join(" ".join(words).split())) for role, words, _ in turns)
    return Example(
        head[0], head[1], family, "\n".join(raw), said, tuple(" ".join(" ".join(m).split()) for _, _, m in turns)
    )
