"""The search itself, step by step: normalise, encode, two rankings per collection, fuse, judge, load, show."""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.search.article_cache import ArticleCache
from kb.search.candidates import DEPTH, Candidates, gather_candidates
from kb.search.confidence import Calibration, extract_features
from kb.search.encoding import Encoder, Ids, QueryEmbedding, Vectors
from kb.search.fusion import QueryMeans
from kb.search.hydrate import hydrate_documents
from kb.search.lexical_retrieval import retrieve_lexically
from kb.search.query_processing import ProcessedQuery, process_query
from kb.search.ranking import Ranking, rank_candidates, select_documents
from kb.search.retrieval import Retrieval
from kb.search.types import (
    Audience,
    Collection,
    CollectionName,
    Outcome,
    Result,
    SearchAnswer,
)
from kb.text.cleaning import clean_query
from kb.text.language import guess_language
from kb.text.spelling import Speller
from kb.text.terms import EXACT_MARK
from kb.text.words import says_something

MAX_QUERY_LENGTH = 4000
_CACHED_READINGS = 512


class CollectionSource(Protocol):
    """Something that gives a collection as it is now."""

    @property
    def name(self) -> CollectionName: ...

    def view(self) -> Collection: ...


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
        articles: ArticleCache,
        means: QueryMeans,
        calibration: Calibration,
    ) -> None:
        self.articles = articles
        self._encoder = encoder
        self._sources = tuple(sources)
        self._means = means
        self._calibration = calibration
        self._readings: OrderedDict[str, QueryEmbedding] = OrderedDict()
        self._readings_lock = threading.Lock()

    @property
    def audience(self) -> Audience:
        return self.articles.audience

    @property
    def unsure_from(self) -> float:
        """The confidence below which the outcome is "none"."""
        return self._calibration.unsure_from

    def views(self) -> list[Collection]:
        """The collections of this audience, each as it is now."""
        return [source.view() for source in self._sources]

    def search(
        self, session: Session, text: str, *, reader_language: str, limit: int = 10, per_collection: bool = False
    ) -> SearchAnswer:
        """What this audience gets for `text`: results in the reader's language where there is one, and an honest outcome.

        `limit` counts all results together, or with `per_collection` those of each collection (the desk's columns).
        Odd input (nothing but emoji, 100,000 characters, control characters) gives an answer too, never an exception.
        """
        clock = _Clock()
        query, truncated = normalise_query(text)
        language = guess_language(query)
        public_id = str(uuid.uuid4())
        if not says_something(query):
            return SearchAnswer(query, language, Outcome.NONE, 0.0, [], clock.finish(), public_id, truncated)
        found = self._find(query, language, clock)
        ranked = select_documents(found.candidates, found.ranking, limit, per_collection=per_collection)
        confidence = 0.0 if found.signals is None else self._calibration.probability(found.signals)
        clock.lap("rank")
        results = hydrate_documents(
            session, self.articles, reader_language, _telling_words(found.prepared), found, ranked
        )
        outcome = self._calibration.outcome(confidence) if results else Outcome.NONE
        clock.lap("load")
        return SearchAnswer(query, language, outcome, confidence, results, clock.finish(), public_id, truncated)

    def signals(self, text: str) -> tuple[NDArray[np.float64], int] | None:
        """What the confidence is judged by (shape (len(FEATURES),)) and the id of the best document; None without any.

        For fitting a calibration: it is taken from the very code that serves searches.
        """
        query, _ = normalise_query(text)
        if not says_something(query):
            return None
        found = self._find(query, guess_language(query), _Clock())
        if found.signals is None:
            return None
        return found.signals, int(found.candidates.documents[found.ranking.documents.rows[0]])

    def judge(self, text: str, results: Sequence[Result]) -> SearchAnswer:
        """`results`, which something else found for `text`, best first, with the confidence in the first of them.

        It is judged by the signals of a search that ranks it first. What the search does not even bring up deserves none.
        """
        clock = _Clock()
        query, truncated = normalise_query(text)
        language = guess_language(query)
        confidence = 0.0
        if results and says_something(query):
            found = self._find(query, language, clock)
            ranking = found.ranked_first(results[0])
            if ranking is not None:
                signals = _signals(found.candidates, found.collections, ranking, found.word_count, found.reading.vector)
                confidence = 0.0 if signals is None else self._calibration.probability(signals)
            clock.lap("rank")
        outcome = self._calibration.outcome(confidence) if results else Outcome.NONE
        return SearchAnswer(query, language, outcome, confidence, results, clock.finish(), str(uuid.uuid4()), truncated)

    def find(self, text: str, also: Callable[[Sequence[Collection]], Sequence[Ids]]) -> Retrieval:
        """What a search for `text` brings up and how it ranks it, for a ranking that knows more than the text.

        also: passages that are candidates too, per collection. The query is not counted as one, see `count`.
        """
        query, _ = normalise_query(text)
        return self._find(query, guess_language(query), _Clock(), also=also)

    def count(self, found: Retrieval) -> None:
        """Count in, for queries to come, a text that was found to be a query."""
        self._means.add(found.prepared.background, found.reading.vector)

    def _find(
        self,
        query: str,
        language: str,
        clock: "_Clock",
        *,
        also: Callable[[Sequence[Collection]], Sequence[Ids]] | None = None,
    ) -> Retrieval:
        """Rank what all collections have on a normalised query."""
        collections = self.views()
        prepared = process_query(
            query,
            language,
            lambda term: any(collection.document_frequency(term) for collection in collections),
            Speller([collection.vocabulary for collection in collections], self._is_word),
        )
        known = self._means.strength_and_mean(prepared.background)  # before this query counts in it

        self.articles.follow()
        words = retrieve_lexically(prepared, query, language, collections)
        clock.lap("lexical")
        reading = self._read(prepared, counts=also is None)
        vector = reading.vector
        clock.lap("encode")
        dense = [collection.search_dense(vector, DEPTH) for collection in collections]
        clock.lap("dense")
        if also:
            others = also(collections)
            dense = [(np.concatenate((ids, more)), scores) for (ids, scores), more in zip(dense, others, strict=True)]
        candidates = gather_candidates(collections, vector, dense, words.hits)
        ranking = rank_candidates(candidates, collections, words.scales, reading, prepared.background, known)
        signals = _signals(candidates, collections, ranking, words.count, vector)
        return Retrieval(prepared, reading, collections, candidates, ranking, words.count, signals)

    def _is_word(self, word: str) -> bool:
        """Whether the encoder has learned a word whole: then it is no misspelling, whatever the collections know."""
        return any(self._encoder.count_tokens([form]) == [1] for form in dict.fromkeys((word, word.lower())))

    def _read(self, prepared: ProcessedQuery, *, counts: bool = True) -> QueryEmbedding:
        """The query as the encoder reads it; search as you type asks for the same text again and again."""
        with self._readings_lock:
            if prepared.text in self._readings:
                self._readings.move_to_end(prepared.text)
                return self._readings[prepared.text]
        reading = self._encoder.embed_query(prepared.text)
        if counts:
            self._means.add(prepared.background, reading.vector)
        with self._readings_lock:
            self._readings[prepared.text] = reading
            if len(self._readings) > _CACHED_READINGS:
                self._readings.popitem(last=False)
        return reading


def _signals(
    candidates: Candidates,
    collections: Sequence[Collection],
    ranking: Ranking,
    word_count: int,
    vector: Vectors,
) -> NDArray[np.float64] | None:
    if not len(candidates):
        return None
    row = int(ranking.documents.rows[0])
    return extract_features(
        ranking.documents,
        best_cosine=float(candidates.dense[row]),
        query=vector,
        strength=ranking.strength,
        query_mean=ranking.query_mean,
        background=collections[int(candidates.collections[row])].background,
        term_count=word_count,
        word_match=float(ranking.word_match[row]),
    )


def _telling_words(prepared: ProcessedQuery) -> dict[str, float]:
    """Word beginnings and their weights, for choosing the sentence to mark."""
    return {
        term.removeprefix(EXACT_MARK): weight
        for term, weight in prepared.terms.items()
        if len(term) > 2 and weight >= 1.0
    }


class _Clock:
    """Milliseconds per stage. Stages that a search did not come to are 0."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps = dict.fromkeys(("encode", "dense", "lexical", "rank", "load"), 0.0)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] += (now - self._last) * 1000
        self._last = now

    def finish(self) -> dict[str, float]:
        return {**self._laps, "total": (time.perf_counter() - self._started) * 1000}
