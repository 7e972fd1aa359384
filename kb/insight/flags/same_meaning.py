"""Articles that say what another one says without its words, also in another language where it is no translation, by vectors.

What two articles have in common is judged by what articles of these two languages usually have in common with the second nearest
other one. What was measured: docs/experiments/0065-the-last-of-the-studio.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.rendering import shown_text
from kb.insight.flags.found import FoundFlag, duplicate_key
from kb.tables import Article, BuildState, FlagKind, IndexBuild, Passage

# How far on the way from "as usual" to "the same" two articles lie at least; in two languages vectors lie farther apart.
SAME, SAME_IN_TWO_LANGUAGES = 0.36, 0.23
# Below so many articles of a language nobody can tell what is usual; beyond so many the newest are compared.
LEAST_ARTICLES, MOST_ARTICLES = 12, 4_000
# Passages that are compared at once, and pairs of them that are shown.
_BLOCK, _SHOWN, _LONGEST = 400, 4, 400
_BODY = "body"


@dataclass(frozen=True)
class _Text:
    article: Article
    passages: Sequence[str]
    vectors: NDArray[np.float32]


def find_same_meaning(session: Session, *, tick: Callable[[], None]) -> list[FoundFlag]:
    """Published articles of one audience, of each two groups of translations the nearest pair; flagged at the newer one.

    Two languages are compared where neither article has a version in the language of the other: else those versions are.
    """
    found = []
    for audience in ("public", "internal"):
        texts = list(_texts(session, audience))
        if len(texts) >= LEAST_ARTICLES:
            found += _among(texts, tick)
    return found


def _texts(session: Session, audience: str) -> Iterator[_Text]:
    """Of each article the passages as they are indexed."""
    query = select(Article).where(Article.status == "published", Article.audience == audience)
    newest = session.scalars(query.order_by(Article.id.desc()).limit(MOST_ARTICLES))
    articles = {article.id: article for article in newest}
    live = select(IndexBuild.id).where(IndexBuild.state == BuildState.LIVE.value).scalar_subquery()
    rows = session.execute(
        select(Passage.document_id, Passage.text, Passage.vector)
        .where(Passage.build_id == live, Passage.document_kind == "article", Passage.part == _BODY)
        .order_by(Passage.document_id, Passage.position)
    )
    for number, of_article in groupby(rows, key=lambda row: row.document_id):
        passages = list(of_article)
        if number in articles:
            vectors = np.stack([np.frombuffer(row.vector, "<f4") for row in passages])
            yield _Text(articles[number], [row.text for row in passages], vectors)


def _among(texts: Sequence[_Text], tick: Callable[[], None]) -> list[FoundFlag]:
    nearness = _nearness(texts, tick)
    keys = np.unique([one.article.translation_key for one in texts], return_inverse=True)[1]
    names, languages = np.unique([one.article.language for one in texts], return_inverse=True)
    is_other = keys[:, None] != keys[None, :]
    has_language = np.zeros((keys.max() + 1, len(names)), np.bool_)
    has_language[keys, languages] = True
    best: dict[tuple[int, int], tuple[bool, float, int, int]] = {}
    for a in range(len(names)):
        for b in range(a, len(names)):
            rows, columns = np.flatnonzero(languages == a), np.flatnonzero(languages == b)
            others = is_other[np.ix_(rows, columns)]
            if min(len(rows), len(columns)) < LEAST_ARTICLES or not others.any(axis=1).all():
                continue
            near = np.where(others, nearness[np.ix_(rows, columns)], -1.0)
            # The second nearest: the nearest of a duplicate is what it repeats.
            of_rows, of_columns = np.partition(near, -2, axis=1)[:, -2], np.partition(near, -2, axis=0)[-2]
            usual = float(of_rows.mean() + of_columns.mean()) / 2
            shares = (near - usual) / max(1 - usual, 1e-6)
            if a != b:
                is_tied = has_language[keys[rows], b][:, None] | has_language[keys[columns], a][None, :]
                shares = np.where(is_tied, -1.0, shares)
            for row, column in np.argwhere(shares >= (SAME if a == b else SAME_IN_TWO_LANGUAGES)).tolist():
                one, other = int(rows[row]), int(columns[column])
                pair = (min(keys[one], keys[other]), max(keys[one], keys[other]))
                # Of one language before two: there a trainer reads both.
                found = (a == b, float(shares[row, column]), one, other)
                best[pair] = max(best.get(pair, found), found)
    return [_flag(texts[one], texts[other], likeness) for _, likeness, one, other in best.values()]


def _nearness(texts: Sequence[_Text], tick: Callable[[], None]) -> NDArray[np.float32]:
    """(articles, articles): of the passages of both how near each is to its nearest one in the other, on average."""
    lengths = np.array([len(one.vectors) for one in texts])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    vectors = np.concatenate([one.vectors for one in texts])
    nearness = np.zeros((len(texts), len(texts)), np.float32)
    begin = 0
    while begin < len(texts):
        tick()
        end = begin + max(1, int(np.searchsorted(np.cumsum(lengths[begin:]), _BLOCK)))
        block = slice(int(starts[begin]), int(starts[end - 1] + lengths[end - 1]))
        cosines = vectors[block] @ vectors.T
        own = starts[begin:end] - starts[begin]
        there = np.add.reduceat(np.maximum.reduceat(cosines, starts, axis=1), own, axis=0)
        back = np.add.reduceat(np.maximum.reduceat(cosines, own, axis=0), starts, axis=1)
        nearness[begin:end] = (there / lengths[begin:end, None] + back / lengths[None, :]) / 2
        begin = end
    return nearness


def _flag(one: _Text, other: _Text, likeness: float) -> FoundFlag:
    older, newer = (one, other) if one.article.id < other.article.id else (other, one)
    cosines = newer.vectors @ older.vectors.T
    nearest = cosines.argmax(axis=1)
    order = np.argsort(-cosines.max(axis=1), kind="stable")[:_SHOWN]
    pairs = [[newer.passages[row][:_LONGEST], older.passages[int(nearest[row])][:_LONGEST]] for row in sorted(order)]
    evidence = {
        "likeness": round(likeness, 2),
        "by_meaning": True,
        "questions": [],
        "pairs": pairs,
        "titles": [newer.article.title, older.article.title],
        "languages": [newer.article.language, older.article.language],
    }
    texts = (shown_text(newer.article.body), shown_text(older.article.body))
    key = duplicate_key(older.article.id, *texts)
    return FoundFlag(newer.article.id, FlagKind.DUPLICATE, key, evidence, older.article.id)
