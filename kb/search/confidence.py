"""The probability that the best result answers the query, and what follows from it.

Vector search always returns something. Whether that is an answer is judged from several signals, each of them meaningful
for one word and for a long e-mail, for twenty articles and for an archive of tickets that says everything thirty times: the
background of the collection (CollectionBackground) tells how near "near" is there. The weights are those of a logistic
regression on public sets, kept with their provenance in calibration.json; `kb calibrate` makes the same file from a customer's
own labelled searches. Figures and alternatives: docs/decisions/0006-confidence.md.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.core.errors import ConfigurationError
from kb.core.odds import log_odds, sigmoid
from kb.search.encoding import Vectors
from kb.search.fusion import Centring, CollectionBackground, FusedDocuments, centre_query
from kb.search.types import Outcome

SHIPPED = Path(__file__).with_name("calibration.json")
FEATURES = (
    "cosine_over_usual",  # best cosine minus that of a passage of this collection to its nearest neighbour
    "ahead",  # margin of the best score over its competitors, all together; counts less in archives, which say all many times
    "archive_support",  # in archives: mean score from second to sixth place above the mean of the collection
    "weakest_word",  # how well the best result has that word of the query which it has least, in whatever language
    "wordings",  # whether other wordings of questions are known of the best document: it is found more surely then
    "length",  # logarithm of the number of terms
)
Matrix = NDArray[np.float64]
# The distinctness of documents (CollectionBackground) from which a collection is an archive, and where it is wholly one.
_ARCHIVE_FROM, _ARCHIVE_TO = 0.30, 0.17
_PLACES = 6
# Shares of answerable searches are taken to be at least so far from none and from all.
_LEAST_SHARE = 0.01
# What is not to reach a threshold stays so much below it.
_BELOW = 0.01
# Scores that lie so much apart part likely from unlikely answers; beyond the second distance nothing is more certain.
_NEAR, _FARTHEST = 0.015, 0.1


def extract_features(
    ranked: FusedDocuments,
    best_cosine: float,
    query: Vectors,
    centring: Centring,
    background: CollectionBackground,
    term_count: int,
    weakest_word: float,
    has_wordings: bool,
) -> NDArray[np.float64]:
    """FEATURES of a query with at least one ranked document, shape (len(FEATURES),).

    background is that of the best document's collection; best_cosine is that of its best passage; weakest_word is at most 1
    (Ranking.weakest_word).
    """
    archive = min(max((_ARCHIVE_FROM - background.distinctness) / (_ARCHIVE_FROM - _ARCHIVE_TO), 0.0), 1.0)
    ahead = _margin_over_competitors(ranked.scores) * (1 - archive) if archive < 1 else 0.0
    support = 0.0
    if archive > 0:
        usual = float(centre_query(query, centring) @ background.mean) * (1 - centring.strength)
        behind = (-np.sort(-ranked.dense)[1:_PLACES] - usual).sum() / (_PLACES - 1)  # where there are fewer, 0 above
        support = float(behind) * archive
    return np.array(
        [best_cosine - background.neighbour, ahead, support, weakest_word, has_wordings, math.log(max(term_count, 1))]
    )


def _margin_over_competitors(scores: Vectors) -> float:
    """Margin of the first of `scores` (n,), the largest first, over all others, in cosine: less, the more of them are near.

    The soft maximum of the others takes the place of the second score: one that is near and ten that are leave different doubts.
    """
    if len(scores) < 2:
        return _FARTHEST
    others = float(np.exp((scores[1:] - scores[0]) / _NEAR).sum())
    return min(-_NEAR * math.log(max(others, 1e-9)), _FARTHEST)


@dataclass(frozen=True)
class Calibration:
    """Weights of the features for this encoder, and where the outcomes part.

    answerable_share: of the searches that the weights speak of how many had an answer in the collections; None where that is
    what it is, because they are an installation's own.
    """

    weights: Mapping[str, float]
    bias: float
    answered_from: float
    unsure_from: float
    provenance: Mapping[str, Any] = field(default_factory=dict)
    answerable_share: float | None = None

    def current(self) -> "Calibration":
        """Itself: a source of a calibration that never changes (kb.search.own_calibration.CalibrationSource)."""
        return self

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        return np.array([self.weights[name] for name in FEATURES])

    def probability(self, features: NDArray[np.float64]) -> float:
        """Probability from 0 to 1 that the best result answers; `features` in the order of FEATURES."""
        total = self.bias + float(features @ self._weights)
        return sigmoid(total)

    def outcome(self, probability: float) -> Outcome:
        if probability >= self.answered_from:
            return Outcome.ANSWERED
        return Outcome.UNSURE if probability >= self.unsure_from else Outcome.NONE

    def below_answered(self, probability: float) -> float:
        """A probability with which nothing is "answered", however likely it looks."""
        return min(probability, max(self.answered_from - _BELOW, 0.0))

    def below_unsure(self, probability: float) -> float:
        """A probability with which the outcome is "none"."""
        return min(probability, max(self.unsure_from - _BELOW, 0.0))

    def with_answerable_share(self, share: float) -> "Calibration":
        """For searches of which that share has an answer: the same signals are worth more where more do (Bayes)."""
        if self.answerable_share is None:
            return self
        shift = log_odds(share, _LEAST_SHARE) - log_odds(self.answerable_share, _LEAST_SHARE)
        return replace(self, bias=self.bias + shift, answerable_share=share)

    def save(self, path: Path) -> None:
        content = {
            "weights": {name: round(self.weights[name], 5) for name in FEATURES},
            "bias": round(self.bias, 5),
            "answered_from": self.answered_from,
            "unsure_from": self.unsure_from,
            "answerable_share": self.answerable_share,
            "provenance": dict(self.provenance),
        }
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def load_calibration(
    path: Path = SHIPPED,
    *,
    answered_from: float | None = None,
    unsure_from: float | None = None,
    answerable_share: float | None = None,
) -> Calibration:
    """Calibration from a file; the two thresholds override it, and it is shifted to the share of answerable searches.

    Raises ConfigurationError for a file that is none.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        if missing := [name for name in FEATURES if name not in content["weights"]]:
            raise ValueError(f"it has no weight for {', '.join(missing)} and was made for other signals")
        weights = {name: float(content["weights"][name]) for name in FEATURES}
        bias = float(content["bias"])
        answered = float(content["answered_from"]) if answered_from is None else answered_from
        unsure = float(content["unsure_from"]) if unsure_from is None else unsure_from
        share = content.get("answerable_share")
        fitted = Calibration(
            weights, bias, answered, min(unsure, answered), content.get("provenance", {}), share and float(share)
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"The calibration {path.name} cannot be used ({error}).", remedy="Make it again with: kb calibrate DIR"
        ) from error
    return fitted if answerable_share is None else fitted.with_answerable_share(answerable_share)


