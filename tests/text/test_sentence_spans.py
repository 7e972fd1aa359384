"""Replies in three scripts are cut where sentences end, and nowhere else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.sentences import sentence_spans, split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["Please call ext. 240, they are there.", "It costs Rs. 500 only!", "Is that all right?"],
        ["Mr. Sen has it.", "Dr. A. K. Rao wrote on the 3rd.", "He is at No. 14."],
        ["आपका रिफ़ंड आज शुरू हुआ।", "डॉ. सेन ने देखा है।", "ठीक है?"],
        ["আপনার রিফান্ড শুরু হয়েছে।", "ডাঃ সেন দেখেছেন।"],
        ["1. Open the app.", "2. Tap Help."],
        ['He said "wait."', "Then he left…", "So did I."],
        ["The price is 1.5 lakh at shop.example.com today."],
    ],
)
def test_sentences_are_told_apart(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


def test_lines_end_sentences() -> None:
    assert split_sentences("Hello Asha\n\nYour order has left\n") == ["Hello Asha", "Your order has left"]


@given(st.text(max_size=300))
def test_spans_are_in_order_and_hold_all_that_is_not_white_space(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join(text[start:end] for start, end in spans).split() or not text.strip()
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
