import numpy as np

from indexer.encoders.hashing import HashEncoder
from kb.search.encoding import QueryEmbedding
from kb.search.late_interaction import WordMatch, match_words, weakest_words, weigh_words

ENCODER = HashEncoder()


def matches(query: str, *passages: str) -> WordMatch:
    return match_words(ENCODER.embed_query(query), "en", ENCODER.embed_passages(passages).words)


def test_a_passage_with_all_words_has_one_and_one_with_half_of_them_less() -> None:
    both, one, none = matches("refund card", "the card of a refund", "the card", "lamps shine").usual
    assert abs(both - 1) < 0.02
    assert none < one < both


def test_one_word_that_is_not_there_is_the_weakest_however_many_others_are() -> None:
    whole, without = weakest_words(
        matches("refund by card for a gift", "a refund by card for a gift", "a refund by card").telling
    )
    assert abs(whole - 1) < 0.05
    assert without < 0.5


def test_words_that_say_little_count_half() -> None:
    assert weigh_words(["the", "card"], "en").tolist() == [np.float32(1 / 3), np.float32(2 / 3)]


def test_what_has_no_words_is_not_compared() -> None:
    assert np.isnan(matches("card", "…").usual[0])
    assert np.isnan(matches("?!", "card").usual[0])
    assert not np.isnan(matches("card", "…", "card").usual[1])
    nothing = match_words(QueryEmbedding(np.zeros(3, np.float32), (), np.zeros((0, 0), np.float32)), "en", [])
    assert len(nothing.usual) == len(nothing.telling) == 0
