"""The second stage: where the first one is in doubt, a re-ranker reads the query together with the best few passages.

The first stage compares what a query and a passage are about, each read by itself. A cross-encoder reads both at once and can
tell whether the one answers the other; it is too slow for more than a few. Decision: docs/decisions/0020-reranker.md.
"""

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.confidence import Calibration
from kb.search.hydrate import passages_to_show
from kb.search.own_calibration import CalibrationSource
from kb.search.ranking import RankedDocument, Ranking, put_first, rows_of, select_documents
from kb.search.reranker_calibration import RerankerCalibration
from kb.search.retrieval import Retrieval
from kb.search.stage_clock import StageClock
from kb.search.types import Rerank

# How many documents are read again, one passage each.
READ_DOCUMENTS = 8
# The first stage is not in doubt below this share of the confidence from which results are "unsure", and beyond this share of the
# way from "answered" to certain.
_NOTHING_BELOW, _SURE_BEYOND = 0.25, 0.5

# Number of a collection, and the id of a passage in it; None for a document without any.
_Passage = tuple[int, int | None]
# The first stage's confidence in the first document of a ranking.
Confidence = Callable[[Ranking], float]


class Reranker(Protocol):
    """Reads a query and a text together. The implementation is in `indexer.encoders`."""

    @property
    def fingerprint(self) -> str:
        """Names the model and its weights: what was learned about the scores of one says nothing about another's."""
        ...

    def score(self, query: str, texts: Sequence[str], until: float) -> list[float]:
        """How well each text answers, more is better, on a scale of the model's own: of the first texts, those that were done at
        `until` (time.perf_counter). Never an error."""
        ...


@dataclass(frozen=True)
class SecondStage:
    """thresholds: of the first stage; budget: seconds that a search may wait; calibration: None until the scores of this
    re-ranker are known to mean something."""

    reranker: Reranker
    thresholds: CalibrationSource
    budget: float
    calibration: RerankerCalibration | None = None

    def confidence(self, best: float, own: float, score: float) -> float:
        """The confidence in the document that is first now.

        best: the first stage's in the one that it had first itself; own: the first stage's in this one; score: the re-ranker's.
        Scores that nobody calibrated raise nothing, and take no result away from people: they turn "answered" into "unsure" at
        most.
        """
        if self.calibration is None:
            return min(best, max(own, self.thresholds.current().unsure_from))
        return self.calibration.probability(own, score)


def is_in_doubt(thresholds: Calibration, confidence: float) -> bool:
    """Whether the first stage's confidence in its first result leaves a question that is worth the time."""
    answered = thresholds.answered_from
    return _NOTHING_BELOW * thresholds.unsure_from <= confidence < answered + _SURE_BEYOND * (1 - answered)


