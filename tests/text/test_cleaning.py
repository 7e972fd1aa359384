"""Which characters that nobody sees are taken out of which texts."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.cleaning import (
    blank_controls,
    clean_line,
    clean_message,
    clean_query,
    clean_text,
    has_override,
    without_format_characters,
)

CLEANERS = [clean_text, clean_line, clean_message, clean_query]


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize(
    "unwanted", ["\x00", "\x1b", "\x7f", "\ud83d", "\ufdd0", "\uffff", "\ufeff", "\u202e", "\u2067"]
)
def test_what_may_stay_nowhere_is_taken_out_everywhere(clean: Callable[[str], str], unwanted: str) -> None:
    assert unwanted not in clean(f"one{unwanted}two {unwanted} three{unwanted}")


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize("word", ["ক্\u200dষ", "র\u200c্যাম", "शक्\u200dति"])
def test_joiners_inside_of_words_stay_everywhere(clean: Callable[[str], str], word: str) -> None:
    assert clean(word) == unicodedata.normalize("NFC", word) or clean(word) == word


def test_marks_of_direction_stay_in_articles_and_go_where_they_could_hide_a_number() -> None:
    text = "98765\u200e43210 \u200fשלום"
    assert clean_text(text) == text
    assert clean_message(text) == "9876543210 שלום"
    assert clean_query(text) == "98765 43210 שלום"


def test_lines_end_in_one_way() -> None:
    assert clean_text("a\r\nb\rc\n") == clean_message("a\r\nb\rc\n") == "a\nb\nc\n"


def test_a_line_is_folded_and_has_nothing_invisible_at_its_ends() -> None:
    assert clean_line("\u200d  Cafe\u0301\t of\n us \u2060") == "Café of us"


def test_a_query_is_one_line_and_words_that_stood_apart_stay_apart() -> None:
    assert clean_query("refund\u200bstatus\n\nof\x0border") == "refund status of order"


def test_slugs_have_no_format_characters_at_all() -> None:
    assert without_format_characters("क्\u200dष\u00ad\u200e\u2060x") == "क्षx"


def test_an_override_of_direction_is_noticed() -> None:
    assert has_override("pay \u202ereh")
    assert not has_override("pay \u200ehere \u200d")


@pytest.mark.parametrize("clean", CLEANERS)
@given(text=st.text(alphabet=st.characters(), max_size=100))
def test_cleaning_twice_changes_nothing_more(clean: Callable[[str], str], text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()  # no half of a surrogate pair is left


def test_in_a_pasted_conversation_a_blank_takes_the_place_so_that_nothing_moves() -> None:
    text = "Asha:\x00hello\r\n\tme:\x0bhi \U0001fffe"
    assert blank_controls(text) == "Asha: hello\r\n\tme: hi  "
    assert len(blank_controls(text)) == len(text)
