"""Bringing up what collections have for a query: words and meaning, each ranked by itself. What people see of it comes later."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from threading import Lock

import numpy as np

from kb.core.clock import utc_now
from kb.core.errors import ModelError
from kb.search.candidates import DEPTH, gather_candidates
from kb.search.curation import CurationSource
from kb.search.encoding import Encoder, Ids, QueryEmbedding, Vectors
from kb.search.fusion import NO_CENTRING
from kb.search.lexical_retrieval import LexicalHits, retrieve_lexically
from kb.search.long_texts import split_long_text
from kb.search.query_embeddings import embed_query, read_ahead
from kb.search.query_processing import ProcessedQuery, process_query
from kb.search.query_statistics import QueryStatisticsSource
from kb.search.retrieval import Retrieval
from kb.search.solved import NOTHING_SOLVED, SolvedSource
from kb.search.stage_clock import StageClock
from kb.search.synonyms import Synonyms
from kb.search.types import Collection, CollectionName, CollectionSource, is_known_term
from kb.text.language import guess_language
from kb.text.spelling import Speller
from kb.text.words import find_words

_NO_IDS, _NO_SCORES = np.zeros(0, np.int64), np.zeros(0, np.float32)
# Passages that are candidates too, per collection.
Also = Callable[[Sequence[Collection]], Sequence[Ids]]


class Retriever:
    """For normalised queries; safe for many threads. Nothing but embeddings is kept from one search to the next."""

    def __init__(
        self,
        encoder: Encoder,
        statistics: QueryStatisticsSource,
        solved: SolvedSource | None,
        curation: CurationSource,
        zone: tzinfo,
    ) -> None:
        """zone: where the days of pinned answers end."""
        self._encoder = encoder
        self._statistics = statistics
        self._solved = solved
        self._curation = curation
        self._zone = zone
        self._helper = ThreadPoolExecutor(1, thread_name_prefix="lexical")
        self._is_helping = Lock()

    def retrieve_with_parts(
        self, sources: Sequence[CollectionSource], query: str, language: str, clock: StageClock
    ) -> Retrieval:
        """The same with what the parts of a long text bring up; a short one has none."""
        found = self.retrieve(sources, query, language, clock)
        parts = [self.retrieve(sources, part, guess_language(part), clock) for part in split_long_text(query)]
        return replace(found, parts=parts) if parts else found

    def retrieve(
        self,
        sources: Sequence[CollectionSource],
        query: str,
        language: str,
        clock: StageClock,
        *,
        also: Also | None = None,
    ) -> Retrieval:
        """What these collections have on a normalised query."""
        collections = [source.view() for source in sources]
        curation = self._curation.current()
        processed = self._process(collections, query, language, curation.synonyms)
        pin = curation.pins.find(query, language, utc_now().astimezone(self._zone).date())
        query = processed.asked
        lexical_hits = self._beside(partial(retrieve_lexically, processed, query, language, collections))
        embedding = self._embed(processed.text)
        words_only = embedding is None
        if embedding is None:
            embedding = _no_embedding(collections)
        clock.lap("encode")
        lexical = lexical_hits()
        clock.lap("lexical")
        dense = [
            (_NO_IDS, _NO_SCORES) if words_only else collection.search_dense(embedding.vector, DEPTH)
            for collection in collections
        ]
        clock.lap("dense")
        if also:
            dense = _with_others(dense, also(collections))
        pinned: set[int] = set()
        if pin is not None:
            own = [_passages_of(collection, pin.article) for collection in collections]
            dense = _with_others(dense, [ids for ids, _ in own])
            pinned.update(*(groups for _, groups in own))
        candidates = gather_candidates(collections, embedding.vector, dense, lexical.hits)
        words = len(find_words(processed.text))
        centring = NO_CENTRING if words_only else self._statistics.current().centring(processed.background, words)
        solved = self._solved.current() if self._solved else NOTHING_SOLVED
        return Retrieval(
            query,
            processed,
            embedding,
            centring,
            collections,
            lexical,
            candidates,
            solved,
            pinned=tuple(sorted(pinned)),
            words_only=words_only,
        )

    def _beside(self, work: Callable[[], LexicalHits]) -> Callable[[], LexicalHits]:
        """Gives what `work` finds. It begins at once, while the model runs: both leave Python's lock alone.

        Where several search at a time the processors are busy anyway, and all but one do it themselves: handing over would cost
        more than it brings.
        """
        if not self._is_helping.acquire(blocking=False):
            return work
        future = self._helper.submit(work)
        future.add_done_callback(lambda _done: self._is_helping.release())
        return future.result

    def _embed(self, text: str) -> QueryEmbedding | None:
        """None while the encoder is missing: then the words alone are looked up."""
        try:
            return embed_query(self._encoder, text)
        except ModelError:
            return None

    def read_ahead(self, sources: Sequence[CollectionSource], queries: Iterable[str]) -> None:
        """Encode normalised queries, with the parts of long ones, which are about to be asked one after the other.

        Raises ModelError where the encoder is missing.
        """
        collections = [source.view() for source in sources]
        synonyms = self._curation.current().synonyms
        read_ahead(
            self._encoder,
            (
                self._process(collections, text, guess_language(text), synonyms).text
                for query in queries
                for text in (query, *split_long_text(query))
            ),
        )

    def _process(
        self, collections: Sequence[Collection], query: str, language: str, synonyms: Synonyms
    ) -> ProcessedQuery:
        return process_query(
            query,
            language,
            partial(is_known_term, collections),
            Speller([collection.stats().vocabulary for collection in collections], self.is_word),
            synonyms,
        )

    def is_word(self, word: str) -> bool:
        """Whether the encoder has learned a word whole: then it is no misspelling, whatever the collections know."""
        try:
            return any(self._encoder.count_tokens([form]) == [1] for form in dict.fromkeys((word, word.lower())))
        except ModelError:  # the encoder is missing
            return False


def _no_embedding(collections: Sequence[Collection]) -> QueryEmbedding:
    """Like nothing: every product with it is 0."""
    dimensions = len(collections[0].stats().background.mean) if collections else 0
    return QueryEmbedding(np.zeros(dimensions, np.float32), (), np.zeros((0, 0), np.float32))


def _with_others(found: Sequence[tuple[Ids, Vectors]], others: Sequence[Ids]) -> list[tuple[Ids, Vectors]]:
    """The nearest passages of each collection and further ones, whose cosines are not known yet."""
    return [(np.concatenate((ids, more)), scores) for (ids, scores), more in zip(found, others, strict=True)]


def _passages_of(collection: Collection, article: int) -> tuple[Ids, Sequence[int]]:
    """All passages of an article's group, in every language, and the group."""
    if collection.name is CollectionName.TICKETS:
        return np.zeros(0, np.int64), ()
    groups = np.unique(collection.fetch(documents=[article]).facts.groups)
    return collection.fetch(groups=groups).ids if len(groups) else groups, groups.tolist()
