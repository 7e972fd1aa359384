"""What the questions of each language have in common: shipped for the bundled encoder, then learned from settled searches.

What is learned is stored under a version number by a job (`recompute_query_statistics`) and never by a search. All processes
use the same version, so that the same query on the same content has the same answer in each of them. What it brings:
docs/decisions/0005-ranking.md.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from kb.search.encoding import Encoder, Vectors, read_shipped
from kb.search.fusion import CENTRING, NO_CENTRING, Centring
from kb.search.settled_searches import QueryKind, SettledQueries, settled_queries
from kb.tables import QueryMean, utc_now

logger = logging.getLogger(__name__)

# For the trained encoder, and for the model as it was.
SHIPPED_FILES = tuple(
    Path(__file__).with_name(name) for name in ("query_statistics.json", "query_statistics_original.json")
)
# So many questions of an installation's own weigh as much as what is shipped; where nothing is, they get half of full trust.
PRIOR = 100
# Of fewer questions, or questions of fewer people, nothing is learned: they could be anybody's.
LEAST_QUERIES, LEAST_PEOPLE = 50, 15
# Short questions and long e-mails have different things in common. A query of at most so many words is short, one of so many
# long; what is taken out of others lies between.
SHORT_UNTIL, LONG_FROM = 15, 40
# The share of questions, those farthest from the middle, that does not count.
_TRIMMED = 0.1
# A new mean that is nearer to the old one than this (length of the difference of what is taken out) is not worth other answers.
_LEAST_CHANGE = 0.02
_BATCH = 256


@dataclass(frozen=True)
class LearnedMean:
    """mean: float32 (dimensions,), that of `count` questions, not of unit length."""

    mean: Vectors
    count: int


@dataclass(frozen=True)
class ShippedMeans:
    """means: float32 (dimensions,) by kind of query; strength: how much of a shipped mean is taken out."""

    strength: float = 0.0
    means: Mapping[QueryKind, Vectors] = field(default_factory=dict)


@dataclass(frozen=True)
class QueryStatistics:
    """What is taken out of queries, by kind. Never changed, a new version takes its place; version 0: nothing is learned."""

    version: int
    centrings: Mapping[QueryKind, Centring]

    def centring(self, language: str, words: int) -> Centring:
        """What is taken out of a query of so many words in this language (its primary tag: "hi" for "hi-Latn")."""
        short, long = (self.centrings.get((language, length)) for length in ("short", "long"))
        if short is None or long is None or short.mean is None or long.mean is None:
            return short or long or NO_CENTRING
        share = min(max((words - SHORT_UNTIL) / (LONG_FROM - SHORT_UNTIL), 0.0), 1.0)
        if share in (0.0, 1.0):
            return long if share else short
        mean = np.float32(1 - share) * short.mean + np.float32(share) * long.mean
        return Centring((1 - share) * short.strength + share * long.strength, np.asarray(mean, dtype=np.float32))


class QueryStatisticsSource(Protocol):
    """Something that gives the statistics that are used now."""

    def current(self) -> QueryStatistics: ...


def load_query_statistics(session: Session, fingerprint: str) -> QueryStatistics:
    """The newest version of this encoder; what is shipped where none is stored."""
    rows = session.scalars(
        select(QueryMean).where(
            QueryMean.fingerprint == fingerprint, QueryMean.version == newest_version(fingerprint).scalar_subquery()
        )
    ).all()
    version = max((row.version for row in rows), default=0)
    return join_statistics(version, load_shipped_means(fingerprint), _learned(rows))


def newest_version(fingerprint: str) -> Select[int]:
    """Asks for the number of the newest version that is stored for this encoder; nothing where there is none."""
    return select(func.max(QueryMean.version)).where(QueryMean.fingerprint == fingerprint)


@lru_cache(maxsize=4)
def load_shipped_means(fingerprint: str) -> ShippedMeans:
    """What is shipped for this encoder; nothing where it was made for another one."""
    data = read_shipped(SHIPPED_FILES, fingerprint)
    if data is None:
        return ShippedMeans()
    means = {tuple(kind.split(".")): np.array(mean, dtype=np.float32) for kind, mean in data["means"].items()}
    return ShippedMeans(float(data["strength"]), means)


def join_statistics(version: int, shipped: ShippedMeans, learned: Mapping[QueryKind, LearnedMean]) -> QueryStatistics:
    """Each kind's mean between what is shipped and what is learned, and how far it is trusted, by the number of questions."""
    centrings = {}
    for kind in sorted({*shipped.means, *learned}):
        default, own = shipped.means.get(kind), learned.get(kind)
        trust = own.count / (own.count + PRIOR) if own else 0.0
        strength = shipped.strength if default is not None else 0.0
        if own is None:
            mean = default
        elif default is None:
            mean = own.mean
        else:
            mean = np.asarray(np.float32(1 - trust) * default + np.float32(trust) * own.mean, dtype=np.float32)
        centrings[kind] = Centring(strength + (CENTRING - strength) * trust, mean)
    return QueryStatistics(version, centrings)


