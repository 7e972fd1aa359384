"""How much each document looks like the answer to the questions of a gap, compared with the other documents around it.

Cosines of a sentence encoder differ little and depend on language, length and part, so they are compared only with each
other within one view: one language, and either bodies or alternative questions. Each view gives every document a z-score
(standard deviations above the mean of the documents); translations are independent embeddings of one answer. Single words
add to it: by what they mean, in any language; as words of the language (BM25); and by how they sound, in any script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.insight.gaps.candidate_pool import CandidatePool, View
from kb.insight.gaps.term_coverage import cover_telling_words, cover_terms, match_documents
from kb.search.encoding import QueryEmbedding, Vectors
from kb.search.fusion import inverse_document_frequency

# Fewer documents than this say nothing about what is usual.
_LEAST_IN_VIEW = 5
_POWER_STEPS = 12
_COMPETITORS = 5

# What documents are ranked by. "own": views of the language that was asked in; "other": the mean over the others'.
RANKING = (
    "own_bodies", "other_bodies", "own_questions", "other_questions",  # z-scores by the vectors of whole texts
    "own_body_words", "other_body_words", "own_question_words", "other_question_words",  # by those of words
    "words",  # share of the words of the language
    "phonetic_keys",  # share of the words that sound alike
    "in_language",  # 1 where there is a version in the language that was asked in
)  # fmt: skip
# What tells whether a document answers the questions.
FEATURES = (
    "margin",  # its score above that of the best other document
    "margin_over_competitors",  # and above the mean of the five best others
    "agreement",  # share of the questions that put this document first
    "cosine",  # of its best passage after centring
    "words",  # share of the words of the language
    "phonetic_keys",  # share of the words that sound alike
    "z_score",  # standard deviations above the other documents
    "telling_words",  # how well it has the words that tell documents apart
    "shortfall",  # and how much better others have them
)
# Of kinds of documents, which are given to `describe_answers`, the best one each is looked at.
KINDS = 3
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What of a miss is compared. language: that it was asked in; phonetic_keys: of the words that say something."""

    embedding: QueryEmbedding
    language: str
    phonetic_keys: frozenset[str]


@dataclass(frozen=True)
class Evidence:
    """What speaks for each document, per question.

    ranking: (questions, documents, len(RANKING)); single: (questions, documents) each, by the names of FEATURES.
    """

    ranking: Numbers
    single: Mapping[str, Numbers]


@dataclass(frozen=True)
class AnswerFeatures:
    """best: the likeliest document; of_kind: that of each kind, None where there is none; features: theirs, (KINDS,
    len(FEATURES)), zeros where there is none."""

    best: int
    of_kind: tuple[int | None, ...]
    features: Numbers


def compare(pool: CandidatePool, questions: Sequence[Question], centre: Vectors) -> Evidence:
    """Compare the questions of one gap with all documents of the pool (one at least).

    centre: mean vector of everyday questions, which says what all of them have in common.
    """
    documents = pool.candidates
    passages, direction = _centre_passages(pool.vectors)
    covered = cover_terms(pool, [question.embedding for question in questions])
    phonetic_keys = _phonetic_shares(pool, questions)
    shares = np.array(
        [[max((of.get(v.id, 0.0) for v in d.versions), default=0.0) for d in documents] for of in pool.words]
    )
    single = {name: np.zeros((len(questions), len(documents))) for name in ("telling_words", "shortfall")}
    single |= {
        "cosine": np.zeros_like(shares),
        "z_score": np.zeros_like(shares),
        "words": shares,
        "phonetic_keys": phonetic_keys,
    }
    ranking = np.zeros((len(questions), len(documents), len(RANKING)))
    for row, question in enumerate(questions):
        query = _unit(question.embedding.vector - centre)
        cosines = _cosines(pool, passages @ _unit(query - (query @ direction) * direction))
        z_scores = {view: _z_scores(values) for view, values in cosines.items()}
        single["cosine"][row] = np.fmax.reduce(list(cosines.values()))
        single["z_score"][row] = _mean_of(list(z_scores.values()), len(documents))
        matched: dict[View, Numbers] = {}
        if covered[row]:
            of_words = match_documents(covered[row], question.embedding, question.language)
            matched = {view: _z_scores(values) for view, values in of_words.items()}
            telling = cover_telling_words(covered[row], question.embedding, question.language)
            single["telling_words"][row], single["shortfall"][row] = telling
        own = [[v for v in d.versions if v.language == question.language] for d in documents]
        there = np.array([bool(versions) for versions in own])
        # BM25 knows published ones only.
        indexed = np.array([any(version.published for version in versions) for versions in own])
        columns = [
            _mean_of(
                [of for (language, is_questions), of in source.items()
                 if is_questions is wanted and (language == question.language) is is_own],
                len(documents),
            )
            for source in (z_scores, matched)
            for wanted in (False, True)
            for is_own in (True, False)
        ]  # fmt: skip
        columns += [_without_version(shares[row], indexed), _without_version(phonetic_keys[row], there), there]
        ranking[row] = np.stack(columns, axis=1)
    return Evidence(ranking, single)


