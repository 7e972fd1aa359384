from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text import quantities
from kb.text.quantities import find_quantities
from kb.text.terms import FUNCTION_WORD_WEIGHT, QUANTITY_WEIGHT, normalise, weighted_query_terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refund not received after 10 days", "10 days"),
        ("waiting for two weeks", "two weeks"),
        ("within 5-7 working days", "5-7 working days"),
        ("paisa das din se nahi aaya", "das din"),
        ("रिफंड 10 दिन से नहीं आया", "10 दिन"),
        ("দশ দিন হয়ে গেল", "দশ দিন"),
        ("पाँच हफ़्तों से", "पांच हफ्तों"),
        ("since 48hrs", "48hrs"),
        ("paid 2,000 rupees", "2,000"),
        ("rs 500 cut", "500"),
        ("৩৫০ টাকার জিনিস", "350"),
        ("5 gift cards", ""),
        ("which day", ""),
        ("error 2043", ""),
        ("windows 11", ""),
    ],
)
def test_a_number_with_a_unit_is_a_quantity_and_a_span_of_time_is_one_with_its_unit(text: str, found: str) -> None:
    words = normalise(text).split()
    assert " ".join(words[place] for place in sorted(find_quantities(words))) == found


@given(st.lists(st.text(max_size=12), max_size=40))
def test_any_words_are_looked_at(words: list[str]) -> None:
    assert all(0 <= place < len(words) for place in find_quantities(words))


def test_the_number_and_the_days_of_a_question_hardly_count() -> None:
    terms = weighted_query_terms("refund not received after 10 days", "en")
    assert max(terms["10"], terms["day"]) <= 1.5 * QUANTITY_WEIGHT < FUNCTION_WORD_WEIGHT
    assert terms["refund"] == weighted_query_terms("refund", "en")["refund"]
    bengali = weighted_query_terms("১০ দিন ধরে রিফান্ড আসেনি", "bn")
    assert bengali["10"] <= 1.5 * QUANTITY_WEIGHT


def test_a_query_that_is_nothing_but_a_quantity_is_looked_up_by_it() -> None:
    assert weighted_query_terms("10 days", "en") == {"10": 1.5, "day": 1.0, "=days": 0.5}


def test_the_lists_are_spelt_as_queries_are_compared() -> None:
    text = Path(quantities.__file__).with_name("quantities.json").read_text("utf-8")
    assert normalise(text) == text
