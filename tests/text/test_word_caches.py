"""What is remembered of words is bounded in memory, whatever visitors type."""

import random
import tracemalloc

import pytest

from kb.text import language, name_keys, phonetic, terms, transliteration
from kb.text.words import cached_by_word

ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "कखगघचछजझटठडढणतथदधनपफबभमयरलवशसह", "কখগঘচছজঝটঠডঢণতথদধনপফবভমযরলশসহ")


def _words(count: int, longest: int) -> list[str]:
    choose = random.Random(1)
    return [
        "".join(choose.choices(alphabet, k=choose.randint(3, longest)))
        for alphabet in ALPHABETS
        for _ in range(count // len(ALPHABETS))
    ]


@pytest.mark.parametrize("longest", [40, 400])
def test_thousands_of_made_up_words_take_no_more_than_ten_megabytes(longest: int) -> None:
    words = _words(9_000 if longest < 100 else 3_000, longest)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for word in words:
        terms.index_terms(word, "en")
        terms.is_function_word(word, "en")
        phonetic.phonetic_key(word)
        transliteration.is_in_lexicon(word, "hi-Latn")
        language.guess_language(word)
        name_keys.rough_indic(word)
        name_keys.rough_latin(word)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert taken < 10_000_000


def test_a_word_that_is_not_remembered_has_the_same_answer() -> None:
    asked: list[str] = []

    @cached_by_word
    def measure(word: str, unit: int = 1) -> int:
        asked.append(word)
        return len(word) * unit

    for word in ("short", "x" * 500):
        assert measure(word, 2) == measure(word, 2) == len(word) * 2
    assert asked == ["short", "x" * 500, "x" * 500]
