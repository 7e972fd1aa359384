"""A gap has a short title in somebody's own words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from kb.insight.gaps.titles import LONGEST, choose_title, shorten_question

COMPLAINT = (
    "I have been a customer for six years and never had to write such a letter. On Tuesday your driver left the parcel with "
    "somebody I do not know, on Wednesday nobody answered the phone. Who pays for a parcel that was given to the wrong person? "
    "I expect an answer today, and I have told all my friends about it already."
)


def test_a_long_complaint_has_the_sentence_that_asks_for_its_title() -> None:
    assert shorten_question(COMPLAINT) == "Who pays for a parcel that was given to the wrong person?"


@pytest.mark.parametrize("text", ["मेरा पार्सल " * 30, "আমার পার্সেল " * 30, "x" * 400, "ক্ষ" * 300])
def test_a_title_is_cut_between_words_and_never_within_a_letter(text: str) -> None:
    title = shorten_question(text)
    assert len(title) <= LONGEST
    assert text.startswith(title.rstrip("…")[:20])
    assert not title.rstrip("…").endswith(("्", "্"))


def test_of_questions_that_are_as_near_the_one_that_reads_well_is_taken() -> None:
    questions = ["nepal", "Do you deliver to Nepal?", "nepal delivery " * 20]
    assert choose_title(questions, np.array([0.93, 0.90, 0.94], np.float32)) == "Do you deliver to Nepal?"
    assert choose_title(questions, np.array([0.93, 0.60, 0.70], np.float32)) == "nepal"


@given(some.text(max_size=2_000))
def test_any_text_has_a_title_of_bounded_length(text: str) -> None:
    assert len(shorten_question(text)) <= LONGEST
