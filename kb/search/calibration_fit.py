"""Fitting a correction of a calibration on few searches, and telling whether it is better.

The correction is the most likely one under a normal prior around "nothing changes" (ridge regression towards the weights that are
there): with few searches it hardly moves, with many they decide. Pure functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb.search.confidence import FEATURES, Calibration
from kb.search.types import Outcome

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Standard deviation of the prior of the shift, in log-odds; and the weight of that of each standardised slope, in searches.
SHIFT_DEVIATION, SLOPE_PRIOR = 0.5, 25.0
# What an outcome costs by whether the first result was right: a right one withheld and a wrong one called an answer mislead,
# "not sure" makes people read for themselves.
COST = {
    True: {Outcome.ANSWERED: 0.0, Outcome.UNSURE: 1.0, Outcome.NONE: 4.0},
    False: {Outcome.ANSWERED: 4.0, Outcome.UNSURE: 1.0, Outcome.NONE: 0.0},
}
_STEPS = 30
_ROUNDING = 1e-6


@dataclass(frozen=True)
class LabelledSearches:
    """features: (n, len(FEATURES)); right: (n,), whether the first result answered; weights: (n,), how much each counts."""

    features: Numbers
    right: Flags
    weights: Numbers

    def __len__(self) -> int:
        return len(self.right)

    def keep(self, kept: Flags) -> "LabelledSearches":
        return LabelledSearches(self.features[kept], self.right[kept], self.weights[kept])

    def weighing(self, total: float) -> "LabelledSearches":
        """The same, which together weigh so much."""
        return replace(self, weights=self.weights * (total / max(float(self.weights.sum()), 1e-9)))


def no_searches() -> LabelledSearches:
    return LabelledSearches(np.zeros((0, len(FEATURES))), np.zeros(0, np.bool_), np.zeros(0))


def join(*some: LabelledSearches) -> LabelledSearches:
    return LabelledSearches(
        np.concatenate([one.features for one in some]),
        np.concatenate([one.right for one in some]),
        np.concatenate([one.weights for one in some]),
    )


def fit_correction(base: Calibration, searches: LabelledSearches, *, slopes: bool) -> Calibration:
    """`base` with another bias and, with `slopes`, other weights; its thresholds and provenance stay."""
    scale = searches.features.std(axis=0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    centre = searches.features.mean(axis=0)
    columns = np.ones((len(searches), 1))
    prior = np.array([1 / SHIFT_DEVIATION**2])
    if slopes:
        columns = np.concatenate((columns, (searches.features - centre) / scale), axis=1)
        prior = np.concatenate((prior, np.full(len(FEATURES), SLOPE_PRIOR)))
    start = _log_odds_of(base, searches.features)
    delta = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        probability = _sigmoid(start + columns @ delta)
        gradient = columns.T @ (searches.weights * (probability - searches.right)) + prior * delta
        curvature = searches.weights * probability * (1 - probability)
        step = np.linalg.solve((columns * curvature[:, None]).T @ columns + np.diag(prior), gradient)
        delta -= np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return _corrected(base, float(delta[0]), delta[1:] / scale if slopes else np.zeros(len(FEATURES)), centre)


def _corrected(base: Calibration, shift: float, slopes: Numbers, centre: Numbers) -> Calibration:
    weights = {name: base.weights[name] + float(slope) for name, slope in zip(FEATURES, slopes, strict=True)}
    return replace(base, weights=weights, bias=base.bias + shift - float(slopes @ centre))


def part_of_the_way(base: Calibration, fitted: Calibration, share: float) -> Calibration:
    """Between the two, `share` of the way."""
    weights = {name: base.weights[name] + share * (fitted.weights[name] - base.weights[name]) for name in FEATURES}
    return replace(base, weights=weights, bias=base.bias + share * (fitted.bias - base.bias))


def keeps_signs(base: Calibration, fitted: Calibration) -> bool:
    """Whether no signal has come to say the opposite of what it said."""
    return all(base.weights[name] * fitted.weights[name] >= 0 for name in FEATURES)


@dataclass(frozen=True)
class Figures:
    """How good a calibration is on labelled searches. outcomes: of right and of wrong first results which share got which."""

    log_loss: float
    cost: float
    outcomes: Mapping[str, Mapping[str, float]]

    def to_json(self) -> dict[str, object]:
        return {"log_loss": round(self.log_loss, 4), "cost": round(self.cost, 4), "outcomes": self.outcomes}


def measure(calibration: Calibration, searches: LabelledSearches) -> Figures:
    """Log-loss and cost per search; of no searches both are 0."""
    if not len(searches):
        return Figures(0.0, 0.0, {})
    told = _tell(calibration, searches)
    table = {
        name: {
            outcome.value: _share(searches.weights, searches.right == right, [one is outcome for one in told.outcomes])
            for outcome in Outcome
        }
        for name, right in (("right", True), ("wrong", False))
    }
    weights = searches.weights / searches.weights.sum()
    return Figures(float(told.losses @ weights), float(told.costs @ weights), table)


# In standard errors: one search alone that is told something else is one, of any number of searches.
_MOST_RISE = 1.5


def is_no_worse(after: Calibration, before: Calibration, searches: LabelledSearches) -> bool:
    """By the probabilities, which may not be worse at all, and by what people are told.

    What that costs goes by steps, so it may rise by chance: by a question or two that just pass a threshold.
    """
    if not len(searches):
        return True
    new, old = _tell(after, searches), _tell(before, searches)
    rise = float((new.losses - old.losses) @ searches.weights) / float(searches.weights.sum())
    return rise <= _ROUNDING and _rise_over_error(new.costs - old.costs, searches.weights) <= _MOST_RISE


@dataclass(frozen=True)
class _Told:
    """Per search what a calibration says of it and what that costs."""

    losses: Numbers
    costs: Numbers
    outcomes: Sequence[Outcome]


def _tell(calibration: Calibration, searches: LabelledSearches) -> _Told:
    probability = np.clip(_sigmoid(_log_odds_of(calibration, searches.features)), 1e-6, 1 - 1e-6)
    losses = -np.where(searches.right, np.log(probability), np.log(1 - probability))
    outcomes = [calibration.outcome(float(one)) for one in probability]
    costs = [COST[bool(right)][outcome] for right, outcome in zip(searches.right, outcomes, strict=True)]
    return _Told(losses, np.array(costs), outcomes)


def _rise_over_error(difference: Numbers, weights: Numbers) -> float:
    weights = weights / weights.sum()
    mean = float(difference @ weights)
    error = float(np.sqrt(np.square(weights * (difference - mean)).sum()))
    return mean / error if error > 0 else mean * np.inf if mean else 0.0


def _share(weights: Numbers, of: Flags, which: list[bool]) -> float:
    total = float(weights[of].sum())
    return round(float(weights[of & np.array(which, np.bool_)].sum()) / total, 4) if total else 0.0


def _log_odds_of(calibration: Calibration, features: Numbers) -> Numbers:
    weights = np.array([calibration.weights[name] for name in FEATURES])
    return np.asarray(np.clip(features @ weights + calibration.bias, -30, 30))


def _sigmoid(values: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))
