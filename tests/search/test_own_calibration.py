"""A calibration of the installation's own: fitted on few or many searches, stored, and used by every process alike."""

import logging
import time
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from indexer.following import LOOK_EVERY_SECONDS
from indexer.own_calibration import CalibrationReader
from kb.core.errors import ConflictError
from kb.search.calibration_fit import (
    LabelledSearches,
    fit_correction,
    is_no_worse,
    keeps_signs,
    measure,
    part_of_the_way,
)
from kb.search.confidence import FEATURES, Calibration, load_calibration
from kb.search.own_calibration import (
    digest_of,
    is_switched_off,
    retire_own,
    start_using,
    stop_using,
    store_own,
    used_calibration,
)
from kb.tables import OwnCalibration

ENCODER = "an/encoder"
BASE = load_calibration()


def searches(count: int, truth: Calibration, seed: int = 3) -> LabelledSearches:
    """Searches of which as many are right as `truth` says."""
    random = np.random.default_rng(seed)
    spread = np.array([1 / max(abs(BASE.weights[name]), 0.1) for name in FEATURES])
    features = random.normal(size=(count, len(FEATURES))) * spread
    probability = np.array([truth.probability(row) for row in features])
    return LabelledSearches(features, random.random(count) < probability, np.ones(count))


def shifted(by: float) -> Calibration:
    return replace(BASE, bias=BASE.bias + by)


def test_shift_is_shrunk_with_few_searches_and_found_with_many() -> None:
    shifts = [
        fit_correction(BASE, searches(count, shifted(-1.2)), slopes=False).bias - BASE.bias for count in (10, 100, 5000)
    ]
    assert 0 > shifts[0] > shifts[1] > shifts[2]
    assert shifts[0] > -0.8
    assert shifts[2] == pytest.approx(-1.2, abs=0.15)


def test_nothing_to_learn_hardly_moves_it() -> None:
    assert abs(fit_correction(BASE, searches(3000, BASE), slopes=False).bias - BASE.bias) < 0.1


def test_many_searches_move_the_weights_towards_what_is_so_and_few_leave_them() -> None:
    name = FEATURES[0]
    truth = replace(BASE, weights={**BASE.weights, name: BASE.weights[name] * 3})

    def way(count: int) -> float:
        fitted = fit_correction(BASE, searches(count, truth), slopes=True)
        return (fitted.weights[name] - BASE.weights[name]) / (truth.weights[name] - BASE.weights[name])

    assert way(40) < 0.4 < way(6000)
    assert way(6000) > 0.75
    test = searches(2000, truth, seed=9)
    fitted = fit_correction(BASE, searches(6000, truth), slopes=True)
    assert measure(fitted, test).log_loss < measure(BASE, test).log_loss


def test_one_kind_of_answer_alone_does_not_run_away() -> None:
    some = searches(40, BASE)
    for right in (True, False):
        fitted = fit_correction(BASE, replace(some, right=np.full(40, right)), slopes=True)
        assert np.isfinite([fitted.bias, *fitted.weights.values()]).all()
        assert abs(fitted.bias - BASE.bias) < 6


def test_a_search_that_weighs_nothing_says_nothing() -> None:
    good, bad = searches(200, shifted(1)), searches(200, shifted(-3), seed=4)
    both = LabelledSearches(
        np.concatenate([good.features, bad.features]),
        np.concatenate([good.right, bad.right]),
        np.concatenate([good.weights, np.zeros(200)]),
    )
    assert fit_correction(BASE, both, slopes=False).bias == pytest.approx(
        fit_correction(BASE, good, slopes=False).bias, abs=1e-6
    )


def test_worse_is_told_by_probabilities_and_by_what_people_are_told() -> None:
    some = searches(800, BASE)
    assert is_no_worse(BASE, BASE, some)
    for by in (-2.0, 2.0):
        assert not is_no_worse(shifted(by), BASE, some)
    best = fit_correction(BASE, some, slopes=False)
    assert is_no_worse(part_of_the_way(BASE, best, 0.5), BASE, some)
    table = measure(BASE, some).outcomes
    assert sum(table["right"].values()) == pytest.approx(1, abs=0.001)
    assert table["right"]["answered"] > table["wrong"]["answered"]