def trimmed_mean(vectors: Vectors) -> Vectors:
    """Mean (dimensions,) of `vectors` (n, dimensions) without the tenth that is farthest from the median of each dimension.

    What a few people ask again and again, or type at random, lies there and moves nothing.
    """
    distances = np.linalg.norm(vectors - np.median(vectors, axis=0), axis=1)
    kept = np.argsort(distances, kind="stable")[: max(round(len(vectors) * (1 - _TRIMMED)), 1)]
    return np.asarray(vectors[np.sort(kept)].mean(axis=0), dtype=np.float32)


def has_enough_queries(session: Session) -> bool:
    """Whether there is anything to learn from, which is told without an encoder."""
    return any(map(_is_enough, settled_queries(session).values()))


def _is_enough(asked: SettledQueries) -> bool:
    return len(asked.texts) >= LEAST_QUERIES and asked.people >= LEAST_PEOPLE


def recompute_query_statistics(session: Session, encoder: Encoder) -> QueryStatistics | None:
    """Learn the means anew from the settled searches of the last months; for a job, once a day or so. The caller commits.

    Stores a new version, which takes the place of the old one, and returns it; None where nothing has changed by an amount that
    would be seen. A kind with too few questions, or questions of too few people, keeps what it had.
    """
    before = load_query_statistics(session, encoder.fingerprint)
    stored = session.scalars(
        select(QueryMean).where(QueryMean.fingerprint == encoder.fingerprint, QueryMean.version == before.version)
    )
    learned = _learned(stored)
    for kind, asked in settled_queries(session).items():
        if not _is_enough(asked):
            continue
        blocks = [encoder.encode_queries(asked.texts[at : at + _BATCH]) for at in range(0, len(asked.texts), _BATCH)]
        learned[kind] = LearnedMean(trimmed_mean(np.concatenate(blocks)), len(asked.texts))
    after = join_statistics(before.version + 1, load_shipped_means(encoder.fingerprint), learned)
    old, new = before.centrings, after.centrings
    if all(_change(old.get(kind, NO_CENTRING), new[kind]) < _LEAST_CHANGE for kind in learned):
        return None
    session.execute(delete(QueryMean).where(QueryMean.fingerprint == encoder.fingerprint))
    now = utc_now()
    session.add_all(
        QueryMean(
            fingerprint=encoder.fingerprint,
            version=after.version,
            language=language,
            length=length,
            count=own.count,
            mean=own.mean.astype("<f4").tobytes(),
            computed_at=now,
        )
        for (language, length), own in sorted(learned.items())
    )
    session.flush()
    counts = {".".join(kind): own.count for kind, own in learned.items()}
    logger.info("Means of questions: version %d, learned from %s", after.version, counts)
    return after


def _learned(rows: Iterable[QueryMean]) -> dict[QueryKind, LearnedMean]:
    return {(row.language, row.length): LearnedMean(np.frombuffer(row.mean, dtype="<f4"), row.count) for row in rows}


def _change(before: Centring, after: Centring) -> float:
    """How far what is taken out of a query has moved."""
    if after.mean is None:
        return 0.0
    old = np.zeros_like(after.mean) if before.mean is None else before.strength * before.mean
    return float(np.linalg.norm(after.strength * after.mean - old))
