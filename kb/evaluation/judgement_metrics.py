"""Metrics of a yes-or-no judgement with a probability: "we have no answer" (miss) and "this turn asks for something" (speak)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binned_statistic
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score

from kb.evaluation.uncertainty import Interval, resample

BINS = 10
_SAMPLES = 300
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """Columns over n questions. truth: what is so; score: the higher the surer that it is so; said: what was decided."""

    ids: tuple[str, ...]
    truth: Flags
    score: Numbers
    said: Flags

    @classmethod
    def of(cls, rows: Sequence[tuple[str, bool, float, bool]]) -> "Judgement":
        return cls(
            tuple(row[0] for row in rows),
            np.array([row[1] for row in rows], dtype=np.bool_),
            np.array([row[2] for row in rows], dtype=np.float64),
            np.array([row[3] for row in rows], dtype=np.bool_),
        )

    @property
    def has_both(self) -> bool:
        """Whether there are questions of both kinds: without, there is nothing to tell apart."""
        return bool(self.truth.any() and not self.truth.all())

    def at(self, rows: NDArray[np.int64]) -> "Judgement":
        return Judgement(tuple(self.ids[row] for row in rows), self.truth[rows], self.score[rows], self.said[rows])


def judgement_metrics(judgement: Judgement) -> dict[str, float | None]:
    """AUROC and average precision of the score; precision, recall and F1 of what was decided. None where a kind is missing."""
    if not judgement.has_both:
        return dict.fromkeys(("auroc", "ap", "precision", "recall", "f1"))
    precision, recall, f1, _ = precision_recall_fscore_support(
        judgement.truth, judgement.said, average="binary", zero_division=0.0
    )
    return {
        "auroc": float(roc_auc_score(judgement.truth, judgement.score)),
        "ap": float(average_precision_score(judgement.truth, judgement.score)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }


def metric_intervals(judgement: Judgement) -> dict[str, Interval]:
    """95 % bootstrap intervals of `judgement_metrics`, each kind drawn for itself; empty where one is missing."""
    if not judgement.has_both:
        return {}
    samples = resample(judgement.truth.tolist(), _SAMPLES)
    drawn = [judgement_metrics(judgement.at(rows)) for rows in samples]
    intervals = {}
    for name in drawn[0]:
        low, high = np.percentile([float(values[name] or 0.0) for values in drawn], [2.5, 97.5])
        intervals[name] = (float(low), float(high))
    return intervals


def calibration_error(probability: Numbers, correct: Flags) -> float:
    """Expected calibration error (Naeini et al. 2015) over BINS bins of equal width."""
    if not len(probability):
        return 0.0
    gaps, _, _ = binned_statistic(probability, probability - correct, statistic="sum", bins=BINS, range=(0.0, 1.0))
    return float(np.abs(gaps).sum() / len(probability))
