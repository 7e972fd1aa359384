"""Everything that could have answered a miss: the articles nearest to it, whoever may see them, in all their languages.

This is for trainers, who may see everything. What is published comes from the collections, with its vectors; drafts and
archived articles are in no collection, so their titles and wordings are encoded here, once per process and revision.
"""

import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.contracts import Encoder, Ids, Vectors
from kb.gaps.sounds import sounds_in
from kb.search.types import PARTS, Collection, CollectionName
from kb.search.wordings import encode_wordings
from kb.tables import Article

# A document is compared with about so many others: enough to tell a near one from what is merely the nearest.
NEAREST = 30
_DEPTH = 60
_QUESTIONS = PARTS.index("questions")
# Drafts beyond this number (the newest count) are not looked at: encoding them would hold up the page.
_UNPUBLISHED = 200
_LEAD = 600
_KEPT = 5_000

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
    """A document and its passages. passages: (language, is a list of wordings) -> row numbers in `Library.vectors`."""

    key: str
    versions: list[Version] = field(default_factory=list)
    passages: dict[tuple[str, bool], list[int]] = field(default_factory=lambda: defaultdict(list))
    sounds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Library:
    """The documents that misses are compared with.

    vectors: float32 (passages, dimensions). words: per query, article id -> share (0 to 1) of what BM25 could give at most.
    """

    candidates: list[Candidate]
    vectors: Vectors
    words: list[dict[int, float]]


class _Kept(Generic[_Value]):
    """Values by key, the least recently used forgotten first."""

    def __init__(self, size: int) -> None:
        self._values: OrderedDict[tuple[str, ...], _Value] = OrderedDict()
        self._size = size
        self._lock = Lock()

    def get(self, keys: Sequence[tuple[str, ...]], make: Callable[[list[int]], Iterable[_Value]]) -> list[_Value]:
        """The values of `keys`; `make` gets the places of those that are missing."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        missing = [place for place, key in enumerate(keys) if key not in found]
        new = {keys[place]: value for place, value in zip(missing, make(missing), strict=True)} if missing else {}
        with self._lock:
            self._values.update(new)
            for key in found:
                if key in self._values:
                    self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return [found[key] if key in found else new[key] for key in keys]


_sounds: _Kept[frozenset[str]] = _Kept(_KEPT)
_drafted: _Kept[Vectors] = _Kept(_KEPT)


def gather_library(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    queries: Sequence[tuple[Vectors, Sequence[tuple[str, float]]]],
) -> Library:
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
    heard = _sounds_of(list(rows.values()))
    drafts = [article for article in rows.values() if article.status != "published"]
    drafted = dict(zip([article.id for article in drafts], _encode_drafts(encoder, drafts), strict=True))
    count = 0
    for article in rows.values():
        candidate = candidates.setdefault(article.translation_key, Candidate(article.translation_key))
        if article.status == "published":
            found_vectors, wordings = _passages_of(articles, article.id)
        else:
            found_vectors = drafted[article.id]
            wordings = [True] * (len(found_vectors) - 1) + [False]
        candidate.versions.append(
            Version(article.id, article.language, article.title, article.audience, article.status)
        )
        candidate.sounds |= heard[article.id]
        for is_wording in wordings:
            candidate.passages[article.language, is_wording].append(count)
            count += 1
        if wordings:
            blocks.append(found_vectors)
    vectors = np.concatenate(blocks) if blocks else np.zeros((0, encoder.dimensions), np.float32)
    kept = [candidate for candidate in candidates.values() if candidate.passages]
    return Library(sorted(kept, key=lambda candidate: candidate.key), vectors, words)


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
            attainable += weight * math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))
        ids, scores = collection.search_lexical(terms, _DEPTH)
        for document, score in zip(collection.facts(ids).documents.tolist(), scores.tolist(), strict=True):
            shares[document] = max(shares.get(document, 0.0), score / max(attainable, 1e-6))
    return shares


def _passages_of(collections: Sequence[Collection], article: int) -> tuple[Vectors, list[bool]]:
    """Vectors of a published article, and which of them are wordings (also asked). None, if it is not indexed yet."""
    for collection in collections:
        ids: Ids = collection.passages_of(article)
        if len(ids):
            facts = collection.facts(ids)
            return collection.vectors(ids), [bool(part == _QUESTIONS) for part in facts.parts]
    return np.zeros((0, 0), np.float32), []


def _encode_drafts(encoder: Encoder, drafts: Sequence[Article]) -> list[Vectors]:
    """Per draft the vectors of its title and wordings, and of its beginning last."""

    def encode(places: list[int]) -> list[Vectors]:
        wordings = [[drafts[i].title, *filter(None, drafts[i].also_asked)] for i in places]
        vectors = encode_wordings(encoder, [text for some in wordings for text in some])
        bodies = encoder.encode_passages([f"{drafts[i].title}\n{drafts[i].body[:_LEAD]}" for i in places])
        ends = np.cumsum([len(some) for some in wordings])
        parts = np.split(vectors, ends[:-1])
        return [np.concatenate([part, body[None, :]]) for part, body in zip(parts, bodies, strict=True)]

    return _drafted.get([(encoder.fingerprint, str(draft.id), draft.content_hash) for draft in drafts], encode)


def _sounds_of(articles: Sequence[Article]) -> dict[int, frozenset[str]]:
    """Per article the sounds of its words."""

    def listen(places: list[int]) -> list[frozenset[str]]:
        return [sounds_in(" ".join([articles[i].title, *articles[i].also_asked, articles[i].body])) for i in places]

    found = _sounds.get([(str(article.id), article.content_hash) for article in articles], listen)
    return dict(zip([article.id for article in articles], found, strict=True))
