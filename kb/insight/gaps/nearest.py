"""The articles nearest to the questions of a gap, whoever may see them, in all their languages, and how far each stands out.

This is for trainers, who may see everything. What is published comes from the collections, with its vectors; drafts and
archived articles are in no collection, so they are encoded here, once per process and revision.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import article_blocks
from kb.search.alternative_questions import encode_alternative_questions
from kb.search.encoding import Encoder, Vectors
from kb.search.types import Collection, CollectionName
from kb.tables import Article
from kb.text.blocks import written

# A document is compared with about so many others: enough to tell a near one from what is merely the nearest.
NEAREST = 30
_DEPTH = 60
# Fewer documents than this say nothing about what is usual in a language.
_LEAST_IN_LANGUAGE = 5
# Drafts beyond this number (the newest count) are not looked at.
_UNPUBLISHED = 200
_LEAD = 600
Numbers = NDArray[np.float64]


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
class Document:
    """An article in all its languages."""

    key: str
    versions: list[Version] = field(default_factory=list)


@dataclass(frozen=True)
class Neighbours:
    """scores: (questions, documents), z-scores: how far a document stands out among those of its language."""

    documents: list[Document]
    scores: Numbers


_drafts: LRUCache[tuple[str, int, str], Vectors] = LRUCache(2_000)
_drafts_lock = Lock()


def find_neighbours(
    session: Session, encoder: Encoder, collections: Sequence[Collection], questions: Vectors
) -> Neighbours:
    """The documents nearest to any of the questions, (questions, dimensions), and the unpublished ones.

    Cosines of a sentence encoder differ little, and more between languages than between topics. So a document is compared
    with the others of the same language, in standard deviations above their mean; of its languages the mean is taken.
    """
    articles = [collection for collection in collections if collection.name is not CollectionName.TICKETS]
    near = {article for vector in questions for article in _nearest_articles(articles, vector)}
    keys = select(Article.translation_key).where(Article.id.in_(near))
    found = list(session.scalars(select(Article).where(Article.translation_key.in_(keys))))
    found += session.scalars(
        select(Article).where(Article.status != "published").order_by(Article.updated_at.desc()).limit(_UNPUBLISHED)
    )
    vectors = _vectors_of_drafts(encoder, [article for article in found if article.status != "published"])
    documents: dict[str, Document] = {}
    cosines: dict[str, list[tuple[str, Numbers]]] = defaultdict(list)  # language -> (key, (questions,)) of each version
    for article in sorted({article.id: article for article in found}.values(), key=lambda article: article.id):
        passages = vectors[article.id] if article.status != "published" else _passages_of(articles, article.id)
        if not len(passages):
            continue  # not indexed yet
        document = documents.setdefault(article.translation_key, Document(article.translation_key))
        document.versions.append(Version(article.id, article.language, article.title, article.audience, article.status))
        best = np.asarray((questions @ passages.T).max(axis=1), dtype=np.float64)
        cosines[article.language].append((article.translation_key, best))
    chosen = sorted(documents.values(), key=lambda document: document.key)
    return Neighbours(chosen, _standings([document.key for document in chosen], cosines, len(questions)))


def _standings(keys: Sequence[str], cosines: dict[str, list[tuple[str, Numbers]]], questions: int) -> Numbers:
    """(questions, documents): z-scores within each language, averaged over the languages that a document has."""
    place = {key: number for number, key in enumerate(keys)}
    sums, counts = np.zeros((questions, len(keys))), np.zeros(len(keys))
    everything = [best for versions in cosines.values() for _, best in versions]
    for versions in cosines.values():
        usual = np.stack([best for _, best in versions] if len(versions) >= _LEAST_IN_LANGUAGE else everything)
        mean, spread = usual.mean(axis=0), np.maximum(usual.std(axis=0), 1e-6)
        for key, best in versions:
            sums[:, place[key]] += (best - mean) / spread
            counts[place[key]] += 1
    return np.asarray(sums / np.maximum(counts, 1))


def _nearest_articles(collections: Sequence[Collection], vector: Vectors) -> Iterable[int]:
    """Ids of the articles of the nearest passages, NEAREST of each collection."""
    for collection in collections:
        ids, _ = collection.search_dense(vector, _DEPTH)
        yield from [int(article) for article in dict.fromkeys(collection.fetch(ids).facts.documents.tolist())][:NEAREST]


def _passages_of(collections: Sequence[Collection], article: int) -> Vectors:
    """Of a published article, (passages, dimensions); none where it is not indexed yet."""
    for collection in collections:
        found = collection.fetch(documents=[article])
        if len(found.ids):
            return found.vectors
    return np.zeros((0, 0), np.float32)


def _vectors_of_drafts(encoder: Encoder, drafts: Sequence[Article]) -> dict[int, Vectors]:
    """Per article id the vectors of its title and beginning, and of its alternative questions."""
    found: dict[int, Vectors] = {}
    for draft in drafts:
        key = (encoder.fingerprint, draft.id, draft.content_hash)
        with _drafts_lock:
            kept = _drafts.get(key)
        if kept is None:
            beginning = encoder.encode_passages([_beginning(draft)])
            kept = np.concatenate(
                [beginning, encode_alternative_questions(encoder, list(filter(None, draft.also_asked)))]
            )
            with _drafts_lock:
                _drafts[key] = kept
        found[draft.id] = kept
    return found


def _beginning(draft: Article) -> str:
    """Title and first text of a draft as its passages would have them: what readers see, not its source."""
    return f"{draft.title}\n" + "\n".join(written(block.text) for block in article_blocks(draft.body))[:_LEAD]
