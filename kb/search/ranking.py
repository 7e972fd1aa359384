"""Rank the candidates of one query, and choose the documents that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.search.candidates import Candidates
from kb.search.encoding import Ids, QueryEmbedding, Vectors
from kb.search.fusion import (
    QUESTION_DISCOUNT,
    Centring,
    FusedDocuments,
    fuse_documents,
    lexical_share,
    score_passages,
)
from kb.search.late_interaction import COMPARED_PASSAGES, LATE_INTERACTION_WEIGHT, match_words, weakest_words
from kb.search.solved import NOTHING_SOLVED, SolvedCounts
from kb.search.types import ALTERNATIVE_QUESTIONS, Collection, language_number

# How many documents of a collection are asked in their other languages too, and what that counts beside the best passage.
_AGREEMENT_DEPTH = 20
AGREEMENT_WEIGHT = 1.0


@dataclass(frozen=True)
class Ranking:
    """All candidate documents in order, and what judging the best of them needs.

    weakest_word: per candidate passage how well its document has that word of the query which it has least, at most 1; 0 where
    nothing was compared.
    """

    documents: FusedDocuments
    weakest_word: Vectors


class RankedDocument(NamedTuple):
    """A document to show. rows: its candidate passages, best first; `document` is that of the best one."""

    collection: int
    document: int
    group: int
    score: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class PassageShares:
    """What each signal gives the score of each candidate passage, columns (n,). meaning: by the vectors, centred; question: what
    another wording of a question must be better by; agreement: of the other languages; words: late interaction; solved: of use.

    lexical: BM25 in the scale of fuse_documents; weakest_word: see Ranking; is_question, same_language: (n,) of bool.
    """

    meaning: Vectors
    question: Vectors
    agreement: Vectors
    words: Vectors
    solved: Vectors
    lexical: Vectors
    weakest_word: Vectors
    is_question: NDArray[np.bool_]
    same_language: NDArray[np.bool_]

    @property
    def dense(self) -> Vectors:
        """All but the words of the lexical index, added in the order in which they come to be known."""
        return self.meaning + self.question + self.agreement + self.words + self.solved


def rank_candidates(candidates: Candidates, shares: PassageShares) -> Ranking:
    """Fuse what `score_candidates` says of them."""
    documents = fuse_documents(
        candidates.groups,
        shares.dense,
        shares.lexical,
        is_question=shares.is_question,
        same_language=shares.same_language,
    )
    return Ranking(documents, shares.weakest_word)


def score_candidates(
    candidates: Candidates,
    collections: Sequence[Collection],
    scales: Sequence[float],
    query: QueryEmbedding,
    language: str,
    centring: Centring,
    solved: SolvedCounts = NOTHING_SOLVED,
) -> PassageShares:
    """What speaks for each candidate.

    scales: per collection what its BM25 scores are divided by (lexical_scale), so that 1 is about all words of the query in
    one passage; language: that of the query.
    """
    vector = query.vector
    meaning = np.zeros(len(candidates), np.float32)
    lexical = np.zeros(len(candidates), np.float32)
    same_language = np.zeros(len(candidates), np.bool_)
    is_question = candidates.parts == ALTERNATIVE_QUESTIONS
    for number, collection in enumerate(collections):
        block = candidates.rows_of(number)
        stats = collection.stats()
        meaning[block] = score_passages(vector, candidates.vectors[block], centring, stats.background)
        if scales[number] > 0:
            shares = np.where(is_question[block], np.float32(1), np.float32(lexical_share(stats.passages)))
            lexical[block] = shares * candidates.lexical[block] / scales[number]
        same_language[block] = candidates.languages[block] == language_number(language)
    question = -np.float32(QUESTION_DISCOUNT) * is_question
    dense = meaning + question
    agreement = _agreement_of_languages(candidates, collections, dense, vector, centring)
    matched = _match_words(candidates, collections, dense + agreement, query, language)
    return PassageShares(
        meaning,
        question,
        agreement,
        np.float32(LATE_INTERACTION_WEIGHT) * matched.ahead,
        solved.bonus(candidates.groups),
        lexical,
        matched.weakest,
        is_question,
        same_language,
    )


class _WordMatches(NamedTuple):
    """Columns (n,) over candidates. ahead: the document's own match minus the mean of all that were compared; weakest: that of
    its weakest word."""

    ahead: Vectors
    weakest: Vectors


def _match_words(
    candidates: Candidates, collections: Sequence[Collection], scores: Vectors, query: QueryEmbedding, language: str
) -> _WordMatches:
    """How well the document of each candidate has the words of the query.

    As with the words of the lexical index, the best of a document's passages counts for all of them: a passage that is only
    another wording of a question is too short to have them. The best passages by `scores` are compared; 0 for documents that
    none of them belongs to, and everywhere where the encoder reads no words.
    """
    ahead, weakest = np.zeros(len(candidates), np.float32), np.zeros(len(candidates), np.float32)
    is_text = candidates.parts != ALTERNATIVE_QUESTIONS
    for number, collection in enumerate(collections if query.words else ()):
        block = candidates.rows_of(number)
        texts = np.flatnonzero(is_text[block]) + block.start
        best = texts[np.argsort(-scores[texts], kind="stable")[:COMPARED_PASSAGES]]
        found = match_words(query, language, collection.fetch(candidates.ids[best]).token_vectors)
        rows = np.flatnonzero(~np.isnan(found.usual))
        if not len(rows):
            continue
        groups = candidates.groups[best]
        rows = rows[np.argsort(groups[rows], kind="stable")]
        # Document by document: of each word the best of its passages counts.
        ordered = groups[rows]
        starts = _starts(ordered[1:] != ordered[:-1])
        of_documents = ordered[starts]
        own = np.maximum.reduceat(found.usual[rows], starts) - found.usual[rows].mean()
        least = weakest_words(np.maximum.reduceat(found.telling[rows], starts))
        places = np.minimum(of_documents.searchsorted(candidates.groups[block]), len(of_documents) - 1)
        is_compared = of_documents[places] == candidates.groups[block]
        ahead[block], weakest[block] = own[places] * is_compared, least[places] * is_compared
    return _WordMatches(ahead, weakest)


def _agreement_of_languages(
    candidates: Candidates,
    collections: Sequence[Collection],
    dense: Vectors,
    vector: Vectors,
    centring: Centring,
) -> Vectors:
    """What the other languages of an article say about it, per candidate passage, to be added to its score.

    Translations are independent readings of the same answer: an article that only one of them brings up is there by chance
    more often than one that all of them do. Per language the best passage counts; an article in one language is treated as an
    ordinary one, neither better nor worse. Without translations all values are 0.
    """
    adjust = np.zeros(len(candidates), np.float32)
    for number, collection in enumerate(collections):
        block = candidates.rows_of(number)
        translated = set(candidates.groups[block][candidates.translated[block] > 0].tolist())
        languages = candidates.languages[block]
        if len(translated) < 2 or languages.min() == languages.max():
            continue
        best_first = np.argsort(-dense[block], kind="stable")
        first = list(dict.fromkeys(candidates.groups[block][best_first].tolist()))[:_AGREEMENT_DEPTH]
        groups = np.array([group for group in first if group in translated], np.int64)
        if len(groups) < 2:
            continue
        passages = collection.fetch(groups=groups)
        facts = passages.facts
        scores = score_passages(vector, passages.vectors, centring, collection.stats().background)
        scores = scores - QUESTION_DISCOUNT * (facts.parts == ALTERNATIVE_QUESTIONS)
        of_groups, drops = _drops(facts.groups, facts.languages, scores)
        if len(of_groups) < 2:
            continue
        places = np.minimum(of_groups.searchsorted(candidates.groups[block]), len(of_groups) - 1)
        values = AGREEMENT_WEIGHT * (drops - drops.mean())
        adjust[block] = values[places] * (of_groups[places] == candidates.groups[block])
    return adjust


def put_first(ranking: Ranking, groups: Sequence[int]) -> Ranking:
    """The ranking with the documents `groups`, which are in it, before all others."""
    order = np.argsort(~np.isin(ranking.documents.groups, groups), kind="stable")
    return replace(ranking, documents=rows_of(ranking.documents, order))


def only_of(documents: FusedDocuments, groups: Sequence[int]) -> FusedDocuments:
    """Those of `documents` that are in `groups`."""
    return rows_of(documents, np.flatnonzero(np.isin(documents.groups, groups)))


def rows_of(documents: FusedDocuments, rows: NDArray[np.int64]) -> FusedDocuments:
    """Some of the documents, in the order of `rows`."""
    return FusedDocuments(**{column.name: getattr(documents, column.name)[rows] for column in fields(documents)})


def select_documents(candidates: Candidates, ranking: Ranking, limit: int) -> list[RankedDocument]:
    """The first `limit` documents, best first."""
    documents = ranking.documents
    collections = candidates.collections[documents.rows]
    places = np.arange(min(limit, len(collections)))
    rows_of: dict[int, list[int]] = {group: [] for group in documents.groups[places].tolist()}
    nearest_first = np.argsort(-candidates.dense, kind="stable")
    for row, group in zip(nearest_first.tolist(), candidates.groups[nearest_first].tolist(), strict=True):
        if group in rows_of:
            rows_of[group].append(row)
    best = documents.rows[places]
    columns = (
        collections[places],
        candidates.documents[best],
        documents.groups[places],
        documents.scores[places],
        best,
    )
    return [
        RankedDocument(collection, document, group, score, (first, *(row for row in rows_of[group] if row != first)))
        for collection, document, group, score, first in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _drops(groups: Ids, languages: Ids, scores: Vectors) -> tuple[Ids, NDArray[np.float64]]:
    """Groups in more than one language, in order, and by how much their languages on average are behind the best of them."""
    order = np.lexsort((languages, groups))
    groups, languages = groups[order], languages[order]
    of_pairs = _starts((groups[1:] != groups[:-1]) | (languages[1:] != languages[:-1]))
    best = np.maximum.reduceat(scores[order].astype(np.float64), of_pairs)
    groups = groups[of_pairs]
    of_groups = _starts(groups[1:] != groups[:-1])
    counts = np.diff(of_groups, append=len(groups))
    drops = np.add.reduceat(best, of_groups) / counts - np.maximum.reduceat(best, of_groups)
    return groups[of_groups][counts > 1], drops[counts > 1]


def _starts(is_new: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where runs begin; is_new: whether a row is the first of one, of all rows but the first."""
    return np.flatnonzero(np.concatenate((np.ones(1, np.bool_), is_new)))
