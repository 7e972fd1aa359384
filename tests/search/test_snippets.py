from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.shown_text import as_shown
from kb.search.snippets import SNIPPET_LENGTH, clean_line, piece_with_most_words, snippet_around


def snippet_of(text: str, weights: Mapping[str, float]) -> tuple[str, tuple[int, int]]:
    shown = as_shown(text, ())
    return snippet_around(shown, piece_with_most_words(shown, weights))


def marked(text: str, **weights: float) -> str:
    snippet, (start, end) = snippet_of(text, weights)
    return snippet[start:end]


def test_the_sentence_with_the_most_telling_words_is_marked() -> None:
    text = "We send parcels daily. Lost parcels are refunded. Refunds take five days."
    assert marked(text, lost=2.0, parcel=1.0) == "Lost parcels are refunded."
    assert marked(text, refund=1.0, days=1.0) == "Refunds take five days."


def test_without_a_hit_the_first_sentence_is_marked() -> None:
    assert marked("First one. Second one.", zebra=1.0) == "First one."
    assert marked("First one. Second one.") == "First one."


def test_a_word_counts_only_from_its_beginning() -> None:
    assert marked("Discard it. A card is needed.", card=1.0) == "A card is needed."


def test_hindi_and_bengali_sentences_end_at_the_danda() -> None:
    assert marked("पहला वाक्य। रिफ़ंड पाँच दिन में आता है।", **{"रिफ़ंड": 1.0}) == "रिफ़ंड पाँच दिन में आता है।"
    assert marked("প্রথম কথা। রিফান্ড পাঁচ দিনে আসে।", **{"রিফান্ড": 1.0}) == "রিফান্ড পাঁচ দিনে আসে।"


def test_bullets_and_boxes_are_not_shown() -> None:
    assert clean_line("- Bold and code") == "Bold and code"
    assert clean_line("   - [x] Pack it") == "Pack it"
    assert clean_line("> two   blanks\t- and a dash") == "two blanks - and a dash"
    assert clean_line("snake_case, List<String> and 2 * 3") == "snake_case, List<String> and 2 * 3"
    assert clean_line("2. Wait") == "2. Wait"


def test_what_is_shown_is_one_line_of_sentences() -> None:
    text = "Ways\n\nWay · Days\nCard · 5\n\nThat is all. Or ask us."
    shown = as_shown(text, ["Refunds", "Ways"])
    assert shown.text == "Ways Way · Days Card · 5 That is all. Or ask us."
    starts = [0, *(end + 1 for end in shown.ends)]
    assert [shown.text[a:b] for a, b in zip(starts, shown.ends, strict=False)] == [
        "Ways", "Way · Days", "Card · 5", "That is all.", "Or ask us.",
    ]  # fmt: skip
    assert shown.heading_path == ("Refunds", "Ways")


@pytest.mark.parametrize("first", ["1. Look at the statement.", "12. पहले देखें।", "২। আগে দেখুন।"])
def test_the_number_of_a_step_is_no_sentence(first: str) -> None:
    shown = as_shown(f"{first} Then wait.\n2. Ask us.", ())
    assert shown.text[: shown.ends[0]] == first
    assert len(shown.ends) == 3


def test_a_snippet_grows_forwards_first_and_ends_with_a_sentence() -> None:
    text = " ".join(f"Sentence number {number} is about a lamp of some kind." for number in range(20))
    snippet, (start, end) = snippet_of(text, {"number 7": 1.0})
    assert snippet[start:end] == "Sentence number 7 is about a lamp of some kind."
    assert snippet.startswith(snippet[start:end])
    assert snippet.endswith(".")
    assert len(snippet) <= SNIPPET_LENGTH


def test_of_an_endless_sentence_the_beginning_is_shown() -> None:
    snippet, mark = snippet_of("First. " + "lamp " * 200, {"lamp": 1.0})
    assert snippet.endswith("lamp…")
    assert mark == (0, len(snippet))
    assert len(snippet) <= SNIPPET_LENGTH


@given(st.text(max_size=1500), st.dictionaries(st.text(min_size=1, max_size=8), st.floats(0.1, 5), max_size=5))
def test_the_mark_lies_within_the_snippet_and_the_snippet_is_short(text: str, weights: dict[str, float]) -> None:
    snippet, (start, end) = snippet_of(text, weights)
    assert 0 <= start <= end <= len(snippet)
    assert len(snippet) <= SNIPPET_LENGTH
