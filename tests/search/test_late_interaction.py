import numpy as np

from indexer.encoders.hashing import HashEncoder
from kb.search.encoding import QueryEmbedding
from kb.search.late_interaction import score_late_interaction, weigh_words

ENCODER = HashEncoder()


def matches(query: str, *passages: str) -> list[float]:
    found = score_late_interaction(ENCODER.embed_query(query), "en", ENCODER.embed_passages(passages).words)
    return [float(score) for score in found]


def test_a_passage_with_all_words_has_one_and_one_with_half_of_them_less() -> None:
    both, one, none = matches("refund card", "the card of a refund", "the card", "lamps shine")
    assert abs(both - 1) < 0.02
    assert none < one < both


def test_words_that_say_little_count_half() -> None:
    assert weigh_words(["the", "card"], "en").tolist() == [np.float32(1 / 3), np.float32(2 / 3)]


def test_what_has_no_words_is_not_compared() -> None:
    assert np.isnan(matches("card", "…")[0])
    assert np.isnan(matches("?!", "card")[0])
    assert not np.isnan(matches("card", "…", "card")[1])
    assert (
        len(score_late_interaction(QueryEmbedding(np.zeros(3, np.float32), (), np.zeros((0, 0), np.float32)), "en", []))
        == 0
    )
