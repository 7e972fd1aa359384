"""The terms of the lexical index: whole Indic words, stems, exact codes."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.terms import (
    EXACT_MARK,
    MAX_QUERY_TERMS,
    index_terms,
    is_exact_term,
    is_function_word,
    normalise,
    query_terms,
    stem_bengali,
    weighted_query_terms,
)


def stems(text: str, language: str) -> list[str]:
    return [term for term in index_terms(text, language) if not term.startswith(EXACT_MARK)]


@pytest.mark.parametrize(
    ("word", "language"),
    [("ग्राहक", "hi"), ("क्रेडिट", "hi"), ("গ্রাহক", "bn"), ("অ্যাকাউন্ট", "bn"), ("পাসওয়ার্ড", "bn"), ("ரசீது", "ta")],
)
def test_word_of_an_indic_script_stays_one_term(word: str, language: str) -> None:
    assert len(stems(word, language)) == 1


def test_word_keeps_its_vowel_signs() -> None:
    assert index_terms("ग्राहक", "hi") == ["ग्राहक"]
    assert index_terms("অ্যাকাউন্ট", "bn") == ["অ্যাকাউন্ট"]


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("हिन्दी", "हिंदी", "hi"),
        ("सम्पर्क", "संपर्क", "hi"),
        ("ज़रूरत", "जरूरत", "hi"),
        ("पाँच", "पांच", "hi"),
        ("क्\u200dया", "क्या", "hi"),
        ("পাসওয়ার্ড", unicodedata.normalize("NFD", "পাসওয়ার্ড"), "bn"),
        ("र\u200c्यम", "र्यम", "hi"),
        ("২১৮৯", "2189", "bn"),
        ("२१८९", "2189", "hi"),
        ("Wi-Fi", "wi–fi", "en"),
    ],
)
def test_two_spellings_of_one_word_give_the_same_terms(one: str, other: str, language: str) -> None:
    assert index_terms(one, language) == index_terms(other, language)


def test_stems_join_the_forms_of_a_word_in_three_languages() -> None:
    assert stems("refunds refunded refunding", "en") == ["refund"] * 3
    assert len(set(stems("ऑर्डर ऑर्डरों", "hi"))) == 1
    assert set(stems("গ্রাহক গ্রাহকদের গ্রাহকের গ্রাহককে গ্রাহকরা", "bn")) == {"গ্রাহক"}
    assert set(stems("টাকা টাকার টাকাটা টাকাও", "bn")) == {"টাকা"}


def test_inflected_word_is_indexed_as_it_stands_too() -> None:
    assert index_terms("refunded refund", "en") == ["refund", "=refunded", "refund"]


def test_weights_prefer_exact_forms_and_content_words() -> None:
    assert weighted_query_terms("the refunded order", "en") == {
        "the": 0.75,
        "refund": 1.0,
        "=refunded": 0.5,
        "order": 1.5,
    }
    assert weighted_query_terms("who are you", "en") == {"who": 1.5, "are": 1.5, "you": 1.5}


def test_long_text_loses_its_function_words_first() -> None:
    weights = weighted_query_terms("the " * 50 + "refund", "en")
    assert weights == {"refund": 1.5}


def test_short_bengali_word_and_conjunct_are_not_mangled() -> None:
    assert stem_bengali("ঘর") == "ঘর"
    assert stem_bengali("মাত্র") == "মাত্র"


def test_english_word_in_a_hindi_text_meets_the_english_one() -> None:
    assert index_terms("refunds", "hi") == index_terms("refunds", "en") == index_terms("refunds", "hi-Latn")


def test_code_is_found_whole_without_joints_and_by_its_parts() -> None:
    terms = set(index_terms("Order JH-12345678 gave MQRC_CLUSTER_PUT (2189)", "en"))
    assert {"jh12345678", "jh", "12345678", "2189", "mqrcclusterput", "cluster"} <= terms
    assert set(query_terms("jh12345678", "en")) <= terms
    assert set(query_terms("#JH-12345678", "en")) <= terms


def test_number_is_never_stemmed() -> None:
    assert index_terms("2189s 4.1.1.1", "en") == ["2189s", "4", "1", "1", "1", "4111"]
    assert is_exact_term("2189s")
    assert not is_exact_term("refund")


def test_apostrophes_do_not_split_words() -> None:
    assert stems("customer's customer’s customers", "en") == ["custom"] * 3
    assert index_terms("can’t", "en") == index_terms("cant", "en")


def test_query_has_each_term_once_and_no_function_words() -> None:
    assert query_terms("How do I get a refund? A refund please!", "en") == ["refund"]
    assert query_terms("मुझे रिफंड कैसे चाहिए", "hi") == stems("रिफंड", "hi")
    assert query_terms("আমি কীভাবে টাকা ফেরত পাব", "bn")[:2] == ["টাকা", "ফেরত"]
    assert query_terms("mera order kab aayega", "hi-Latn")[0] == "order"


def test_romanised_function_words_are_words_in_english() -> None:
    assert is_function_word("main", "hi-Latn")
    assert not is_function_word("main", "en")


def test_query_of_function_words_alone_keeps_them() -> None:
    assert query_terms("who are you", "en") == ["who", "are", "you"]


def test_long_query_is_cut_to_its_first_terms() -> None:
    terms = query_terms(" ".join(f"word{number}" for number in range(500)), "en")
    assert terms == [f"word{number}" for number in range(MAX_QUERY_TERMS)]


@pytest.mark.parametrize("text", ["", "   ", "?!…", "😀", "\u200d\u200d", "\u093c"])
def test_text_without_words_has_no_terms(text: str) -> None:
    assert index_terms(text, "en") == []
    assert query_terms(text, "und") == []


@given(st.text(), st.sampled_from(["en", "hi", "bn", "hi-Latn", "bn-Latn", "fr", "mr", "und", ""]))
def test_terms_are_stable_and_free_of_blanks(text: str, language: str) -> None:
    terms = index_terms(text, language)
    assert all(term and not term.isspace() and term.split() == [term] for term in terms)
    assert set(query_terms(text, language)) <= set(terms)
    assert set(weighted_query_terms(text, language)) <= set(terms)
    assert normalise(normalise(text)) == normalise(text)


def test_threads_do_not_disturb_each_other() -> None:
    words = [f"{stem}ing" for stem in ("walk", "talk", "refund", "ship", "track", "return")] * 200
    expected = [index_terms(f"{word} {number}", "en") for number, word in enumerate(words)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda pair: index_terms(f"{pair[1]} {pair[0]}", "en"), enumerate(words))) == expected
