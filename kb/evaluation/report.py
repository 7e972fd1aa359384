"""An evaluation's raw values, and its figures in the form in which other programs read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb.evaluation.judgement_metrics import (
    Flags,
    Judgement,
    Numbers,
    calibration_error,
    judgement_metrics,
    metric_intervals,
)
from kb.evaluation.ranking_metrics import Scores
from kb.evaluation.uncertainty import Interval, mean_interval


@dataclass(frozen=True)
class Measured:
    """Values per query: what two evaluations of the same set are compared by. digest: of the set's content."""

    name: str
    digest: str
    overall: Scores
    by_direction: Mapping[str, Scores]
    miss: Judgement | None
    speak: Judgement | None


# What people see: by whether the first result is right, wrong, or there is no answer, how many searches had which outcome.
Outcomes = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Certainty:
    """probability: the confidence of each search (or that a turn asks for something); right: whether the best result answered it
    (or the turn did ask); what: the two in words, for axes."""

    probability: Numbers
    right: Flags
    what: tuple[str, str]

    @property
    def error(self) -> float:
        return calibration_error(self.probability, self.right)


@dataclass(frozen=True)
class Evaluation:
    """languages: of the documents; unjudged: queries left out because no document is judged to answer them;
    confidence: of the searches, speaking: of the conversations, None where there are none; outcomes: of the searches;
    milliseconds: one per timed query."""

    measured: Measured
    documents: int
    passages: int
    languages: Sequence[str]
    unjudged: int
    confidence: Certainty | None
    speaking: Certainty | None
    outcomes: Outcomes | None
    miss_threshold: float
    speak_threshold: float
    milliseconds: Sequence[float]

    def to_json(self) -> dict[str, Any]:
        """Figures with four decimals; None for what cannot be told apart because one kind of question is missing."""
        measured = self.measured
        report: dict[str, Any] = {
            "set": measured.name,
            "queries": len(measured.overall.queries),
            "passages": self.passages,
            "metrics": _round(measured.overall.means()),
            "by_direction": {
                direction: {"queries": len(scores.queries), **_round(scores.means())}
                for direction, scores in measured.by_direction.items()
            },
        }
        intervals: dict[str, Any] = {
            "metrics": _intervals(measured.overall),
            "by_direction": {direction: _intervals(scores) for direction, scores in measured.by_direction.items()},
        }
        if measured.miss is not None and self.confidence is not None:
            report["miss"] = _judged(measured.miss, self.confidence.error, self.miss_threshold)
            intervals["miss"] = _pairs(metric_intervals(measured.miss))
        if measured.speak is not None and self.speaking is not None:
            report["speak"] = _judged(measured.speak, self.speaking.error, self.speak_threshold)
            intervals["speak"] = _pairs(metric_intervals(measured.speak))
        if self.confidence is not None:
            squared = np.square(self.confidence.probability - self.confidence.right)
            report["confidence"] = _round({"ece": self.confidence.error, "brier": float(squared.mean())})
        if self.outcomes is not None:
            report["outcomes"] = {kind: dict(counts) for kind, counts in self.outcomes.items()}
        low, high = (float(value) for value in np.percentile(self.milliseconds, [50, 95]))
        report["latency_ms"] = {"p50": round(low, 2), "p95": round(high, 2), "queries": len(self.milliseconds)}
        report["intervals"] = intervals
        report["documents"] = self.documents
        report["corpus_languages"] = list(self.languages)
        report["unjudged_queries"] = self.unjudged
        return report


def _judged(judgement: Judgement, error: float, threshold: float) -> dict[str, Any]:
    counts = {"positives": int(judgement.truth.sum()), "negatives": int((~judgement.truth).sum())}
    return {**_round(judgement_metrics(judgement)), **_round({"ece": error, "threshold": threshold}), **counts}


def _intervals(scores: Scores) -> dict[str, list[float]]:
    return _pairs({name: mean_interval(values) for name, values in scores.values.items()})


def _pairs(intervals: Mapping[str, Interval]) -> dict[str, list[float]]:
    return {name: [round(low, 4), round(high, 4)] for name, (low, high) in intervals.items()}


def _round(values: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 4) for name, value in values.items()}
