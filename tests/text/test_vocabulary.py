"""Which known words are near a word that is not known."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.terms import EXACT_MARK, index_terms, normalise
from kb.text.vocabulary import Vocabulary, _bits_of, _bits_of_one, may_be_misspelt


def vocabulary(text: str, language: str = "en") -> Vocabulary:
    return Vocabulary(dict.fromkeys(index_terms(text, language), 1))


def near(known: str, typed: str, language: str = "en") -> set[str]:
    return {found.word for found in vocabulary(known, language).near(normalise(typed))}


@pytest.mark.parametrize("typed", ["refnd", "refuund", "refumd", "reufnd", "efund"])
def test_a_letter_missing_too_many_wrong_or_changed_round_is_one_slip(typed: str) -> None:
    assert near("refund delivery coupon", typed) == {"refund"}


@pytest.mark.parametrize("typed", ["athentcation", "auhtenticatoin", "authemticatiom"])
def test_long_words_may_have_two_slips(typed: str) -> None:
    assert "authentication" in near("authentication of payments", typed)


def test_short_words_may_not() -> None:
    assert near("refund", "rfnd") == set()


def test_two_slips_with_another_first_letter_make_another_word() -> None:
    assert near("connection", "bonnection") == {"connection"}
    assert near("connection", "bonnectoin") == set()


@pytest.mark.parametrize(
    ("known", "typed", "language"),
    [
        ("पासवर्ड", "पासवड", "hi"),
        ("डिलीवरी", "डिलेवरी", "hi"),  # another vowel sign
        ("किस्त", "कीस्त", "hi"),  # a long vowel for a short one
        ("मशीन", "मसीन", "hi"),
        ("अकाउंट", "अकांउट", "hi"),  # the nasal in another place
        ("फ़्रिज", "फ्रीज", "hi"),  # no nukta, a long vowel
        ("পাসওয়ার্ড", "পাসওয়াড", "bn"),
        ("ডেলিভারি", "ডেলিভারী", "bn"),
        ("পেমেন্ট", "পেমেণ্ট", "bn"),
        ("কুরিয়ার", "কুরীয়ার", "bn"),
    ],
)
def test_indic_words_are_near_what_is_written_almost_alike(known: str, typed: str, language: str) -> None:
    stems = set(index_terms(known, language))
    if stems.isdisjoint(index_terms(typed, language)):
        assert near(known, typed, language) & {term.removeprefix(EXACT_MARK) for term in stems}


@pytest.mark.parametrize(("known", "typed"), [("माला", "ताला"), ("वाला", "ताला"), ("ফ্যান", "প্যান"), ("ট্যাগ", "ব্যাগ")])
def test_one_other_consonant_makes_another_word_of_a_short_indic_one(known: str, typed: str) -> None:
    assert near(known, typed, "hi") == set()


@pytest.mark.parametrize("word", ["4711", "jh-12345678", "sm05b4711", "wi-fi", "o'neil", "abc", "x" * 31, ""])
def test_numbers_codes_and_joined_words_are_never_looked_at(word: str) -> None:
    assert not may_be_misspelt(word)


def test_codes_are_never_proposed() -> None:
    assert near("model kx250 and kxabc", "kxab") == {"kxabc"}


def test_accents_are_no_slips() -> None:
    assert near("résumé", "resumee") == {"résumé"}


def test_words_that_are_added_are_found_and_the_old_vocabulary_stays_as_it_was() -> None:
    before = vocabulary("refund")
    after = before.with_terms(["voucher", "refund"])
    assert [found.word for found in after.near("vouchr")] == ["voucher"]
    assert [found.word for found in after.near("refnd")] == ["refund"]
    assert before.near("vouchr") == []
    assert before.with_terms(["refund"]) is before


def test_frequency_is_that_of_all_forms() -> None:
    found = Vocabulary({"refund": 7, EXACT_MARK + "refunds": 2}).near("refundss")
    assert {(near.word, near.frequency, near.is_inflected) for near in found} == {
        ("refunds", 2, True),
        ("refund", 7, False),
    }


words = st.text(string.ascii_lowercase[:4], min_size=4, max_size=7)


def one_slip_away(word: str) -> set[str]:
    """After Norvig's spelling corrector: every text that one slip makes of a word."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = string.ascii_lowercase[:4]
    deleted = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    replaced = {a + c + b[1:] for a, b in cuts if b for c in letters}
    inserted = {a + c + b for a, b in cuts for c in letters}
    return deleted | swapped | replaced | inserted


@given(st.sets(words, max_size=40), words)
def test_of_shorter_words_those_one_slip_away_are_found_and_no_others(known: set[str], typed: str) -> None:
    found = {near.word for near in Vocabulary(dict.fromkeys(known, 1)).near(typed)}
    assert found == known & (one_slip_away(typed) | {typed})


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=40))
def test_no_text_is_too_odd(known: list[str], typed: str) -> None:
    made = vocabulary(" ".join(known), "hi")
    for word in normalise(typed).split():
        assert all(found.word for found in made.near(word))


@given(st.text(min_size=1, max_size=30).filter(lambda key: "\0" not in key))
def test_the_bits_of_one_key_are_those_that_it_has_among_others(key: str) -> None:
    letters, pairs = _bits_of(["before", key, "after"])
    assert _bits_of_one(key) == (letters[1], pairs[1])