def test_way_between_two_and_signs() -> None:
    other = replace(shifted(2), weights={name: -weight for name, weight in BASE.weights.items()})
    assert not keeps_signs(BASE, other)
    middle = part_of_the_way(BASE, other, 0.25)
    assert middle.bias == pytest.approx(BASE.bias + 0.5)
    assert keeps_signs(BASE, middle)
    assert part_of_the_way(BASE, other, 0.0) == BASE


def test_every_process_uses_the_same_one_within_a_moment(engine: Engine, session: Session) -> None:
    readers = [CalibrationReader(engine, BASE, ENCODER) for _ in range(2)]
    other = CalibrationReader(engine, BASE, "another/encoder")
    assert readers[0].current() == BASE
    row = store_own(session, BASE, shifted(0.7), ENCODER, {"method": "shift"}, in_use=True)
    session.commit()
    time.sleep(LOOK_EVERY_SECONDS * 1.5)
    one, same = (reader.current() for reader in readers)
    assert one == same
    assert one.bias == BASE.bias + 0.7
    assert (one.answered_from, one.unsure_from) == (BASE.answered_from, BASE.unsure_from)
    assert other.current() == BASE
    stop_using(session, row.id)
    session.commit()
    time.sleep(LOOK_EVERY_SECONDS * 1.5)
    assert [reader.current() for reader in readers] == [BASE, BASE]


def test_person_switches_back_and_on_again_once(session: Session) -> None:
    row = store_own(session, BASE, shifted(0.7), ENCODER, {}, in_use=True)
    with pytest.raises(ConflictError):
        start_using(session, row.id)
    stop_using(session, row.id)
    assert is_switched_off(session, ENCODER)
    with pytest.raises(ConflictError):
        stop_using(session, row.id)
    start_using(session, row.id)
    assert used_calibration(session, BASE, ENCODER)[0] == row.id


def test_newer_one_takes_the_place_and_one_that_is_no_better_does_not(session: Session) -> None:
    first = store_own(session, BASE, shifted(0.3), ENCODER, {}, in_use=True)
    second = store_own(session, BASE, shifted(0.5), ENCODER, {}, in_use=True)
    for by in (5.0, 6.0):
        store_own(session, BASE, shifted(by), ENCODER, {}, in_use=False)
    session.flush()
    assert used_calibration(session, BASE, ENCODER) == (second.id, replace(shifted(0.5), provenance={}))
    assert session.get_one(OwnCalibration, first.id).state == "replaced"
    states = session.scalars(select(OwnCalibration.state)).all()
    assert sorted(states) == ["in_use", "no_better", "replaced"]
    retire_own(session, ENCODER)
    assert used_calibration(session, BASE, ENCODER) == (0, BASE)


@pytest.mark.parametrize("change", ["other signals", "other weights", "signal gone"])
def test_one_for_other_signals_or_weights_is_ignored_and_told_once(
    engine: Engine, session: Session, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    row = store_own(session, BASE, shifted(2), ENCODER, {}, in_use=True)
    base = BASE
    if change == "other weights":
        base = replace(BASE, weights={**BASE.weights, FEATURES[0]: 1.0})
    elif change == "other signals":
        row.weights = {**row.weights, "a signal of tomorrow": 1.0}
    else:
        row.weights = {name: weight for name, weight in row.weights.items() if name != FEATURES[-1]}
    session.commit()
    with caplog.at_level(logging.WARNING):
        reader = CalibrationReader(engine, base, ENCODER)
        for _ in range(2):
            time.sleep(LOOK_EVERY_SECONDS * 1.2)
            assert reader.current() == base
    assert [record.getMessage().count("it is ignored") for record in caplog.records] == [1]


def test_another_share_of_answerable_searches_shifts_an_own_one_too(session: Session) -> None:
    store_own(session, BASE, shifted(0.7), ENCODER, {}, in_use=True)
    base = load_calibration(answerable_share=0.5)
    assert digest_of(base) == digest_of(BASE)
    own = used_calibration(session, base, ENCODER)[1]
    assert own.bias - base.bias == pytest.approx(0.7)
    assert own.answerable_share == 0.5
