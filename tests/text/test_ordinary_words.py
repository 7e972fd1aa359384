"""Which words are right although no article has them."""

import pytest

from kb.text.ordinary_words import bases_of, is_ordinary_word


def is_piece(word: str) -> bool:
    return word in {"drill", "adres", "ordre"}


@pytest.mark.parametrize("word", ["charger", "heaters", "drilling", "delivered", "mixer", "मिक्सर", "चार्जरों", "চার্জারের"])
def test_words_and_what_is_made_of_them(word: str) -> None:
    assert is_ordinary_word(word, is_piece)


@pytest.mark.parametrize("word", ["adress", "ordres", "delivry", "chargr", "refnd", "orderre", "मिकसरर", "চারজর"])
def test_slips_are_none_also_where_a_foreign_word_ends_so(word: str) -> None:
    assert not is_ordinary_word(word, is_piece)


@pytest.mark.parametrize(
    ("word", "base"), [("charger", "charge"), ("shipping", "ship"), ("happily", "happy"), ("printers", "print")]
)
def test_an_ending_may_change_what_it_is_put_to(word: str, base: str) -> None:
    assert base in set(bases_of(word))
