"""Hindi and Bengali words are found by whatever spelling they are typed with; English stays English."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.native_words import find_native_word, find_settled_word, native_key, spelling_cost, typed_key


def word_of(typed: str, language: str) -> str | None:
    settled = find_settled_word(typed, language)
    return find_native_word(typed, language) if settled is None else settled


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("korbbo", "bn", "করব"),
        ("pawya", "bn", "পাওয়া"),
        ("bondhho", "bn", "বন্ধ"),
        ("thikanaa", "bn", "ঠিকানা"),
        ("shamne", "bn", "সামনে"),
        ("jayega", "hi", "जाएगा"),
        ("jaaegaa", "hi", "जाएगा"),
        ("mahiney", "hi", "महीने"),
        ("vaapis", "hi", "वापस"),
        ("zarooree", "hi", "ज़रूरी"),
    ],
)
def test_word_is_found_by_other_spellings(typed: str, language: str, meant: str) -> None:
    assert word_of(typed, language) == meant


@pytest.mark.parametrize("language", ["hi", "bn"])
@pytest.mark.parametrize("word", ["order", "cylinder", "warranty", "qr", "tv", "delivery", "subscription", "invoice"])
def test_english_words_and_short_codes_are_none(word: str, language: str) -> None:
    assert not word_of(word, language)


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [("er", "bn", "এর"), ("to", "hi", "तो"), ("the", "hi", "थे"), ("me", "hi", "में"), ("age", "bn", "আগে")],
)
def test_what_is_a_word_of_both_is_the_one_that_these_texts_mean(typed: str, language: str, meant: str) -> None:
    assert find_settled_word(typed, language) == meant


@pytest.mark.parametrize(
    ("word", "typed", "language"),
    [
        ("গেছে", "geche", "bn"),
        ("দেওয়া", "dewa", "bn"),
        ("পড়ে", "pore", "bn"),
        ("बच्चों", "bachchon", "hi"),
        ("लड़का", "ladka", "hi"),
    ],
)
def test_how_a_word_sounds_is_near_to_how_it_is_typed(word: str, typed: str, language: str) -> None:
    assert spelling_cost(typed_key(typed, language), native_key(word, language), 2.0) <= 0.5


@given(st.text("abcdehikmnorst", max_size=8), st.text("aeiouAOYBDhknrst", max_size=8), st.floats(0, 3))
def test_a_limit_only_cuts_off_what_is_above_it(typed: str, meant: str, most: float) -> None:
    cost = spelling_cost(typed, meant, math.inf)
    assert spelling_cost(typed, meant, most) == (cost if cost <= most else math.inf)


@settings(deadline=None)  # the first word waits for the lists
@given(st.text(max_size=60), st.sampled_from(["hi", "bn"]))
def test_any_word_is_accepted(word: str, language: str) -> None:
    find_native_word(word, language)
    native_key(word, language)
    typed_key(word, language)
