"""Why a search was a miss, as far as the articles can tell.

hidden: something answers it that the asker may not see: an internal article (for a customer), a draft, an archived one.
other_language: an article that the asker may see answers it, but not in a language that they read.
other_words: an article in their language answers it, and the search did not see that, or they did not.
no_content: nothing of this.

One question is little evidence. The questions of a gap ask for the same thing, so they are weighed together.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from kb.insight.gaps.answer_features import (
    FEATURES,
    RANKING,
    AnswerFeatures,
    Evidence,
    Numbers,
    Question,
    compare,
    describe_answers,
)
from kb.insight.gaps.candidate_pool import BatchCache, Candidate, CandidatePool, Version, gather_candidate_pool
from kb.insight.gaps.grouping import centre_of
from kb.search.encoding import Encoder, QueryEmbedding
from kb.search.types import Audience, Collection
from kb.text.phonetic_terms import query_words
from kb.text.terms import query_terms, weighted_query_terms
from kb.text.transliteration import to_native

WEIGHTS = Path(__file__).with_name("reason_weights.json")
_UNKNOWN_WORDS = 6
_CACHED = 2_000
_embeddings: BatchCache[QueryEmbedding] = BatchCache(_CACHED)


class Reason(StrEnum):
    NO_CONTENT = "no_content"
    OTHER_WORDS = "other_words"
    OTHER_LANGUAGE = "other_language"
    HIDDEN = "hidden"


# Why somebody missed a document that answers them; its place here is the document's kind for `describe_answers`.
ANSWERED = (Reason.OTHER_WORDS, Reason.OTHER_LANGUAGE, Reason.HIDDEN)


@dataclass(frozen=True)
class Asked:
    """A miss: what was asked, in which language (guessed), on a page of which language, by whom."""

    query: str
    language: str
    reader_language: str = ""
    audience: Audience = Audience.CUSTOMER

    def reads(self, language: str) -> bool:
        """Whether the asker reads articles in `language`: their own, and on a page in another language that one too if they
        typed English there (many who read Hindi type English words) or something that tells no language."""
        own, page = self.language.partition("-")[0], self.reader_language.partition("-")[0]
        base = language.partition("-")[0]
        return base == own or (own in ("en", "und", "") and base == page)

    @property
    def base_language(self) -> str:
        """The language that was asked in, whatever its script; that of the page where the query tells none."""
        base = self.language.partition("-")[0]
        return base if base not in ("und", "") else self.reader_language.partition("-")[0]

    def may_see(self, version: Version) -> bool:
        return version.published and (version.audience != "internal" or self.audience is Audience.REP)


@dataclass(frozen=True)
class MissReason:
    """The likely reason and what speaks for it.

    answered: probability that the article of the evidence answers the questions.
    evidence: short facts, each a dictionary with a `kind`: `article` (id, title, language, audience, status, likeness),
    `languages` (languages that the article has for the asker, languages that were asked in) or `unknown_words` (words).
    """

    reason: Reason
    answered: float
    evidence: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Weights:
    """How documents are ranked, and how likely the best of each kind answers.

    ranking: (len(RANKING),). mean, scale: (len(FEATURES),), with which features are made standard before `answers`, the
    weights (len(FEATURES),) that all kinds share; prior: (len(ANSWERED),), added for each of them: an internal article about
    nearly the same is common, a missing translation is not. "None answers" has 0.
    """

    ranking: Numbers
    mean: Numbers
    scale: Numbers
    answers: Numbers
    prior: Numbers

    def probabilities(self, found: AnswerFeatures) -> dict[Reason, float]:
        """0 for a reason that no document could be."""
        logits = (found.features - self.mean) / self.scale @ self.answers + self.prior
        there = [place is not None for place in found.of_kind]
        odds = np.where(there, np.exp(logits), 0.0)
        share = (odds / (1 + odds.sum())).tolist()
        return {Reason.NO_CONTENT: 1 - sum(share), **dict(zip(ANSWERED, share, strict=True))}


@lru_cache(maxsize=4)
def load_weights(path: Path = WEIGHTS) -> Weights:
    """Raises ValueError when the file speaks of other features or reasons."""
    raw = json.loads(path.read_text("utf-8"))
    parts = {"ranking": RANKING, "mean": FEATURES, "scale": FEATURES, "answers": FEATURES, "prior": ANSWERED}
    for name, known in parts.items():
        if tuple(raw[name]) != known:
            raise ValueError(f"{path.name}: {name} is about {list(raw[name])}, not about {list(known)}")
    return Weights(*(np.array(list(raw[name].values())) for name in parts))


def explain_miss(session: Session, encoder: Encoder, collections: Sequence[Collection], asked: Asked) -> MissReason:
    """The likely reason of a single miss."""
    return explain_misses(session, encoder, collections, [asked])


def explain_misses(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    asked: Sequence[Asked],
) -> MissReason:
    """The likely reason of misses that ask for the same thing (one at least); `collections` are all that there are.

    Takes some 40 milliseconds for a gap, and reads each query once per process.
    """
    pool, evidence = look_closely(session, encoder, collections, asked)
    unknown = _unknown_words(pool, collections, asked)
    if evidence is None:
        return MissReason(Reason.NO_CONTENT, 0.0, unknown)
    weights = load_weights()
    kinds = kinds_of(pool, asked)
    found = describe_answers(evidence, weights.ranking, kinds)
    probability = weights.probabilities(found)
    reason = max(Reason, key=lambda one: probability[one])
    place = None if reason is Reason.NO_CONTENT else found.of_kind[ANSWERED.index(reason)]
    if place is None:
        answered = probability[ANSWERED[kinds[found.best]]]
        nearest = _article(_version_to_show(pool.candidates[found.best], asked), answered)
        return MissReason(Reason.NO_CONTENT, answered, [{**nearest, "nearest": True}, *unknown])
    best, answered = pool.candidates[place], probability[reason]
    evidence_of = [_article(_version_to_show(best, asked), answered)]
    if reason is Reason.OTHER_LANGUAGE:
        there = sorted({version.language for version in best.versions if any(one.may_see(version) for one in asked)})
        wanted = sorted({one.language.partition("-")[0] for one in asked})
        evidence_of.append({"kind": "languages", "there": there, "asked": wanted})
    return MissReason(reason, answered, evidence_of + (unknown if reason is Reason.OTHER_WORDS else []))


def look_closely(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    asked: Sequence[Asked],
) -> tuple[CandidatePool, Evidence | None]:
    """The documents that could have answered, and how they compare; None where there is no document at all."""
    embeddings = _read(encoder, asked)
    queries = [
        (embedding.vector, list(weighted_query_terms(one.query, one.language).items()))
        for one, embedding in zip(asked, embeddings, strict=True)
    ]
    pool = gather_candidate_pool(session, encoder, collections, queries)
    if not pool.candidates:
        return pool, None
    questions = [
        Question(embedding, one.base_language, frozenset(query_words(one.query, one.language).values()))
        for one, embedding in zip(asked, embeddings, strict=True)
    ]
    return pool, compare(pool, questions, centre_of(encoder))


def kinds_of(pool: CandidatePool, asked: Sequence[Asked]) -> list[int]:
    """Of each document why most of those who asked would have missed it, as its place in ANSWERED."""
    return [
        ANSWERED.index(Counter(reason_of(document, one) for one in asked).most_common(1)[0][0])
        for document in pool.candidates
    ]


def reason_of(document: Candidate, asked: Asked) -> Reason:
    """Why somebody missed a document that answers them."""
    visible = [version for version in document.versions if asked.may_see(version)]
    if not visible:
        return Reason.HIDDEN
    return Reason.OTHER_WORDS if any(asked.reads(version.language) for version in visible) else Reason.OTHER_LANGUAGE


def _read(encoder: Encoder, asked: Sequence[Asked]) -> list[QueryEmbedding]:
    """Each question as the encoder reads it; Hindi and Bengali in Latin letters are read in their own script."""
    texts = [to_native(one.query, one.language).text for one in asked]
    return _embeddings.get(
        [(encoder.fingerprint, text) for text in texts],
        lambda places: [encoder.embed_query(texts[place]) for place in places],
    )


def _version_to_show(document: Candidate, asked: Sequence[Asked]) -> Version:
    """The version that says most to a trainer: one that the askers may see and read, else may see, else read."""

    def rank(test: Callable[[Asked], bool]) -> int:
        return sum(map(test, asked))

    return max(
        document.versions,
        key=lambda version: (
            rank(lambda one: one.may_see(version)),
            rank(lambda one: one.reads(version.language)),
            -version.id,
        ),
    )


def _article(version: Version, likeness: float) -> dict[str, Any]:
    return {
        "kind": "article",
        "id": version.id,
        "title": version.title,
        "language": version.language,
        "audience": version.audience,
        "status": version.status,
        "likeness": round(likeness, 2),
    }


def _unknown_words(
    pool: CandidatePool, collections: Sequence[Collection], asked: Sequence[Asked]
) -> list[dict[str, Any]]:
    """The words that no article contains, in any script, the most asked first."""
    known_keys = frozenset[str]().union(*(document.phonetic_keys for document in pool.candidates))
    counts: Counter[str] = Counter()
    for one in asked:
        for word, sound in query_words(one.query, one.language).items():
            terms = query_terms(word, one.language)
            if sound not in known_keys and not any(c.document_frequency(term) for c in collections for term in terms):
                counts[word] += 1
    words = [word for word, _ in counts.most_common(_UNKNOWN_WORDS)]
    return [{"kind": "unknown_words", "words": words}] if words else []
