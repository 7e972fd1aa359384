"""Whether an article says what another one says already, by the vectors that the search finds them with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.checks import Finding
from kb.articles.checks.prose import prose_blocks
from kb.search.encoding import Encoder
from kb.search.searcher import Searcher
from kb.search.types import ALTERNATIVE_QUESTIONS, Collection, CollectionName, Outcome
from kb.tables import Article

# A text is compared piece by piece, about as long as passages are.
PIECE_WORDS, MOST_PIECES, DEPTH = 110, 6, 30
# How much nearer than passages of different articles usually are, beside how near they could be: the same text cut elsewhere lies
# at .44 to .80 of the way, the nearest other article at .23 at most (sample articles, three languages). Free paraphrases lie
# lower: there a second sign is asked for, that the search answers the title with that very article.
SAME_TEXT, SAME_MATTER = 0.35, 0.05
MOST = 3


@dataclass(frozen=True)
class Near:
    """group: of the other document; share: how far on the way from "as usual" to "the same"."""

    group: int
    article: int
    share: float


def pieces_of(title: str, body: str) -> list[str]:
    """The text as it would be cut into passages, about, each with the title."""
    pieces: list[list[str]] = [[]]
    length = 0
    for block in prose_blocks(body):
        words = block.text.split()
        if length and length + len(words) > PIECE_WORDS:
            pieces.append([])
            length = 0
        pieces[-1] += words
        length += len(words)
    return [f"{title} {' '.join(words[: 2 * PIECE_WORDS])}" for words in pieces[:MOST_PIECES] if words]


def near_documents(
    encoder: Encoder, collections: Sequence[Collection], pieces: Sequence[str], own_groups: frozenset[int]
) -> list[Near]:
    """Other articles that the pieces lie near to, the nearest first."""
    if not pieces:
        return []
    vectors = encoder.encode_passages(pieces)
    best: dict[int, np.ndarray] = {}
    article_of: dict[int, int] = {}
    usual: dict[int, float] = {}
    for collection in collections:
        if collection.name is CollectionName.TICKETS:
            continue
        background = collection.stats().background
        for number, vector in enumerate(vectors):
            ids, cosines = collection.search_dense(vector, DEPTH)
            facts = collection.fetch(ids).facts
            for group, document, part, cosine in zip(
                facts.groups.tolist(), facts.documents.tolist(), facts.parts.tolist(), cosines.tolist(), strict=True
            ):
                if group in own_groups or part == ALTERNATIVE_QUESTIONS:
                    continue
                row = best.setdefault(group, np.full(len(vectors), background.neighbour))
                if cosine > row[number]:
                    row[number] = cosine
                    article_of[group] = document
                usual[group] = background.neighbour
    found = [
        Near(group, article_of[group], float((row.mean() - usual[group]) / max(1 - usual[group], 1e-6)))
        for group, row in best.items()
        if group in article_of
    ]
    return sorted(found, key=lambda near: -near.share)


def duplicates(
    session: Session,
    encoder: Encoder,
    searcher: Searcher,
    *,
    title: str,
    body: str,
    article: Article | None,
) -> list[Finding]:
    """Published articles that say the same, in whatever language; the article itself and its translations do not count.

    searcher: of somebody who may read all articles."""
    collections = searcher.views()
    own = _groups_of(session, collections, article)
    near = near_documents(encoder, collections, pieces_of(title, body), own)[:MOST]
    same = [one for one in near if one.share >= SAME_TEXT]
    kind = "duplicate"
    if not same and near and near[0].share >= SAME_MATTER:
        looked = searcher.look(session, title, 1)
        if looked.outcome is Outcome.ANSWERED and looked.groups[0] == near[0].group:
            same, kind = near[:1], "answered_already"
    titles = _titles(session, [one.article for one in same])
    return [
        Finding(kind, "title", 0, len(title), {"article": one.article, "title": titles[one.article]})
        for one in same
        if one.article in titles
    ]


def _groups_of(session: Session, collections: Sequence[Collection], article: Article | None) -> frozenset[int]:
    if article is None or not article.id:
        return frozenset()
    versions = list(session.scalars(select(Article.id).where(Article.translation_key == article.translation_key)))
    groups = [
        collection.fetch(documents=versions).facts.groups.tolist()
        for collection in collections
        if collection.name is not CollectionName.TICKETS
    ]
    return frozenset(group for of_collection in groups for group in of_collection)


def _titles(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    rows = session.execute(select(Article.id, Article.title).where(Article.id.in_(numbers)))
    return {row.id: row.title for row in rows}
