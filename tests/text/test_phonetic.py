"""Words by their sound, and as terms that are looked up from another script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.name_keys import rough_indic, rough_latin
from kb.text.phonetic import lexicon_key, phonetic_key, romanised_key, spelling_key
from kb.text.phonetic_terms import MARK, phonetic_terms, query_phonetic_terms, query_words


@pytest.mark.parametrize(
    "words",
    [
        ("refund", "रिफ़ंड", "রিফান্ড"),
        ("password", "पासवर्ड", "পাসওয়ার্ড"),
        ("delivery", "डिलीवरी", "ডেলিভারি"),
        ("order", "ऑर्डर", "অর্ডার"),
    ],
)
def test_english_words_sound_alike_in_every_script(words: tuple[str, ...]) -> None:
    assert len({phonetic_key(word) for word in words}) == 1


def test_words_that_only_hold_a_sentence_together_are_left_out() -> None:
    assert "how" not in query_words("how do I cancel", "en")
    assert list(query_words("how do I cancel", "en")) == ["cancel"]
    assert query_words("123", "und") == {"123": "123"}


def test_words_are_looked_up_in_the_other_script_only() -> None:
    latin, hindi, bengali = "refund status", "रिफ़ंड का स्टेटस", "রিফান্ড স্ট্যাটাস"
    assert set(query_phonetic_terms(latin, "en")) == set(phonetic_terms("रिफ़ंड स्टेटस"))
    assert (
        set(query_phonetic_terms(hindi, "hi")) == set(phonetic_terms(latin)) == set(query_phonetic_terms(bengali, "bn"))
    )
    assert set(query_phonetic_terms(latin, "en")).isdisjoint(phonetic_terms(latin))
    assert set(query_phonetic_terms(hindi, "hi")).isdisjoint(phonetic_terms(hindi))


def test_numbers_other_scripts_and_words_of_two_sounds_have_no_such_term() -> None:
    assert phonetic_terms("404 возврат टीम") == []
    assert query_phonetic_terms("404 возврат team", "en") == []


def test_terms_are_repeated_in_passages_and_not_in_queries() -> None:
    assert len(phonetic_terms("refund, refund")) == 2
    assert len(query_phonetic_terms("refund, refund", "en")) == 1


@given(st.text(max_size=200))
def test_any_text_gives_terms_that_an_engine_can_hold(text: str) -> None:
    for term in [*phonetic_terms(text), *query_phonetic_terms(text, "und")]:
        assert term.startswith(MARK)
        assert term.isascii()
        assert term.split() == [term]


def test_each_key_forgets_what_its_use_can_bear() -> None:
    # Telling languages: a spelling of one romanised word, yet English words stay what they are.
    assert romanised_key("theek") == romanised_key("thik")
    assert romanised_key("thick") != romanised_key("thik")
    assert romanised_key("Anna".lower()) != romanised_key("ana")
    # Looking up the lexicon: the text is known to be romanised, so doubled letters go too.
    assert lexicon_key("accha") == lexicon_key("acha")
    # Misspelt words: what the script lets people write either way; consonants stay different.
    assert spelling_key("क्रेडिट") == spelling_key("करेडिट")
    assert spelling_key("ताला") != spelling_key("माला")
    assert spelling_key("étage") == "etage"
    # By sound, all vowels go: "refund" and "rifand" are one, and so are words that are not.
    assert phonetic_key("refund") == phonetic_key("rifand") == phonetic_key("refined")
    assert spelling_key("refund") != spelling_key("refined")


@given(st.text(max_size=30))
def test_any_word_has_every_key(word: str) -> None:
    for key in (phonetic_key, spelling_key, romanised_key, lexicon_key, rough_latin, rough_indic):
        assert isinstance(key(word), str)