def describe_answers(evidence: Evidence, weights: Numbers, kinds: Sequence[int]) -> AnswerFeatures:
    """Rank by `weights` (in the order of RANKING); kinds: of each document, 0 to KINDS - 1."""
    scores = evidence.ranking @ weights
    mean = scores.mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    firsts = [next((int(place) for place in order if kinds[place] == kind), None) for kind in range(KINDS)]
    features = np.zeros((KINDS, len(FEATURES)))
    for kind, place in enumerate(firsts):
        if place is not None:
            found = {name: float(values[:, place].mean()) for name, values in evidence.single.items()}
            others = mean[order[order != place][:_COMPETITORS]]
            found["margin"] = float(mean[place] - others[0]) if len(others) else 0.0
            found["margin_over_competitors"] = float(mean[place] - others.mean()) if len(others) else 0.0
            found["agreement"] = float((scores.argmax(axis=1) == place).mean())
            features[kind] = [found[name] for name in FEATURES]
    return AnswerFeatures(int(order[0]), tuple(firsts), features)


def _cosines(pool: CandidatePool, of_passages: Numbers) -> dict[View, Numbers]:
    """Per view the best cosine of each document, NaN where it is not in the view."""
    cosines = {view: np.full(len(pool.candidates), np.nan) for view in pool.views}
    for place, document in enumerate(pool.candidates):
        for view, rows in document.passages.items():
            cosines[view][place] = of_passages[rows].max()
    return cosines


def _z_scores(values: Numbers) -> Numbers:
    """Standard deviations above the mean of the view; NaN where a document is not in it, or too few are."""
    there = values[np.isfinite(values)]
    if len(there) < _LEAST_IN_VIEW:
        return np.full(len(values), np.nan)
    return np.asarray((values - there.mean()) / max(float(there.std()), 1e-6))


def _mean_of(views: Sequence[Numbers], documents: int) -> Numbers:
    """Mean of the views that a document is in, (documents,); 0, which is what is usual, where it is in none."""
    if not views:
        return np.zeros(documents)
    table = np.stack(views)
    there = np.isfinite(table)
    return np.asarray(np.where(there, table, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1))


def _without_version(shares: Numbers, there: NDArray[np.bool_]) -> Numbers:
    """Half the highest share for documents without a version in the language: they could not have its words."""
    if not there.any():
        return shares
    return np.where(there, shares, np.maximum(shares, shares[there].max() / 2))


def _phonetic_shares(pool: CandidatePool, questions: Sequence[Question]) -> Numbers:
    """(questions, documents): share of a question's words, by rarity, that sound like one in the document."""
    shares = np.zeros((len(questions), len(pool.candidates)))
    size = len(pool.candidates)
    for row, question in enumerate(questions):
        weights = 0.0
        for key in question.phonetic_keys:
            has = np.array([key in document.phonetic_keys for document in pool.candidates], dtype=np.float64)
            rarity = inverse_document_frequency(int(has.sum()), size)
            shares[row] += rarity * has
            weights += rarity
        shares[row] /= max(weights, 1e-6)
    return shares


def _centre_passages(vectors: Vectors) -> tuple[Numbers, Numbers]:
    """Passages without their mean and their commonest direction, unit length; and that direction.

    After Mu and Viswanath (2018), "All-but-the-top", with one direction. It is found by power iteration.
    """
    centred = _unit(vectors.astype(np.float64) - vectors.mean(axis=0))
    direction = centred[0] if len(centred) else np.zeros(vectors.shape[1])
    for _ in range(_POWER_STEPS):
        direction = _unit(centred.T @ (centred @ direction) + 1e-12)
    return _unit(centred - np.outer(centred @ direction, direction)), direction


def _unit(vectors: NDArray[np.floating]) -> Numbers:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float64)
