"""How much a re-ranker's score counts beside the first stage, for this re-ranker and these articles.

Nobody knows the scale of a cross-encoder's scores beforehand: on one model 0 is even odds, on another everything lies between 3
and 5. `kb calibrate` learns it from labelled searches; why, and what holds until then, is in docs/decisions/0020-reranker.md.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.core.errors import ConfigurationError
from kb.core.odds import log_odds, sigmoid

# Fewer searches teach no scale.
LEAST_SEARCHES = 20
# Log-odds beyond which the first stage is not surer.
_FARTHEST = 6.0
# Squared weights against about n searches, as in kb.search.confidence.
_PENALTY = 1.0


@dataclass(frozen=True)
class RerankerCalibration:
    """Weights of a logistic regression on the first stage's log-odds and the re-ranker's score of one document.

    reranker: the fingerprint that they were fitted for; lowest, highest: the scores that were seen then. Beyond these nothing is
    more certain.
    """

    reranker: str
    first_stage: float
    score: float
    bias: float
    lowest: float
    highest: float
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def probability(self, first_stage: float, score: float) -> float:
        """That the document answers: first_stage is the probability that the first stage gives it."""
        score = min(max(score, self.lowest), self.highest)
        total = self.bias + self.first_stage * first_stage_log_odds(first_stage) + self.score * score
        return sigmoid(total)

    def save(self, path: Path) -> None:
        content = {name: round(value, 5) if isinstance(value, float) else value for name, value in asdict(self).items()}
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def first_stage_log_odds(probability: float) -> float:
    """Of a probability, within what the first stage can know."""
    return min(max(log_odds(probability, 1e-9), -_FARTHEST), _FARTHEST)


def load_reranker_calibration(path: Path, fingerprint: str) -> RerankerCalibration | None:
    """What was fitted for the re-ranker of this fingerprint; None where nothing was, or for another one.

    Raises ConfigurationError for a file that is none.
    """
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        numbers = {name: float(content[name]) for name in ("first_stage", "score", "bias", "lowest", "highest")}
        fitted = RerankerCalibration(str(content["reranker"]), **numbers, provenance=content.get("provenance", {}))
        if not all(map(math.isfinite, numbers.values())):
            raise ValueError("a weight is no number")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"The calibration of the re-ranker, {path}, cannot be used ({error!r}).",
            remedy="Make it again with: kb calibrate DIR",
        ) from error
    return fitted if fitted.reranker == fingerprint else None


def fit_reranker_calibration(
    first_stage: NDArray[np.float64],
    scores: NDArray[np.float64],
    answers: NDArray[np.bool_],
    sample_weights: NDArray[np.float64],
    *,
    reranker: str,
    provenance: Mapping[str, Any],
) -> RerankerCalibration:
    """All (n,): the first stage's probability for each document, the re-ranker's score of it, whether it answers, and how much
    each search counts.

    Raises ConfigurationError with fewer than LEAST_SEARCHES, without both kinds, or where a higher score does not mean that a
    document answers more often.
    """
    if len(answers) < LEAST_SEARCHES or answers.all() or not answers.any():
        raise ConfigurationError(
            f"To learn how the re-ranker's score counts needs at least {LEAST_SEARCHES} labelled searches in which the first "
            f"stage is in doubt, some answered and some not; there are {len(answers)}, {int(answers.sum())} answered.",
            remedy="Add queries to queries.jsonl with qrels.tsv and oos_queries.jsonl, or unset KB_RERANKER meanwhile.",
        )
    odds = np.array([first_stage_log_odds(value) for value in first_stage.tolist()])
    (of_first, of_score), bias = _fit(np.column_stack((odds, scores)), answers, sample_weights)
    if of_first < 0:
        (of_score,), bias = _fit(scores[:, None], answers, sample_weights)
        of_first = 0.0
    if of_score <= 0:
        raise ConfigurationError(
            f"On these searches a higher score of the re-ranker {reranker} does not mean a better answer.",
            remedy="Use another one (README, “Re-ranker”) or none: unset KB_RERANKER.",
        )
    return RerankerCalibration(reranker, of_first, of_score, bias, float(scores.min()), float(scores.max()), provenance)


def _fit(
    features: NDArray[np.float64], answers: NDArray[np.bool_], sample_weights: NDArray[np.float64]
) -> tuple[list[float], float]:
    """Slopes and bias of a logistic regression on standardised columns of `features` (n, m)."""
    from sklearn.linear_model import LogisticRegression  # a search needs none of it, and it takes a second to load

    weights = sample_weights * (len(sample_weights) / sample_weights.sum())
    centre = np.average(features, axis=0, weights=weights)
    scale = np.sqrt(np.average((features - centre) ** 2, axis=0, weights=weights))
    scale[scale < 1e-9] = 1.0
    model = LogisticRegression(C=1 / _PENALTY, tol=1e-8, max_iter=1000)
    model.fit((features - centre) / scale, answers, sample_weight=weights)
    slopes = model.coef_[0] / scale
    return slopes.tolist(), float(model.intercept_[0] - slopes @ centre)
