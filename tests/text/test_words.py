"""What a word is, in every script; and that it is said in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.core.settings import PROJECT_ROOT
from kb.text.terms import normalise
from kb.text.words import WORD_WITH_APOSTROPHE, find_words, says_something


@pytest.mark.parametrize(
    "word", ["ग्राहक", "क्रेडिट", "গ্রাহক", "অ্যাকাউন্ট", "ரசீது", "e\u0301tage", "naïve", "२१८९", "JH12", "注文"]
)
def test_combining_marks_and_digits_belong_to_their_word(word: str) -> None:
    assert find_words(f"({word}) – {word}!") == [word, word]


def test_an_apostrophe_inside_of_a_word_is_told_from_a_quote() -> None:
    assert WORD_WITH_APOSTROPHE.findall("Alok's 'parcel' isn’t l'eau") == ["Alok's", "parcel", "isn’t", "l'eau"]


@pytest.mark.parametrize("text", ["", " ", "😀😀", "!?…", "\u093f\u200d", "\x00"])
def test_signs_emoji_and_marks_alone_say_nothing(text: str) -> None:
    assert not says_something(text)


@pytest.mark.parametrize("text", ["?7", "क", "😀 ok", "ক্\u200dষ"])
def test_one_letter_or_digit_says_something(text: str) -> None:
    assert says_something(text)


@given(st.text(max_size=200))
def test_words_are_pieces_of_the_text_in_their_order(text: str) -> None:
    place = 0
    for word in find_words(text):
        place = text.index(word, place) + len(word)
    assert find_words(normalise(text)) == find_words(normalise(normalise(text)))


def test_the_pattern_of_a_word_stands_in_one_module() -> None:
    """Thirteen copies of it had begun to differ."""
    sources = [path for part in ("kb", "indexer", "webapp") for path in (PROJECT_ROOT / part).rglob("*.py")]
    assert len(sources) > 150
    copies = [path.name for path in sources if r"[\p{L}\p{M}\p{N}]" in path.read_text("utf-8")]
    assert copies == [], "build the pattern from kb.text.words.WORD_CLASS"