def fit_calibration(
    features: Matrix,
    answers: NDArray[np.bool_],
    sample_weights: NDArray[np.float64],
    *,
    provenance: Mapping[str, Any],
    penalty: float = 1.0,
) -> Calibration:
    """Logistic regression of `answers` (n,) on `features` (n, len(FEATURES)), on standardised columns.

    sample_weights (n,) say how much each search counts, so that a large set does not drown a small one; penalty is that of
    the squared weights against about n searches. Thresholds: `unsure_from` where telling misses from answers has its best
    F1, `answered_from` where an answer is right in at least nine of ten cases. Raises ConfigurationError with fewer than
    20 searches or without both kinds.
    """
    if len(answers) < 20 or answers.all() or not answers.any():
        raise ConfigurationError(
            "A calibration needs at least 20 labelled searches, some answered and some not.",
            remedy="Add queries.jsonl with qrels.tsv and oos_queries.jsonl.",
        )
    from sklearn.linear_model import LogisticRegression  # a search needs none of it, and it takes a second to load

    weights = sample_weights * (len(sample_weights) / sample_weights.sum())
    centre = np.average(features, axis=0, weights=weights)
    scale = np.sqrt(np.average((features - centre) ** 2, axis=0, weights=weights))
    scale[scale < 1e-9] = 1.0
    columns = (features - centre) / scale
    model = LogisticRegression(C=1 / penalty, tol=1e-8, max_iter=1000).fit(columns, answers, sample_weight=weights)
    slopes = model.coef_[0] / scale
    bias = float(model.intercept_[0] - slopes @ centre)
    probability = model.predict_proba(columns)[:, 1]
    unsure, answered = _choose_thresholds(probability, answers, weights)
    named = dict(zip(FEATURES, map(float, slopes), strict=True))
    return Calibration(named, bias, answered, unsure, provenance=provenance)


def _choose_thresholds(
    probability: NDArray[np.float64], answers: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """(unsure_from, answered_from), rounded to hundredths."""
    steps: Sequence[float] = [step / 100 for step in range(5, 96)]
    best, unsure = -1.0, 0.5
    answered = 0.95
    for step in steps:
        missed = probability < step
        caught = float(weights[missed & ~answers].sum())
        f1 = 2 * caught / max(float(weights[missed].sum() + weights[~answers].sum()), 1e-9)
        if f1 > best:
            best, unsure = f1, step
    for step in reversed(steps):
        shown = probability >= step
        if shown.any() and float(weights[shown & answers].sum()) >= 0.9 * float(weights[shown].sum()):
            answered = step
    return unsure, max(answered, unsure)
