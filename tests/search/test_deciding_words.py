"""Reasons are content words of the query, as they were typed."""

import numpy as np
import pytest

from kb.search.deciding_words import MOST_WORDS, DecidingWords
from kb.search.encoding import QueryEmbedding
from kb.search.query_processing import ProcessedQuery
from kb.text.words import find_words


def words_of(typed: str, read: str = "", language: str = "en") -> tuple[DecidingWords, list[str]]:
    read = read or typed
    words = tuple(dict.fromkeys(word.lower() for word in find_words(read)))
    embedding = QueryEmbedding(np.zeros(4, np.float32), words, np.zeros((len(words), 4), np.float32))
    return DecidingWords.of(typed, ProcessedQuery(read, {}, frozenset(), language), embedding), list(words)


def likeness(words: list[str], **alike: float) -> np.ndarray:
    return np.array([alike.get(word, 0.1) for word in words], np.float32)


def test_words_that_the_passage_has_are_the_reason_in_the_order_of_the_query() -> None:
    decide, words = words_of("how long does a UPI refund take")
    one, other = likeness(words, upi=0.9, refund=0.95, how=0.99, a=0.99), likeness(words, refund=0.9)
    told = decide.ahead(np.stack((one, other)), (one + other) / 2)
    assert told[0] == ("UPI", "refund")
    assert told[1] == ("refund",)


def test_a_word_that_stands_out_among_the_results_decides_although_it_is_not_the_same() -> None:
    decide, words = words_of("promo code missing")
    one, other = likeness(words, promo=0.55, code=0.2), likeness(words, promo=0.2, code=0.25)
    assert decide.ahead(np.stack((one, other)), (one + other) / 2)[0] == ("promo",)


def test_where_none_stands_out_the_likest_is_told() -> None:
    decide, words = words_of("blue lamp")
    one = likeness(words, lamp=0.3)
    assert decide.ahead(one[None], one) == [("lamp",)]


def test_latin_letters_are_told_as_they_were_typed() -> None:
    decide, words = words_of("paisa wapas kab", "पैसा वापस कब", "hi")
    one = likeness(words, **{"पैसा": 0.9, "वापस": 0.8, "कब": 0.9})
    assert decide.ahead(one[None], one)[0] == ("paisa", "wapas")


@pytest.mark.parametrize("query", ["", "how is it", "10 days", "the of and", "😀"])
def test_what_has_no_content_has_no_reason(query: str) -> None:
    decide, words = words_of(query)
    one = np.full(len(words), 0.9, np.float32)
    assert decide.ahead(one[None], one) == [()]


def test_a_long_query_tells_few_words() -> None:
    decide, words = words_of("kettle lamp mixer grinder fridge oven bottle")
    one = np.full(len(words), 0.9, np.float32)
    assert len(decide.ahead(one[None], one)[0]) == MOST_WORDS
