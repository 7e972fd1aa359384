"""What is said of a search: how sure it is, and whether it was a question at all."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kb.search.confidence import Calibration
from kb.search.curation import CurationSource
from kb.search.long_texts import LONG_UNSURE, is_long
from kb.search.own_calibration import CalibrationSource
from kb.search.ranking import Ranking
from kb.search.retrieval import Retrieval
from kb.search.types import CollectionSource, Outcome, is_known_term
from kb.text.no_question import FOR_A_PERSON, NoQuestion, find_no_question
from kb.text.terms import stem_of

# The share of what the words of a query are worth, from which a document may answer where nothing else is known of it.
_MOST_WORDS = 0.4


class Judged(NamedTuple):
    outcome: Outcome
    confidence: float
    no_question: NoQuestion | None


class Judge:
    """By the calibration of the moment. is_word: whether the encoder knows a word."""

    def __init__(
        self, calibration: CalibrationSource, curation: CurationSource, is_word: Callable[[str], bool]
    ) -> None:
        self._calibration = calibration
        self._curation = curation
        self._is_word = is_word

    @property
    def calibration(self) -> Calibration:
        """The one that is used now."""
        return self._calibration.current()

    def confidence(self, found: Retrieval, ranking: Ranking) -> float:
        """The first stage's confidence in the first document of `ranking`.

        The weights were fitted on signals of meaning: without them it is never said that something answers, and that it may
        only where most of the words are found together.
        """
        if found.words_only:
            calibration = self.calibration
            if found.words_found(ranking) < _MOST_WORDS:
                return calibration.below_unsure(1.0)
            return calibration.below_answered(calibration.unsure_from)
        return max(map(self.calibration.probability, found.evidence(ranking)), default=0.0)

    def judge(
        self,
        sources: Sequence[CollectionSource],
        query: str,
        language: str,
        confidence: float,
        *,
        has_results: bool,
        missing: Sequence[str],
        is_pinned: bool = False,
    ) -> Judged:
        """What is said of a search whose first result deserves this confidence. is_pinned: a trainer has said that it answers."""
        no_question = self.no_question(sources, query, language)
        calibration = self.calibration
        if is_pinned and has_results:
            return Judged(Outcome.ANSWERED, max(confidence, calibration.answered_from), None)
        outcome = calibration.outcome(confidence) if has_results else Outcome.NONE
        unsure_from = calibration.unsure_from
        if outcome is Outcome.NONE and has_results and confidence >= LONG_UNSURE * unsure_from and is_long(query):
            outcome = Outcome.UNSURE
        if no_question and no_question not in FOR_A_PERSON:
            outcome, confidence = Outcome.NONE, calibration.below_unsure(confidence)
        elif outcome is Outcome.ANSWERED and (no_question or missing):
            outcome, confidence = Outcome.UNSURE, calibration.below_answered(confidence)
        return Judged(outcome, confidence if has_results else 0.0, no_question)

    def no_question(self, sources: Sequence[CollectionSource], query: str, language: str) -> NoQuestion | None:
        """What the query is where it asks nothing; a word that documents have, or that the encoder knows, is no misspelt one."""
        collections = [source.view() for source in sources]
        synonyms = self._curation.current().synonyms

        def is_in_documents(word: str) -> bool:
            return is_known_term(collections, stem_of(word, language)) or synonyms.knows(word, language)

        def is_word(word: str) -> bool:
            return is_in_documents(word) or self._is_word(word)

        return find_no_question(query, is_word=is_word, is_in_articles=is_in_documents)
