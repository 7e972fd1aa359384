"""The written sets themselves: as many as promised, each different, halves even, labels that stand in the sample articles."""

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

KINDS = {"person", "complaint", "greeting", "thanks", "letters", "lone", "acknowledgement", "question"}


def rows_of(name: str, keys: set[str]) -> list[dict[str, Any]]:
    """All lines of a set; a line with other keys than these fails here."""
    rows = [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    assert [row for row in rows if set(row) != keys] == []
    return rows


def script_of(text: str) -> str:
    """Of the first letter; "" where there is none."""
    return next((unicodedata.name(char).split()[0] for char in text if unicodedata.category(char)[0] == "L"), "")


def repeated(texts: list[str]) -> list[str]:
    """Texts that come more than once, whatever their case and spacing."""
    plain = Counter(" ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in texts)
    return [text for text, count in plain.items() if count > 1]


def assert_halves_are_even(parts: list[str]) -> None:
    halves = Counter(parts)
    assert set(halves) == {"fit", "test"}
    assert abs(halves["fit"] - halves["test"]) <= 1 + len(parts) // 50, halves


@pytest.fixture(scope="module")
def no_questions() -> list[dict[str, Any]]:
    return rows_of("no_questions.jsonl", {"text", "kind", "part"})


def test_no_questions_are_enough_and_each_is_another(no_questions: list[dict[str, Any]]) -> None:
    kinds = Counter(row["kind"] for row in no_questions)
    assert len(no_questions) >= 440
    assert set(kinds) == KINDS
    assert kinds["question"] >= 160
    assert min(kinds.values()) >= 40
    assert repeated([row["text"] for row in no_questions]) == []


def test_no_questions_have_even_halves_and_all_scripts_in_every_kind(no_questions: list[dict[str, Any]]) -> None:
    for kind in KINDS:
        rows = [row for row in no_questions if row["kind"] == kind]
        assert_halves_are_even([row["part"] for row in rows])
        for part in ("fit", "test"):
            scripts = {script_of(row["text"]) for row in rows if row["part"] == part}
            assert scripts >= {"LATIN", "DEVANAGARI", "BENGALI"}, (kind, part)
