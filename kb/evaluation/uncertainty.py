"""How sure a figure is, and whether two differ by more than chance: scipy's resampling, always with the same seed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from kb.evaluation.ranking_metrics import Values

RESAMPLES = 1000
PERMUTATIONS = 4999
_SEED = 20_240_101

Interval = tuple[float, float]


def mean_interval(values: Values) -> Interval:
    """The 95 % bootstrap interval (percentiles) of the mean over queries."""
    if len(values) < 2 or float(np.ptp(values)) == 0.0:
        return float(values.mean()), float(values.mean())
    result = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, batch=100, method="percentile", rng=np.random.default_rng(_SEED)
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def sign_flip_p(before: Values, after: Values) -> float:
    """p of the paired randomisation test (two-sided) of equal means; paired by place. 1.0 when all pairs are equal."""
    differences = after - before
    differences = differences[differences != 0]  # a pair of equals says nothing either way it is turned
    if not len(differences):
        return 1.0
    if len(differences) == 1:
        return 1.0  # one query may fall either way: scipy wants two, and the exact p is 1
    result = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=PERMUTATIONS,
        batch=200,
        vectorized=True,
        rng=np.random.default_rng(_SEED),
    )
    return float(result.pvalue)


def resample(groups: Sequence[int], count: int) -> list[NDArray[np.int64]]:
    """`count` bootstrap samples of rows. Rows of a group are drawn among themselves, so that each kind keeps its size."""
    random = np.random.default_rng(_SEED)
    numbers = np.asarray(groups)
    members = [np.flatnonzero(numbers == group) for group in np.unique(numbers)]
    return [np.concatenate([random.choice(rows, len(rows)) for rows in members]) for _ in range(count)]


def bootstrap_p(differences: Sequence[float]) -> float:
    """Two-sided p that a resampled difference has the other sign, at least 1 / (resamples + 1)."""
    values = np.asarray(differences)
    if not len(values) or float(np.abs(values).max()) == 0.0:
        return 1.0
    tail = min(int((values <= 0).sum()), int((values >= 0).sum()))
    return min(1.0, (2 * tail + 1) / (len(values) + 1))
