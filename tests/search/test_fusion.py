"""From candidate passages to documents: words as evidence, centred queries, one score per document."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.search.fusion import (
    CENTRING,
    LEXICAL_WEIGHT,
    NO_CENTRING,
    QUESTION_LEXICAL_WEIGHT,
    Centring,
    describe_collection,
    fuse_documents,
    inverse_document_frequency,
    lexical_scale,
    lexical_share,
    score_passages,
)


def floats(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def test_document_has_the_best_vector_and_the_best_words_of_different_passages() -> None:
    ranked = fuse_documents(np.array([7, 7, 8]), floats(0.80, 0.65, 0.82), floats(0.0, 0.9, 0.0))
    assert ranked.groups.tolist() == [7, 8]
    assert ranked.scores[0] == pytest.approx(0.80 + LEXICAL_WEIGHT * 0.9)
    assert ranked.rows.tolist() == [0, 2]


def test_no_matching_words_leave_the_order_of_the_vectors() -> None:
    dense = floats(0.81, 0.85, 0.83)
    ranked = fuse_documents(np.array([1, 2, 3]), dense, np.zeros(3, np.float32))
    assert ranked.groups.tolist() == [2, 3, 1]
    np.testing.assert_allclose(ranked.scores, sorted(dense, reverse=True), rtol=1e-6)


def test_answer_in_the_readers_language_wins_only_among_equals() -> None:
    mine = np.array([False, True])
    equal = fuse_documents(np.array([1, 2]), floats(0.8, 0.8), floats(0, 0), same_language=mine)
    assert equal.groups.tolist() == [2, 1]
    better = fuse_documents(np.array([1, 2]), floats(0.82, 0.8), floats(0, 0), same_language=mine)
    assert better.groups.tolist() == [1, 2]


def test_words_of_the_text_and_of_other_wordings_both_count() -> None:
    groups, dense = np.array([1, 2, 2]), floats(0.89, 0.80, 0.80)
    is_question = np.array([False, False, True])
    of_text = fuse_documents(groups, dense, floats(0, 0.6, 0), is_question=is_question)
    of_both = fuse_documents(groups, dense, floats(0, 0.6, 0.6), is_question=is_question)
    assert (of_text.groups.tolist(), of_both.groups.tolist()) == ([1, 2], [2, 1])
    assert of_both.scores[0] == pytest.approx(0.80 + 0.6 * (LEXICAL_WEIGHT + QUESTION_LEXICAL_WEIGHT))


def test_words_of_a_text_say_more_among_many_passages() -> None:
    assert (
        lexical_share(14)
        < lexical_share(84)
        < lexical_share(1000)
        == 1
        < lexical_share(100_000)
        == lexical_share(10**9)
    )


def test_no_candidates_give_no_documents() -> None:
    assert len(fuse_documents(np.zeros(0, np.int64), floats(), floats()).groups) == 0


def test_term_that_occurs_nowhere_weighs_on_the_evidence() -> None:
    known = lexical_scale({"refund": 1.0}, {"refund": 3}, 100)
    half = lexical_scale({"refund": 1.0, "zyx": 1.0}, {"refund": 3}, 100)
    assert half > 2 * known * 0.9


def test_other_word_for_the_same_counts_only_where_it_occurs() -> None:
    without = lexical_scale({"paisa": 1.0, "money": 1.0}, {"money": 2}, 50, optional={"paisa", "money"})
    assert without == lexical_scale({"money": 1.0}, {"money": 2}, 50)


def test_rare_words_say_more_and_none_says_something_negative() -> None:
    values = [inverse_document_frequency(frequency, 1000) for frequency in (0, 1, 10, 500, 1000, 5000)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0


def test_without_known_queries_the_scores_are_cosines() -> None:
    random = np.random.default_rng(1)
    vectors = unit(random.normal(size=(20, 8)))
    background = describe_collection(vectors, np.arange(20))
    scores = score_passages(vectors[3], vectors, NO_CENTRING, background)
    np.testing.assert_allclose(scores, vectors @ vectors[3], rtol=1e-5)


def test_centring_finds_the_passage_behind_a_direction_that_all_share() -> None:
    random = np.random.default_rng(2)
    topics = unit(random.normal(size=(40, 16)))
    shared_by_passages, shared_by_queries = unit(random.normal(size=16)), unit(random.normal(size=16))
    # One passage is near to what all queries share, whatever they ask.
    passages = unit(topics * 0.3 + shared_by_passages)
    passages[0] = unit(shared_by_queries + shared_by_passages)
    queries = unit(topics[1:] * 0.3 + shared_by_queries)
    background = describe_collection(passages, np.arange(40))
    centring = Centring(CENTRING, queries.mean(axis=0))
    plain = sum(int(np.argmax(passages @ query)) == row + 1 for row, query in enumerate(queries))
    centred = sum(
        int(np.argmax(score_passages(query, passages, centring, background))) == row + 1
        for row, query in enumerate(queries)
    )
    assert plain < 5
    assert centred > 30


def test_archive_has_nearer_neighbours_than_distinct_articles() -> None:
    random = np.random.default_rng(3)
    distinct = unit(random.normal(size=(200, 32)))
    archive = unit(np.repeat(distinct[:20], 10, axis=0) + 0.02 * random.normal(size=(200, 32)))
    documents = np.arange(200)
    assert describe_collection(archive, documents).neighbour > describe_collection(distinct, documents).neighbour + 0.2
    assert (
        describe_collection(archive, documents).distinctness
        < 0.17
        < 0.30
        < describe_collection(distinct, documents).distinctness
    )


def test_translations_are_not_neighbours_of_each_other() -> None:
    random = np.random.default_rng(4)
    articles = unit(random.normal(size=(100, 32)))
    twice = np.concatenate([articles, articles])
    groups = np.tile(np.arange(100), 2)
    assert describe_collection(twice, groups).neighbour < 0.8


@pytest.mark.parametrize("count", [0, 1, 2])
def test_tiny_collection_has_a_background(count: int) -> None:
    background = describe_collection(unit(np.ones((count, 4))), np.arange(count))
    assert np.isfinite(background.mean).all()
    assert 0.5 < background.neighbour <= 1.0
