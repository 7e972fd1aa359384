import numpy as np

from kb.search.relevance_cut import find_likely

USUAL = np.linspace(0.2, 0.3, 30, dtype=np.float32)  # what is merely among the candidates


def test_results_far_below_the_first_are_less_likely() -> None:
    assert find_likely([0.5, 0.45, 0.40, 0.30, 0.26], USUAL) == [True, True, True, False, False]


def test_a_scale_of_its_own_changes_nothing() -> None:
    scores = np.array([0.5, 0.45, 0.40, 0.30, 0.26])
    assert find_likely((scores * 7 - 3).tolist(), USUAL * 7 - 3) == find_likely(scores.tolist(), USUAL)


def test_of_a_handful_of_documents_only_what_is_plainly_far_is_folded() -> None:
    few = np.array([0.5, 0.45, 0.2], np.float32)
    assert find_likely([0.5, 0.45, 0.2], few) == [True, True, False]


def test_what_was_put_before_a_likely_result_is_not_folded() -> None:
    assert find_likely([0.3, 0.5], USUAL) == [True, True]
    assert find_likely([0.3, 0.5, 0.26], USUAL) == [True, True, False]
    assert find_likely([0.25], USUAL) == [True]
    assert find_likely([], USUAL) == []


def test_equal_scores_are_all_likely() -> None:
    assert find_likely([0.3] * 12, np.full(12, 0.3, np.float32)) == [True] * 12
