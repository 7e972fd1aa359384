"""Remarks by the tone guide: on labelled replies, half of them held out, and on anything at all."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.insight.training.calm_cases import written_cases
from kb.insight.training.tone import LONGEST, Tone, judge_tone

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "relevance" / "calm_replies.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(("half", "least"), [("first", 0.9), ("held_out", 0.8)])
def test_remarks_on_labelled_replies(half: str, least: float) -> None:
    right, extra, missing = Counter[str](), Counter[str](), Counter[str]()
    for row in (row for row in ROWS if row["half"] == half):
        found = judge_tone(row["reply"], language=row["language"], feeling=row["feeling"])
        got, wanted = {one.kind.value for one in found}, set(row["remarks"])
        right.update(got & wanted)
        extra.update(got - wanted)
        missing.update(wanted - got)
    kinds = set(right) | set(missing)
    scores = [2 * right[kind] / (2 * right[kind] + extra[kind] + missing[kind]) for kind in kinds]
    assert sum(scores) / len(scores) >= least
    assert right.total() / (right.total() + extra.total()) >= least


def test_the_labelled_set_is_what_it_says() -> None:
    assert len(ROWS) >= 60
    assert len({row["reply"] for row in ROWS}) == len(ROWS)
    assert {row["language"] for row in ROWS} == {"en", "hi", "bn", "hi-Latn", "bn-Latn"}
    assert sum(row["half"] == "held_out" for row in ROWS) * 2 >= len(ROWS)
    assert {kind for row in ROWS for kind in row["remarks"]} <= set(Tone)


def test_each_remark_has_its_sentence_and_words() -> None:
    reply = "I'm sorry, however you should have called. It comes soon."
    found = {one.kind: one for one in judge_tone(reply, language="en", feeling=2)}
    assert found[Tone.SORRY_BUT].words == "however"
    assert found[Tone.BLAME].sentence == "I'm sorry, however you should have called."
    assert found[Tone.VAGUE_TIME].words == "soon"
    # With a day beside it "soon" says when.
    assert Tone.VAGUE_TIME not in {
        one.kind for one in judge_tone("It comes soon, on Friday.", language="en", feeling=0)
    }


def test_a_calm_customer_needs_no_saying_back() -> None:
    assert judge_tone("Your order leaves today.", language="en", feeling=0) == []
    assert [one.kind for one in judge_tone("Your order leaves today.", language="en", feeling=1)] == [
        Tone.NO_UNDERSTANDING
    ]


def test_written_cases_are_in_four_ways_of_writing() -> None:
    cases = written_cases()
    assert {one["language"] for one in cases} == {"en", "hi", "bn", "hi-Latn", "bn-Latn"}
    assert len({one["key"] for one in cases}) == len(cases)
    assert all(one["turns"] and one["turns"][-1]["role"] == "customer" for one in cases)


@given(st.text(max_size=300), st.sampled_from(["en", "hi", "bn-Latn", "", "und"]))
def test_any_reply_is_taken(text: str, language: str) -> None:
    for one in judge_tone(text, language=language, feeling=2):
        assert one.kind in Tone


def test_a_very_long_reply_takes_no_time() -> None:
    assert judge_tone("sorry but you should have " * LONGEST, language="en", feeling=2)
