"""How like a reply is to what was sent: the same in other words, a part of it, something else."""

import json
from pathlib import Path

import pytest

from indexer.encoders.opening import open_encoder
from kb.core.settings import Settings
from kb.insight.training.likeness import IS_PART, IS_SAME, compare_replies

pytestmark = pytest.mark.bundled
ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("practice_replies.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_the_same_a_part_and_something_else_are_told_apart(bundled_settings: Settings) -> None:
    encoder = open_encoder(bundled_settings)
    values = {
        kind: [found.value for row in ROWS if (found := compare_replies(encoder, row["sent"], row[kind])) is not None]
        for kind in ("same", "part", "other")
    }
    assert sum(value >= IS_SAME for value in values["same"]) >= len(ROWS) - 2
    assert sum(value < IS_SAME for value in values["part"]) >= len(ROWS) - 3
    assert sum(value >= IS_PART for value in values["part"]) >= len(ROWS) - 2
    assert sum(value < IS_PART for value in values["other"]) >= len(ROWS) - 2
