"""Hindi and Bengali in Latin letters become native script before they are encoded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.phonetic import lexicon_key
from kb.text.transliteration import to_native


def test_hindi_in_latin_letters_becomes_devanagari_and_english_words_stay() -> None:
    found = to_native("mera order kab aayega", "hi-Latn")
    assert found.text.split() == ["मेरा", "order", "कब", "आएगा"]
    assert found.english[0] == "my"


def test_bengali_in_latin_letters_becomes_bengali_script() -> None:
    assert to_native("taka kobe ferot pabo", "bn-Latn").text == "টাকা কবে ফেরত পাব"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paisa", "paisaa"),
        ("wapas", "vapas"),
        ("zaroorat", "jarurat"),
        ("karen", "kare"),
        ("subah", "suba"),
        ("accha", "acha"),
    ],
)
def test_spellings_of_one_word_have_one_lexicon_key(one: str, other: str) -> None:
    assert lexicon_key(one) == lexicon_key(other)


def test_forms_of_a_verb_are_found_by_its_stem() -> None:
    for form in ("bhejna", "bhejo", "bhejiye", "bhejenge", "bhejdo"):
        assert to_native(form, "hi-Latn").native == ("भेज",)


@pytest.mark.parametrize("language", ["en", "hi", "bn", "und", "fr"])
def test_text_of_other_languages_stays_as_it_is(language: str) -> None:
    assert to_native("the main order is late", language).text == "the main order is late"


def test_codes_names_and_unknown_words_stay() -> None:
    text = to_native("JH-12345678 Priyanka ka order nahi mila", "hi-Latn").text
    assert text.startswith("JH-12345678 Priyanka ")


def test_word_that_the_collection_has_is_no_spelling_of_another_one() -> None:
    assert to_native("gobhli kab", "hi-Latn", lambda word: word == "gobhli").text == "gobhli कब"


@settings(deadline=None)  # the first text waits for the lists
@given(st.text(max_size=80), st.sampled_from(["hi-Latn", "bn-Latn"]))
def test_any_text_is_accepted(text: str, language: str) -> None:
    found = to_native(text, language)
    assert len(found.english) == len(found.native)