class Reading:
    """What is read again for one search, within one budget, however many collections it looks through and however often their
    documents are ranked anew; without a second stage nothing is."""

    def __init__(self, stage: SecondStage | None = None) -> None:
        self._stage = stage
        self._until: float | None = None
        self._scores: dict[int | None, float] = {}
        self.state = Rerank.NOT_ASKED

    def rank(self, found: Retrieval, confidence: Confidence, clock: StageClock) -> tuple[Ranking, float]:
        """The ranking after both stages, and the confidence in its first document.

        Documents that were not read in time keep their places.
        """
        best = confidence(found.ranking)
        clock.lap("rank")
        if self._stage is None or not is_in_doubt(self._stage.thresholds.current(), best):
            return found.ranking, best
        first = _to_read(found)
        scores = self._read(self._stage, found, first)
        ranking = found.ranking
        if scores:
            order = _best_first(scores)
            # Judged as whoever puts this document first, so that one result has one confidence.
            own = confidence(put_first(ranking, [first[order[0]].group]))
            ranking, best = _reorder(ranking, order), self._stage.confidence(best, own, scores[order[0]])
        clock.lap("rerank")
        return ranking, best

    def judge(self, found: Retrieval, given: Ranking, confidence: Confidence, clock: StageClock) -> float:
        """The confidence in the first document of `given`, which something else than this search put first."""
        own = confidence(given)
        if self._stage is None:
            clock.lap("rank")
            return own
        ranking, best = self.rank(found, confidence, clock)
        if self.state is Rerank.NOT_ASKED:
            return own
        if ranking.documents.groups[0] == given.documents.groups[0]:
            return best
        scores = self._read(self._stage, found, select_documents(found.candidates, given, 1))
        clock.lap("rerank")
        return own if self._stage.calibration is None or not scores else self._stage.confidence(own, own, scores[0])

    def _read(self, stage: SecondStage, found: Retrieval, documents: Sequence[RankedDocument]) -> list[float]:
        """The scores of the first of `documents`, as many as there was time for."""
        if self._until is None:
            self._until = time.perf_counter() + stage.budget
        passages = _passages_of(found, documents)
        new = [passage for passage in passages if passage[1] not in self._scores]
        scores = stage.reranker.score(found.query.text, _texts_of(found, new), self._until) if new else []
        self._scores.update(zip((number for _, number in new), scores, strict=False))
        if self.state is not Rerank.CUT_SHORT:
            self.state = Rerank.CUT_SHORT if len(scores) < len(new) else Rerank.COMPLETE
        numbers = (number for _, number in passages)
        return [self._scores[number] for number in itertools.takewhile(self._scores.__contains__, numbers)]


@dataclass(frozen=True)
class Reread:
    """One search for fitting a calibration: what the first stage knows of the document that it has first (`best`, signals as the
    confidence takes them) and of the one that is first after re-ranking (`own`), and the score and the id of that one."""

    best: Sequence[NDArray[np.float64]]
    own: Sequence[NDArray[np.float64]]
    score: float
    document: int


def reread(reranker: Reranker, found: Retrieval) -> Reread | None:
    """Read all that a search in doubt would, however long it takes; None where nothing was found or nothing could be read."""
    first = _to_read(found)
    scores = reranker.score(found.query.text, _texts_of(found, _passages_of(found, first)), math.inf) if first else []
    if not scores:
        return None
    place = _best_first(scores)[0]
    own = put_first(found.ranking, [first[place].group])
    best = list(found.evidence(found.ranking))
    return Reread(best, list(found.evidence(own)), scores[place], first[place].document)


def _passages_of(found: Retrieval, documents: Sequence[RankedDocument]) -> list[_Passage]:
    """Of each document the passage that is nearest to the query."""
    passages: list[_Passage] = []
    for item in documents:
        collection = found.collections[item.collection]
        nearest = passages_to_show(collection, found.candidates, item, item.document, 1)
        passages.append((item.collection, nearest[0] if nearest else None))
    return passages


def _texts_of(found: Retrieval, passages: Sequence[_Passage]) -> list[str]:
    """What of each passage is read: its headings, the title first, and its text."""
    texts: dict[_Passage, str] = {}
    for number, collection in enumerate(found.collections):
        ids = [passage for of, passage in passages if of == number and passage is not None]
        for passage, text in zip(ids, collection.fetch(np.array(ids, np.int64)).texts if ids else (), strict=True):
            texts[number, passage] = "\n".join((*text.heading_path, text.text)) if text else ""
    return [texts.get(passage, "") for passage in passages]


def _best_first(scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: -scores[place])


def _to_read(found: Retrieval) -> list[RankedDocument]:
    """The first documents; where some have the identifiers of the query, none but those: the others are no answers."""
    with_identifiers = len(found.mentions.groups)
    count = min(READ_DOCUMENTS, with_identifiers) if with_identifiers else READ_DOCUMENTS
    return select_documents(found.candidates, found.ranking, count)


def _reorder(ranking: Ranking, order: Sequence[int]) -> Ranking:
    """The ranking with its first documents in another order: their places now."""
    rest = np.arange(len(order), len(ranking.documents.groups))
    rows = np.concatenate((np.array(order, np.int64), rest))
    return replace(ranking, documents=rows_of(ranking.documents, rows))
