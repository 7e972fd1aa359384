"""The probability that the best result answers, and the outcomes."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.core.errors import ConfigurationError
from kb.search.confidence import FEATURES, Calibration, extract_features, fit_calibration, load_calibration
from kb.search.fusion import NO_CENTRING, describe_collection, fuse_documents
from kb.search.types import Outcome


def features_of(
    dense: list[float], lexical: list[float], best_cosine: float, weakest_word: float = 0.5
) -> NDArray[np.float64]:
    random = np.random.default_rng(5)
    common = random.normal(size=64)
    passages = common * 2.2 + random.normal(size=(300, 64)) * 1.0
    passages = (passages / np.linalg.norm(passages, axis=1, keepdims=True)).astype(np.float32)
    background = describe_collection(passages, np.arange(300))
    away = passages[0] - background.mean
    query = (background.mean + away * 1.1).astype(np.float32)
    query /= np.linalg.norm(query)
    ranked = fuse_documents(np.arange(len(dense)), np.array(dense, np.float32), np.array(lexical, np.float32))
    return extract_features(
        ranked,
        best_cosine,
        query,
        NO_CENTRING,
        background,
        3,
        weakest_word,
        True,
    )


def test_clear_answer_is_more_probable_than_a_pack_of_equals() -> None:
    calibration = load_calibration()
    clear = calibration.probability(features_of([0.93, 0.86, 0.85, 0.85, 0.84, 0.84], [0.9, 0, 0, 0, 0, 0], 0.93, 0.8))
    pack = calibration.probability(features_of([0.84, 0.84, 0.84, 0.84, 0.84, 0.84], [0.1] * 6, 0.84, 0.3))
    assert clear > calibration.answered_from > calibration.unsure_from > pack


def test_one_near_competitor_leaves_less_doubt_than_many() -> None:
    ahead = FEATURES.index("ahead")
    one = features_of([0.9, 0.89, 0.8, 0.8, 0.8, 0.8], [0.0] * 6, 0.9)[ahead]
    many = features_of([0.9, 0.89, 0.89, 0.89, 0.89, 0.89], [0.0] * 6, 0.9)[ahead]
    none = features_of([0.9, 0.8, 0.8, 0.8, 0.8, 0.8], [0.0] * 6, 0.9)[ahead]
    assert none > one > many


def test_single_document_has_features_too() -> None:
    assert np.isfinite(features_of([0.9], [0.5], 0.9)).all()


def test_shipped_weights_never_punish_nearness_or_words() -> None:
    calibration = load_calibration()
    for name in ("cosine_over_usual", "ahead", "archive_support", "weakest_word", "wordings"):
        assert calibration.weights[name] > 0, name
    assert calibration.provenance["encoder"]


def test_thresholds_part_three_outcomes_and_settings_override_them() -> None:
    calibration = load_calibration(answered_from=0.8, unsure_from=0.4)
    assert [calibration.outcome(p) for p in (0.8, 0.79, 0.4, 0.39)] == [
        Outcome.ANSWERED,
        Outcome.UNSURE,
        Outcome.UNSURE,
        Outcome.NONE,
    ]


def test_calibration_survives_saving(tmp_path: Path) -> None:
    calibration = Calibration(dict.fromkeys(FEATURES, 1.5), -2.0, 0.7, 0.3, {"made": "by a test"})
    calibration.save(tmp_path / "mine.json")
    assert load_calibration(tmp_path / "mine.json") == calibration


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"weights": {}, "bias": 1})])
def test_broken_calibration_is_named_with_the_command_that_mends_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=r"broken\.json") as caught:
        load_calibration(path)
    assert "kb calibrate" in str(caught.value.remedy)


def test_calibration_of_other_signals_is_told_from_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"weights": {"cosine_over_usual": 1, "lead": 2}, "bias": 1}), "utf-8")
    with pytest.raises(ConfigurationError, match=r"no weight for ahead, archive_support"):
        load_calibration(path)


def test_fit_recovers_what_decides_and_is_calibrated() -> None:
    random = np.random.default_rng(6)
    features = random.normal(size=(4000, len(FEATURES))) * np.array([0.03, 0.02, 0.02, 0.1, 0.5, 1])
    truth = 1 / (1 + np.exp(-(40 * features[:, 0] + 50 * features[:, 1] - 0.5)))
    answers = random.random(4000) < truth
    calibration = fit_calibration(features, answers, np.ones(4000), provenance={})
    probabilities = np.array([calibration.probability(row) for row in features])
    assert np.abs(probabilities - truth).mean() < 0.03
    assert calibration.unsure_from <= calibration.answered_from


def test_fit_needs_searches_of_both_kinds() -> None:
    with pytest.raises(ConfigurationError, match="20 labelled searches"):
        fit_calibration(np.ones((50, len(FEATURES))), np.ones(50, bool), np.ones(50), provenance={})


def test_the_share_of_answerable_searches_shifts_the_confidence_and_not_the_order() -> None:
    shipped = load_calibration()
    assert shipped.answerable_share == 0.8
    few, many = load_calibration(answerable_share=0.5), load_calibration(answerable_share=0.95)
    rows = np.random.default_rng(4).normal(scale=0.05, size=(50, len(FEATURES)))
    by = [[calibration.probability(row) for row in rows] for calibration in (few, shipped, many)]
    assert all(low < middle < high for low, middle, high in zip(*by, strict=True))
    assert np.argsort(by[0]).tolist() == np.argsort(by[1]).tolist() == np.argsort(by[2]).tolist()
    # Bayes: odds are multiplied by the ratio of the odds of the two shares.
    assert by[0][0] / (1 - by[0][0]) * 4 == pytest.approx(by[1][0] / (1 - by[1][0]))


def test_an_installations_own_calibration_is_not_shifted(tmp_path: Path) -> None:
    own = Calibration(dict.fromkeys(FEATURES, 1.0), 0.2, 0.6, 0.3)
    own.save(tmp_path / "own.json")
    assert load_calibration(tmp_path / "own.json", answerable_share=0.5) == own
