"""Everything that could have answered a miss: the articles nearest to it, whoever may see them, in all their languages.

This is for trainers, who may see everything. What is published comes from the collections, with its vectors; drafts and
archived articles are in no collection, so their titles and alternative questions are encoded here, once per process and revision.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from cachetools import LRUCache
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.search.alternative_questions import encode_alternative_questions
from kb.search.encoding import Encoder, Ids, Vectors, WordVectors
from kb.search.fusion import inverse_document_frequency
from kb.search.types import ALTERNATIVE_QUESTIONS, Collection, CollectionName
from kb.tables import Article
from kb.text.phonetic_terms import phonetic_keys_of

# A document is compared with about so many others: enough to tell a near one from what is merely the nearest.
NEAREST = 30
_DEPTH = 60
# Drafts beyond this number (the newest count) are not looked at: encoding them would hold up the page.
_UNPUBLISHED = 200
_LEAD = 600
_CACHED = 5_000

# Documents are compared within a view: one language, and either its bodies or its alternative questions (True).
View = tuple[str, bool]
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Version:
    """One language of a document. `published` tells whether the collections hold it."""

    id: int
    language: str
    title: str
    audience: str
    status: str

    @property
    def published(self) -> bool:
        return self.status == "published"


@dataclass
class Candidate:
    """A document and its passages. passages: view -> row numbers in `CandidatePool.vectors`."""

    key: str
    versions: list[Version] = field(default_factory=list)
    passages: dict[View, list[int]] = field(default_factory=lambda: defaultdict(list))
    phonetic_keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CandidatePool:
    """The documents that misses are compared with.

    vectors: float32 (passages, dimensions). word_vectors: per passage. words: per query, article id -> share (0 to 1) of
    what BM25 could give at most.
    """

    candidates: list[Candidate]
    vectors: Vectors
    word_vectors: list[WordVectors]
    words: list[dict[int, float]]

    @property
    def views(self) -> list[View]:
        return sorted({view for document in self.candidates for view in document.passages})


@dataclass(frozen=True)
class _Passages:
    """Of one version: vectors (n, dimensions), the vectors of the words of each, and which are alternative questions."""

    vectors: Vectors
    words: list[WordVectors]
    are_questions: list[bool]


class BatchCache(Generic[_Value]):
    """A cache of values by key that makes all missing ones of a request at once. Safe for many threads."""

    def __init__(self, size: int) -> None:
        self._values: LRUCache[tuple[str, ...], _Value] = LRUCache(size)
        self._lock = Lock()

    def get(self, keys: Sequence[tuple[str, ...]], make: Callable[[list[int]], Iterable[_Value]]) -> list[_Value]:
        """The values of `keys`; `make` gets the places of those that are missing."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        missing = [place for place, key in enumerate(keys) if key not in found]
        new = {keys[place]: value for place, value in zip(missing, make(missing), strict=True)} if missing else {}
        with self._lock:
            self._values.update(new)
        return [found[key] if key in found else new[key] for key in keys]


_phonetic_keys: BatchCache[frozenset[str]] = BatchCache(_CACHED)
_drafted: BatchCache[_Passages] = BatchCache(_CACHED)


def gather_candidate_pool(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    queries: Sequence[tuple[Vectors, Sequence[tuple[str, float]]]],
) -> CandidatePool:
    """The documents nearest to any of `queries` (vector and weighted terms), with all their versions."""
    articles = [collection for collection in collections if collection.name is not CollectionName.TICKETS]
    near: set[int] = set()
    words: list[dict[int, float]] = []
    for vector, terms in queries:
        near.update(_near_in_meaning(articles, vector))
        words.append(_share_of_words(articles, terms))
        near.update(sorted(words[-1], key=lambda document: -words[-1][document])[:NEAREST])
    keys = select(Article.translation_key).where(Article.id.in_(near))
    found = list(session.scalars(select(Article).where(Article.translation_key.in_(keys))))
    unpublished = session.scalars(
        select(Article).where(Article.status != "published").order_by(Article.updated_at.desc()).limit(_UNPUBLISHED)
    )
    rows = {article.id: article for article in [*found, *unpublished]}
    candidates: dict[str, Candidate] = {}
    blocks: list[Vectors] = []
    word_vectors: list[WordVectors] = []
    known_keys = _phonetic_keys_of(list(rows.values()))
    drafts = [article for article in rows.values() if article.status != "published"]
    drafted = dict(zip([article.id for article in drafts], _encode_drafts(encoder, drafts), strict=True))
    for article in rows.values():
        candidate = candidates.setdefault(article.translation_key, Candidate(article.translation_key))
        passages = _passages_of(articles, article.id) if article.status == "published" else drafted[article.id]
        candidate.versions.append(
            Version(article.id, article.language, article.title, article.audience, article.status)
        )
        candidate.phonetic_keys |= known_keys[article.id]
        for row, is_question in enumerate(passages.are_questions, start=len(word_vectors)):
            candidate.passages[article.language, is_question].append(row)
        if passages.are_questions:
            blocks.append(passages.vectors)
            word_vectors += passages.words
    vectors = np.concatenate(blocks) if blocks else np.zeros((0, encoder.dimensions), np.float32)
    kept = [candidate for candidate in candidates.values() if candidate.passages]
    return CandidatePool(sorted(kept, key=lambda candidate: candidate.key), vectors, word_vectors, words)


