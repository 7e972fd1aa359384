"""Why a search was a miss, as far as the articles can tell.

hidden: something answers it that the asker may not see: an internal article (for a customer), a draft, an archived one.
other_language: an article that the asker may see answers it, but not in a language that they read.
other_words: an article in their language answers it, and the search did not see that, or they did not.
no_content: nothing of this.

One question is little evidence. The questions of a gap ask for the same thing, so they are weighed together.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from kb.contracts import Encoder, Vectors
from kb.gaps.grouping import centre_of
from kb.gaps.library import Candidate, Library, Version, gather_library
from kb.gaps.likeness import FEATURES, Likeness, Question, compare
from kb.gaps.sounds import query_words
from kb.search.terms import query_terms, weighted_query_terms
from kb.search.transliteration import to_native
from kb.search.types import Audience, Collection

WEIGHTS = Path(__file__).with_name("reason_weights.json")
_UNKNOWN_WORDS = 6


class Reason(StrEnum):
    NO_CONTENT = "no_content"
    OTHER_WORDS = "other_words"
    OTHER_LANGUAGE = "other_language"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Asked:
    """A miss: what was asked, in which language (guessed), on a page of which language, by whom.

    vector: of the query as it was typed, if it is known already, float32 (dimensions,).
    """

    query: str
    language: str
    reader_language: str = ""
    audience: Audience = Audience.CUSTOMER
    vector: Vectors | None = None

    def reads(self, language: str) -> bool:
        """Whether the asker reads articles in `language`: their own, and on a page in another language that one too if they
        typed English there (many who read Hindi type English words) or something that tells no language."""
        own, page = self.language.partition("-")[0], self.reader_language.partition("-")[0]
        base = language.partition("-")[0]
        return base == own or (own in ("en", "und", "") and base == page)

    def may_see(self, version: Version) -> bool:
        return version.published and (version.audience != "internal" or self.audience is Audience.REP)


@dataclass(frozen=True)
class MissReason:
    """The likely reason and what speaks for it.

    answered: probability that the nearest article (visible or not) answers the questions.
    evidence: short facts, each a dictionary with a `kind`: `article` (id, title, language, audience, status, likeness),
    `languages` (languages that the article has for the asker, languages that were asked in) or `unknown_words` (words).
    """

    reason: Reason
    answered: float
    evidence: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Weights:
    """A logistic regression over likeness.FEATURES, and from which probability on an article counts as an answer.

    That differs by what it would mean: an internal article about nearly the same is common, a missing translation is not.
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    answered_from: Mapping[Reason, float]

    def probability(self, features: Sequence[float]) -> float:
        standard = (np.asarray(features) - np.array(self.mean)) / np.array(self.scale)
        return float(1 / (1 + np.exp(-(standard @ np.array(self.weights) + self.intercept))))


@lru_cache(maxsize=4)
def load_weights(path: Path = WEIGHTS) -> Weights:
    """Raises ValueError when the file speaks of other features."""
    raw = json.loads(path.read_text("utf-8"))
    if tuple(raw["features"]) != FEATURES:
        raise ValueError(f"{path.name} is about {raw['features']}, not about {list(FEATURES)}")
    mean, scale, weights = (tuple(map(float, raw[name])) for name in ("mean", "scale", "weights"))
    answered_from = {Reason(name): float(probability) for name, probability in raw["answered_from"].items()}
    return Weights(mean, scale, weights, float(raw["intercept"]), answered_from)


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

    Takes some 30 milliseconds for a gap, and encodes only queries without a vector and those in Latin letters (in their
    own script).
    """
    library, likeness = look_closely(session, encoder, collections, asked)
    unknown = _unknown_words(library, collections, asked)
    if likeness is None:
        return MissReason(Reason.NO_CONTENT, 0.0, unknown)
    weights = load_weights()
    answered = weights.probability(likeness.features.tolist())
    best = library.candidates[likeness.best]
    nearest = _article(_version_to_show(best, asked), answered)
    reason = Counter(reason_of(best, one) for one in asked).most_common(1)[0][0]
    if answered < weights.answered_from[reason]:
        return MissReason(Reason.NO_CONTENT, answered, [{**nearest, "nearest": True}, *unknown])
    evidence = [nearest]
    if reason is Reason.OTHER_LANGUAGE:
        there = sorted({version.language for version in best.versions if any(one.may_see(version) for one in asked)})
        wanted = sorted({one.language.partition("-")[0] for one in asked})
        evidence.append({"kind": "languages", "there": there, "asked": wanted})
    return MissReason(reason, answered, evidence + (unknown if reason is Reason.OTHER_WORDS else []))


def look_closely(
    session: Session,
    encoder: Encoder,
    collections: Sequence[Collection],
    asked: Sequence[Asked],
) -> tuple[Library, Likeness | None]:
    """The documents that could have answered, and how they compare; None where there is no document at all."""
    vectors = _vectors_of(encoder, asked)
    queries = [
        (vector, list(weighted_query_terms(one.query, one.language).items()))
        for one, vector in zip(asked, vectors, strict=True)
    ]
    library = gather_library(session, encoder, collections, queries)
    if not library.candidates:
        return library, None
    questions = [
        Question(vector, frozenset(query_words(one.query, one.language).values()))
        for one, vector in zip(asked, vectors, strict=True)
    ]
    return library, compare(library, questions, centre_of(encoder))


def reason_of(document: Candidate, asked: Asked) -> Reason:
    """Why somebody missed a document that answers them."""
    visible = [version for version in document.versions if asked.may_see(version)]
    if not visible:
        return Reason.HIDDEN
    return Reason.OTHER_WORDS if any(asked.reads(version.language) for version in visible) else Reason.OTHER_LANGUAGE


def _vectors_of(encoder: Encoder, asked: Sequence[Asked]) -> list[Vectors]:
    """A vector for each; Hindi and Bengali in Latin letters are read in their own script."""
    texts = {place: to_native(one.query, one.language).text for place, one in enumerate(asked)}
    needed = [place for place, one in enumerate(asked) if one.vector is None or texts[place] != one.query]
    encoded = {place: encoder.encode_queries([texts[place]])[0] for place in needed}
    return [encoded[place] if place in encoded else _given(one.vector) for place, one in enumerate(asked)]


def _given(vector: Vectors | None) -> Vectors:
    assert vector is not None
    return vector


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


def _unknown_words(library: Library, collections: Sequence[Collection], asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """The words that no article contains, in any script, the most asked first."""
    heard = frozenset[str]().union(*(document.sounds for document in library.candidates))
    counts: Counter[str] = Counter()
    for one in asked:
        for word, sound in query_words(one.query, one.language).items():
            terms = query_terms(word, one.language)
            if sound not in heard and not any(c.document_frequency(term) for c in collections for term in terms):
                counts[word] += 1
    words = [word for word, _ in counts.most_common(_UNKNOWN_WORDS)]
    return [{"kind": "unknown_words", "words": words}] if words else []
