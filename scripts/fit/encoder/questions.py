"""Sections and the questions that people ask about them, in groups of sections that lie near each other."""

import json
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WRITTEN = Path(__file__).parents[1] / "questions"
# Of the invented businesses so many are never trained on: what they are measured with.
_HELD_OUT = 4


@dataclass
class Section:
    """One section as the encoder reads it. yes: questions that it answers; no: near misses, which nothing answers."""

    text: str
    language: str
    group: str
    yes: list[str]
    no: list[str]
    ways: list[str] = field(default_factory=list)  # of each question in `yes` how it is written


def read_businesses() -> tuple[dict[str, list[Section]], dict[str, list[Section]]]:
    """Invented businesses to train on, and those that are held out (a quarter, chosen by name)."""
    parts: tuple[dict[str, list[Section]], dict[str, list[Section]]] = ({}, {})
    for path in sorted(WRITTEN.glob("*.jsonl")):
        rows = read_lines(path)
        parts[is_held_out(path.stem)][path.stem] = [_section(row, path.stem) for row in rows]
    return parts


def is_held_out(business: str) -> bool:
    return zlib.crc32(business.encode()) % _HELD_OUT == 0


def _section(row: dict[str, Any], group: str) -> Section:
    yes = [(text, way) for way, texts in row["yes"].items() for text in texts]
    return Section(
        section_text(row["title"], row["heading"], row["text"]),
        row["lang"],
        group,
        [text for text, _ in yes],
        [text for texts in row["no"].values() for text in texts],
        [way for _, way in yes],
    )


def section_text(title: str, heading: str, text: str) -> str:
    return f"{title} › {heading}\n{text}" if heading and heading != title else f"{title}\n{text}"


def read_help_sections(data: Path) -> list[Section]:
    """Sections of public documentation with questions that were written for them; none without the evaluation sets."""
    folder = data / "help_sections"
    if not folder.is_dir():
        return []
    texts = {
        row["id"]: section_text(row["title"], row["heading"], row["text"])
        for row in read_lines(folder / "sections.jsonl")
    }
    return [
        Section(
            texts[row["section"]],
            "en",
            row["section"].partition(":")[0],
            row["yes"] + [row[key] for key in ("hi", "bn") if key in row],
            row["no"],
        )
        for row in read_lines(folder / "questions.jsonl")
    ]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def group_by_likeness(
    sections: list[Section], vectors: NDArray[np.float32], size: int, random: np.random.Generator
) -> list[list[Section]]:
    """Groups of `size` sections of one source, each begun with a section by chance and filled with its nearest ones."""
    by_source: dict[str, list[int]] = defaultdict(list)
    for number, section in enumerate(sections):
        by_source[section.group].append(number)
    groups = []
    for rows in by_source.values():
        left = list(random.permutation(rows))
        while len(left) >= size // 2:
            first, rest = left[0], np.array(left[1:], np.int64)
            nearest = rest[np.argsort(-(vectors[rest] @ vectors[first]), kind="stable")[: size - 1]].tolist()
            groups.append([sections[row] for row in (first, *nearest)])
            left = [row for row in left if row != first and row not in nearest]
    return groups
