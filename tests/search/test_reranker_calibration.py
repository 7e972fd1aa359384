"""How a re-ranker's score is made to count: fitted, kept, and kept within what was seen."""

import math
from pathlib import Path

import numpy as np
import pytest

from kb.core.errors import ConfigurationError
from kb.search.reranker_calibration import (
    RerankerCalibration,
    first_stage_log_odds,
    fit_reranker_calibration,
    load_reranker_calibration,
)

COUNT = 4000


def fit(scores: np.ndarray, answers: np.ndarray, first: np.ndarray | None = None) -> RerankerCalibration:
    first = np.full(len(scores), 0.5) if first is None else first
    return fit_reranker_calibration(first, scores, answers, np.ones(len(scores)), reranker="tiny/1", provenance={})


def sampled(of_score: float, of_first: float, bias: float, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Searches of which the truth is known: first stage, scores in units of `scale`, whether they are answered."""
    chance = np.random.default_rng(3)
    odds, scores = chance.normal(size=COUNT), chance.normal(size=COUNT)
    probability = 1 / (1 + np.exp(-(of_first * odds + of_score * scores + bias)))
    return 1 / (1 + np.exp(-odds)), scores * scale, chance.random(COUNT) < probability


@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0])
def test_the_scale_of_a_model_is_learned_whatever_it_is(scale: float) -> None:
    first, scores, answers = sampled(of_score=2.0, of_first=0.7, bias=-0.5, scale=scale)
    fitted = fit(scores, answers, first)
    assert fitted.score * scale == pytest.approx(2.0, rel=0.15)
    assert fitted.first_stage == pytest.approx(0.7, rel=0.2)
    told = np.array([fitted.probability(one, score) for one, score in zip(first, scores, strict=True)])
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)):
        chosen = (told >= low) & (told < high)
        assert answers[chosen].mean() == pytest.approx(told[chosen].mean(), abs=0.05)


def test_a_higher_score_never_lowers_the_confidence_and_beyond_what_was_seen_raises_it_no_more() -> None:
    first, scores, answers = sampled(of_score=2.0, of_first=0.7, bias=0.0, scale=1.0)
    fitted = fit(scores, answers, first)
    told = [fitted.probability(0.4, score) for score in np.linspace(-20, 20, 200)]
    assert told == sorted(told)
    assert fitted.probability(0.4, 1e9) == fitted.probability(0.4, fitted.highest) < 1
    assert fitted.probability(0.4, -1e9) == fitted.probability(0.4, fitted.lowest) > 0


def test_a_first_stage_that_is_sure_where_it_is_wrong_does_not_count() -> None:
    first, scores, answers = sampled(of_score=2.0, of_first=-0.7, bias=0.0, scale=1.0)
    assert fit(scores, answers, first).first_stage == 0.0


def test_scores_that_mean_the_opposite_are_refused() -> None:
    _, scores, answers = sampled(of_score=-2.0, of_first=0.0, bias=0.0, scale=1.0)
    with pytest.raises(ConfigurationError, match="does not mean a better answer"):
        fit(scores, answers)


@pytest.mark.parametrize("answers", [[True, False] * 9, [True] * 40, [False] * 40, []])
def test_too_few_searches_or_one_kind_alone_are_refused(answers: list[bool]) -> None:
    with pytest.raises(ConfigurationError, match="at least 20 labelled searches"):
        fit(np.arange(float(len(answers))), np.array(answers, np.bool_))


def test_what_was_fitted_is_kept_for_its_own_model(tmp_path: Path) -> None:
    path = tmp_path / "reranker_calibration.json"
    assert load_reranker_calibration(path, "tiny/1") is None
    fitted = RerankerCalibration("tiny/1", 0.5, 1.25, -0.75, -3.0, 4.0, {"searches": 7})
    fitted.save(path)
    assert load_reranker_calibration(path, "tiny/1") == fitted
    assert load_reranker_calibration(path, "tiny/2") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"reranker": "tiny/1"}', '{"score": NaN}'])
def test_a_file_that_is_no_calibration_is_told_from_one_that_is_not_there(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reranker_calibration.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="kb calibrate DIR"):
        load_reranker_calibration(path, "tiny/1")


def test_log_odds_are_those_of_a_probability_within_bounds() -> None:
    assert first_stage_log_odds(0.5) == 0.0
    assert first_stage_log_odds(0.8) == pytest.approx(math.log(4))
    assert first_stage_log_odds(0.0) == -first_stage_log_odds(1.0) == -6.0