def _near_in_meaning(collections: Sequence[Collection], vector: Vectors) -> Iterable[int]:
    """Article ids of the nearest passages, NEAREST of each collection."""
    for collection in collections:
        ids, _ = collection.search_dense(vector, _DEPTH)
        yield from [int(document) for document in dict.fromkeys(collection.facts(ids).documents.tolist())][:NEAREST]


def _share_of_words(collections: Sequence[Collection], terms: Sequence[tuple[str, float]]) -> dict[int, float]:
    """Article id -> BM25 of its best passage, as a share of what a passage with all terms could have."""
    shares: dict[int, float] = {}
    for collection in collections:
        size = len(collection)
        attainable = 0.0
        for term, weight in terms:
            frequency = collection.document_frequency(term)
            attainable += weight * inverse_document_frequency(frequency, size)
        ids, scores = collection.search_lexical(terms, _DEPTH)
        for document, score in zip(collection.facts(ids).documents.tolist(), scores.tolist(), strict=True):
            shares[document] = max(shares.get(document, 0.0), score / max(attainable, 1e-6))
    return shares


def _passages_of(collections: Sequence[Collection], article: int) -> _Passages:
    """Of a published article; none, if it is not indexed yet."""
    for collection in collections:
        ids: Ids = collection.passages_of(article)
        if len(ids):
            are_questions = [bool(part == ALTERNATIVE_QUESTIONS) for part in collection.facts(ids).parts]
            return _Passages(collection.vectors(ids), list(collection.words(ids)), are_questions)
    return _Passages(np.zeros((0, 0), np.float32), [], [])


def _encode_drafts(encoder: Encoder, drafts: Sequence[Article]) -> list[_Passages]:
    """Per draft its alternative questions, and its beginning last."""

    def encode(places: list[int]) -> list[_Passages]:
        questions = [list(filter(None, drafts[i].also_asked)) for i in places]
        asked = encoder.embed_passages([text for some in questions for text in some])
        vectors = encode_alternative_questions(encoder, [text for some in questions for text in some], asked.vectors)
        bodies = encoder.embed_passages([f"{drafts[i].title}\n{drafts[i].body[:_LEAD]}" for i in places])
        ends = np.cumsum([len(some) for some in questions])
        return [
            _Passages(
                np.concatenate([vectors[end - len(some) : end], bodies.vectors[[row]]]),
                [*asked.words[end - len(some) : end], bodies.words[row]],
                [True] * len(some) + [False],
            )
            for row, (some, end) in enumerate(zip(questions, ends.tolist(), strict=True))
        ]

    return _drafted.get([(encoder.fingerprint, str(draft.id), draft.content_hash) for draft in drafts], encode)


def _phonetic_keys_of(articles: Sequence[Article]) -> dict[int, frozenset[str]]:
    """Per article the phonetic_keys of its words."""

    def make_keys(places: list[int]) -> list[frozenset[str]]:
        return [
            phonetic_keys_of(" ".join([articles[i].title, *articles[i].also_asked, articles[i].body])) for i in places
        ]

    found = _phonetic_keys.get([(str(article.id), article.content_hash) for article in articles], make_keys)
    return dict(zip([article.id for article in articles], found, strict=True))
