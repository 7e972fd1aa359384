"""The metrics against values that were worked out by hand."""

import math

import numpy as np
import pytest

from kb.evaluation.judgement_metrics import Judgement, calibration_error, judgement_metrics, metric_intervals
from kb.evaluation.ranking_metrics import score_rankings
from kb.evaluation.uncertainty import bootstrap_p, mean_interval, sign_flip_p


def test_rankings_get_the_values_worked_out_by_hand() -> None:
    rankings = {
        "first": ["a", "x", "y"],
        "third": ["x", "y", "a", "b"],
        "eleventh": [f"x{number}" for number in range(10)] + ["a"],
        "none": [],
    }
    qrels = {"first": {"a": 1}, "third": {"a": 2, "b": 1}, "eleventh": {"a": 1}, "none": {"a": 1}}
    scores = score_rankings(rankings, qrels)
    assert scores.queries == ("first", "third", "eleventh", "none")
    assert scores.values["hit@1"].tolist() == [1, 0, 0, 0]
    assert scores.values["hit@5"].tolist() == [1, 1, 0, 0]
    assert scores.values["hit@10"].tolist() == [1, 1, 0, 0]
    assert scores.values["mrr@10"] == pytest.approx([1, 1 / 3, 0, 0])
    gain = (2 / math.log2(4) + 1 / math.log2(5)) / (2 / math.log2(2) + 1 / math.log2(3))
    assert scores.values["ndcg@10"] == pytest.approx([1, gain, 0, 0])
    assert scores.values["recall@50"].tolist() == [1, 1, 1, 0]
    assert scores.means()["hit@1"] == 0.25


def test_recall_looks_at_fifty_results_and_no_further() -> None:
    ranking = [f"x{number}" for number in range(49)] + ["a", "b"]
    assert score_rankings({"q": ranking}, {"q": {"a": 1, "b": 1}}).values["recall@50"].tolist() == [0.5]


def test_the_order_shown_counts_and_not_the_names_of_documents() -> None:
    for ranking in (["a", "z"], ["z", "a"]):
        scores = score_rankings({"q": ranking}, {"q": {"a": 1}})
        assert scores.values["hit@1"][0] == (ranking[0] == "a")


def test_a_judgement_that_tells_apart_perfectly_has_full_marks() -> None:
    rows = [("a", True, 0.9, True), ("b", True, 0.8, True), ("c", False, 0.2, False), ("d", False, 0.1, False)]
    assert judgement_metrics(Judgement.of(rows)) == {
        "auroc": 1.0,
        "ap": 1.0,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
    }


def test_a_judgement_gets_the_values_worked_out_by_hand() -> None:
    rows = [("a", True, 0.9, True), ("b", False, 0.8, True), ("c", True, 0.7, False), ("d", False, 0.1, False)]
    got = judgement_metrics(Judgement.of(rows))
    # Of four pairs of one of each kind three are in the right order; the two wanted ones stand at places 1 and 3.
    assert got["auroc"] == 0.75
    assert got["ap"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert (got["precision"], got["recall"], got["f1"]) == (0.5, 0.5, 0.5)


def test_nothing_is_told_apart_where_one_kind_is_missing() -> None:
    judgement = Judgement.of([("a", True, 0.9, True), ("b", True, 0.8, False)])
    assert set(judgement_metrics(judgement).values()) == {None}
    assert metric_intervals(judgement) == {}


def test_a_judgement_that_never_says_yes_has_no_precision_and_no_warning() -> None:
    got = judgement_metrics(Judgement.of([("a", True, 0.2, False), ("b", False, 0.1, False)]))
    assert (got["precision"], got["recall"], got["f1"]) == (0.0, 0.0, 0.0)


def test_calibration_error_is_the_weighted_gap_between_stated_and_true() -> None:
    probability = np.array([0.95, 0.95, 0.95, 0.95, 0.15, 0.15])
    right = np.array([True, True, True, False, False, False])
    # Bin of .95: 3 of 4 right, gap .20; bin of .15: none right, gap .15.
    assert calibration_error(probability, right) == pytest.approx((4 * 0.20 + 2 * 0.15) / 6)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0


def test_intervals_hold_the_mean_and_shrink_with_more_queries() -> None:
    few, many = np.array([0.0, 1.0] * 10), np.array([0.0, 1.0] * 500)
    (low, high), (lower, higher) = mean_interval(few), mean_interval(many)
    assert low < 0.5 < high
    assert high - low > 3 * (higher - lower)
    assert mean_interval(np.ones(5)) == (1.0, 1.0)
    assert mean_interval(np.array([0.25])) == (0.25, 0.25)


def test_a_figures_interval_holds_the_figure() -> None:
    random = np.random.default_rng(3)
    truth = random.random(300) < 0.3
    score = truth * 0.4 + random.random(300)
    judgement = Judgement.of(
        [(str(i), bool(t), float(s), bool(s > 0.9)) for i, (t, s) in enumerate(zip(truth, score, strict=True))]
    )
    got, intervals = judgement_metrics(judgement), metric_intervals(judgement)
    for name, (low, high) in intervals.items():
        value = got[name]
        assert value is not None
        assert low < value < high


def test_a_difference_in_every_query_is_significant_and_noise_is_not() -> None:
    random = np.random.default_rng(5)
    before = random.random(200)
    assert sign_flip_p(before, before + 0.05) < 0.001
    assert sign_flip_p(before, before + random.normal(scale=0.05, size=200)) > 0.05
    assert sign_flip_p(before, before) == 1.0
    assert sign_flip_p(np.array([0.0, 0.5]), np.array([1.0, 0.5])) == 1.0


def test_a_resampled_difference_is_significant_only_if_its_sign_holds() -> None:
    assert bootstrap_p([0.1] * 999) == pytest.approx(0.001)
    assert bootstrap_p([0.1, -0.1] * 100) > 0.9
    assert bootstrap_p([0.0] * 50) == 1.0
