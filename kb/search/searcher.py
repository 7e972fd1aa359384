"""The search itself, step by step: normalise, encode, two rankings per collection, fuse, load what may be seen, judge, show."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.search.confidence import Calibration
from kb.search.curation import NO_CURATION, CurationSource
from kb.search.encoding import Encoder, Ids
from kb.search.first_result import join_answers
from kb.search.hydrate import hydrate_documents, key_of, load_documents
from kb.search.judging import Judge, Judged
from kb.search.own_calibration import CalibrationSource
from kb.search.query_statistics import QueryStatisticsSource
from kb.search.ranking import select_documents
from kb.search.retrieval import Retrieval
from kb.search.retrieving import Also, Retriever
from kb.search.safety import safety_warning
from kb.search.second_stage import Reading, Reread, SecondStage, reread
from kb.search.solved import SolvedSource
from kb.search.stage_clock import StageClock
from kb.search.types import Audience, Collection, CollectionSource, Outcome, Result, SearchAnswer
from kb.text.cleaning import clean_query
from kb.text.language import guess_language
from kb.text.words import says_something

MAX_QUERY_LENGTH = 4000
# How often what is shown is looked at anew where documents are withdrawn meanwhile.
_MOST_LOOKS = 3


class Looked(NamedTuple):
    """What a search would bring. groups: the numbers of the first document groups, best first."""

    groups: Sequence[int]
    outcome: Outcome
    confidence: float


def normalise_query(text: str) -> tuple[str, bool]:
    """The text as it is searched, and whether its end was cut off: NFC, one line, nothing invisible."""
    truncated = len(text) > MAX_QUERY_LENGTH
    text = clean_query(text[: MAX_QUERY_LENGTH * 2])
    return text[:MAX_QUERY_LENGTH], truncated or len(text) > MAX_QUERY_LENGTH


class Searcher:
    """Search for one audience. It knows the collections and articles that it was handed and no others; safe for many threads."""

    def __init__(
        self,
        encoder: Encoder,
        sources: Sequence[CollectionSource],
        audience: Audience,
        statistics: QueryStatisticsSource,
        calibration: CalibrationSource,
        second_stage: Callable[[], SecondStage] | None = None,
        solved: SolvedSource | None = None,
        curation: CurationSource = NO_CURATION,
        zone: tzinfo = UTC,
    ) -> None:
        """second_stage: gives it when it is first needed, because what it reads with is large. solved: None where use is not to
        count. curation: what trainers say of words and of single questions; zone: where its days end."""
        self.audience = audience
        self._sources = tuple(sources)
        self._second_stage = second_stage
        self._retriever = Retriever(encoder, statistics, solved, curation, zone)
        self._judge = Judge(calibration, curation, self._retriever.is_word)

    @property
    def unsure_from(self) -> float:
        """The confidence below which the outcome is "none"."""
        return self._judge.calibration.unsure_from

    def views(self) -> list[Collection]:
        """The collections of this audience, each as it is now."""
        return [source.view() for source in self._sources]

    def search(
        self, session: Session, text: str, *, reader_language: str, limit: int = 10, is_typing: bool = False
    ) -> SearchAnswer:
        """What this audience gets for `text`: results in the reader's language where there is one, and an honest outcome.

        Each collection is searched and judged by itself, so that the desk says of an article what the help centre says. The
        confidence is that of the first result. is_typing: the text is typed on at this moment, so that no second stage is asked.
        Odd input (nothing but emoji, 100,000 characters, control characters) gives an answer too, never an exception.
        """
        clock = StageClock()
        query, truncated = normalise_query(text)
        language = guess_language(query)
        reading = Reading() if is_typing else self._begin_reading(self._sources, query, language)
        answers = [
            self._search([source], session, query, language, reader_language, limit, reading, clock)
            for source in self._sources
        ]
        # Of all that was typed, also of what is too long to be searched.
        safety = safety_warning(session, text, reader_language=reader_language)
        answer = join_answers(answers, limit)
        # Whoever is in danger is not asked whether they meant a word that looks like that of the danger.
        meant = answer.did_you_mean if safety is None else ""
        return replace(answer, timings_ms=clock.finish(), truncated=truncated, safety=safety, did_you_mean=meant)

    def _search(
        self,
        sources: Sequence[CollectionSource],
        session: Session,
        query: str,
        language: str,
        reader_language: str,
        limit: int,
        reading: Reading,
        clock: StageClock,
    ) -> SearchAnswer:
        """The same of some of the collections, for a normalised query."""
        if not says_something(query):
            return self._answer(sources, query, language)
        found = self._retriever.retrieve_with_parts(sources, query, language, clock)
        for look in range(_MOST_LOOKS + 1):
            if look:
                # Some were withdrawn a moment ago: what is shown, and how sure it is, is judged without them.
                found = found.without_hidden(session, self.audience)
            # What a trainer has put first for this very question needs no second opinion.
            # Without the meaning, how sure the first stage is says nothing of where the second helps.
            used = Reading() if found.is_pinned or found.words_only else reading
            ranking, confidence = used.rank(found, partial(self._judge.confidence, found), clock)
            ranked = select_documents(found.candidates, ranking, limit)
            clock.lap("rank")
            documents = load_documents(session, found.collections, ranked, self.audience)
            if all(key_of(found.collections, item) in documents for item in ranked):
                break
        results = hydrate_documents(documents, reader_language, found.query.telling_words(), found, ranked)
        clock.lap("load")
        is_pinned = found.is_pinned and bool(results)
        if is_pinned:
            results[0] = results[0]._replace(pinned=True)
        answer = self._answer(
            sources, query, language, confidence, results, found.mentions.missing, used, is_pinned=is_pinned
        )
        return replace(answer, read_as=found.query.text, did_you_mean=found.query.meant, words_only=found.words_only)

    def signals(self, text: str) -> tuple[NDArray[np.float64], int] | None:
        """What the confidence is judged by (shape (len(FEATURES),)) and the id of the best document; None without any.

        For fitting a calibration: it is taken from the very code that serves searches.
        """
        query, _ = normalise_query(text)
        if not says_something(query):
            return None
        found = self._retriever.retrieve(self._sources, query, guess_language(query), StageClock())
        if found.signals is None:
            return None
        return found.signals, int(found.candidates.documents[found.ranking.documents.rows[0]])

    def reread(self, text: str) -> Reread | None:
        """What the second stage says of a search, for fitting how much it counts; None without any, or where nothing is found."""
        query, _ = normalise_query(text)
        if self._second_stage is None or not says_something(query):
            return None
        found = self._retriever.retrieve_with_parts(self._sources, query, guess_language(query), StageClock())
        return reread(self._second_stage().reranker, found)

    def judge(self, session: Session | None, text: str, results: Sequence[Result]) -> SearchAnswer:
        """`results`, which something else found for `text`, best first, with the confidence in the first of them.

        It is judged by the signals of a search that ranks it first, among what may be seen. What the search does not even bring
        up deserves none. session: None where it was asked a moment ago what may be seen.
        """
        clock = StageClock()
        query, truncated = normalise_query(text)
        language = guess_language(query)
        confidence = 0.0
        missing: Sequence[str] = ()
        reading = Reading()
        sources = [source for source in self._sources if results and source.name is results[0].collection]
        if sources and says_something(query):
            reading = self._begin_reading(sources, query, language)
            found = self._retriever.retrieve_with_parts(sources, query, language, clock)
            if session is not None:
                found = found.without_hidden(session, self.audience)
            given = found.ranked_first(results[0])
            if given is not None:
                confidence = reading.judge(found, given, partial(self._judge.confidence, found), clock)
            missing = found.mentions.missing
        answer = self._answer(sources or self._sources, query, language, confidence, results, missing, reading)
        return replace(answer, timings_ms=clock.finish(), truncated=truncated)

    def find(
        self,
        session: Session,
        text: str,
        also: Also,
        *,
        visible: Ids | None = None,
    ) -> Retrieval:
        """What a search for `text` brings up of what may be seen, ranked, for a ranking that knows more than the text.

        also: passages that are candidates too, per collection; visible: all articles that are taken to be public, for trying out.
        """
        query, _ = normalise_query(text)
        found = self._retriever.retrieve(self._sources, query, guess_language(query), StageClock(), also=also)
        return found.without_hidden(session, self.audience, visible)

    def look(self, session: Session, text: str, limit: int, *, visible: Ids | None = None) -> Looked:
        """What the first stage alone makes of a search: for trying out. visible: all articles that are taken to be public."""
        query, _ = normalise_query(text)
        language = guess_language(query)
        if not says_something(query):
            return Looked((), Outcome.NONE, 0.0)
        found = self._retriever.retrieve_with_parts(self._sources, query, language, StageClock())
        found = found.without_hidden(session, self.audience, visible)
        ranked = select_documents(found.candidates, found.ranking, limit)
        judged = self._judge.judge(
            self._sources,
            query,
            language,
            self._judge.confidence(found, found.ranking) if ranked else 0.0,
            has_results=bool(ranked),
            missing=found.mentions.missing,
            is_pinned=found.is_pinned,
        )
        return Looked(tuple(item.group for item in ranked), judged.outcome, judged.confidence)

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Many queries are about to be asked one after the other: let the encoder read them on all processors."""
        queries = (normalise_query(text)[0] for text in texts)
        self._retriever.read_ahead(self._sources, [query for query in queries if says_something(query)])

    def retrieve_each(self, text: str, also: Also | None = None) -> list[Retrieval]:
        """What each collection brings up for a search, withdrawn documents too: for explaining it. also: see `find`."""
        query, _ = normalise_query(text)
        language = guess_language(query)
        if not says_something(query):
            return []
        return [
            self._retriever.retrieve([source], query, language, StageClock(), also=also) for source in self._sources
        ]

    def judge_first(self, found: Retrieval) -> Judged:
        """What the first stage says of the first document of what one collection brought up."""
        sources = [source for source in self._sources if source.name is found.collections[0].name]
        query, _ = normalise_query(found.typed)
        has_results = len(found.ranking.documents.groups) > 0
        return self._judge.judge(
            sources,
            query,
            guess_language(query),
            self._judge.confidence(found, found.ranking) if has_results else 0.0,
            has_results=has_results,
            missing=found.mentions.missing,
            is_pinned=found.is_pinned,
        )

    @property
    def calibration(self) -> Calibration:
        """The one that is used now."""
        return self._judge.calibration

    @property
    def has_second_stage(self) -> bool:
        return self._second_stage is not None

    def _begin_reading(self, sources: Sequence[CollectionSource], query: str, language: str) -> Reading:
        """The second stage for one search: none for what asks nothing. All collections together have its time."""
        if self._second_stage is None or self._judge.no_question(sources, query, language):
            return Reading()
        stage = self._second_stage()
        return Reading(replace(stage, budget=stage.budget * len(sources) / len(self._sources)))

    def _answer(
        self,
        sources: Sequence[CollectionSource],
        query: str,
        language: str,
        confidence: float = 0.0,
        results: Sequence[Result] = (),
        missing: Sequence[str] = (),
        reading: Reading | None = None,
        *,
        is_pinned: bool = False,
    ) -> SearchAnswer:
        judged = self._judge.judge(
            sources, query, language, confidence, has_results=bool(results), missing=missing, is_pinned=is_pinned
        )
        return SearchAnswer(
            query,
            language,
            judged.outcome,
            judged.confidence,
            results,
            {},
            str(uuid.uuid4()),
            no_question=judged.no_question,
            missing=missing,
            rerank=(reading or Reading()).state,
        )
