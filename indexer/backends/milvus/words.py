"""BM25 as an inner product: what a passage says of a term is stored with it, how rare the term is comes with the query.

Terms are made by `kb.text.terms`, so words of every script are ours to cut, and weighed as the embedded engine does (tantivy:
each field by itself, k1 1.2, b 0.75). A dimension is a term in a field, by a hash of 32 bits: of a million terms about a hundred
share theirs with another one.
"""

import io
import math
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from indexer.backends.faiss_tantivy.lexical import FIELDS, SOUNDS, fields_of
from kb.core.errors import IndexUnavailableError
from kb.search.encoding import Vectors
from kb.search.fusion import CollectionBackground

_K1, _B = 1.2, 0.75
# Milvus takes dimensions below 2**32 - 1.
_DIMENSIONS = 2**32 - 2
# Mean numbers of terms where there is no passage yet.
_USUAL_LENGTHS = {"body": 100.0, "title": 10.0, "questions": 5.0, SOUNDS: 50.0}
# A collection whose passages have become so much longer or shorter is weighed anew when it is settled.
_DRIFT = 1.25
_SEPARATOR = "\n"  # no term has it

Weights = Mapping[int, float]
# The terms of a passage by field, see `field_terms`.
FieldTerms = Mapping[str, Sequence[str]]


def dimension(field_name: str, term: str) -> int:
    digest = blake2b(f"{field_name}\0{term}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") % _DIMENSIONS


@dataclass(frozen=True)
class Lengths:
    """Mean numbers of terms of a passage in each field: those in force, which stored weights were made with, and what they would
    be now, of all passages that were ever added."""

    in_force: Mapping[str, float] = field(default_factory=dict)
    terms: Mapping[str, float] = field(default_factory=dict)
    passages: int = 0

    def with_passages(self, passages: Iterable[FieldTerms]) -> "Lengths":
        """With further ones. Where none were in force, those of these are from now on."""
        terms, count = Counter(dict(self.terms)), self.passages
        for fields in passages:
            count += 1
            for name, found in fields.items():
                terms[name] += len(found)
        now = {name: total / count for name, total in terms.items()} if count else {}
        return Lengths(self.in_force or now, terms, count)

    def have_drifted(self) -> bool:
        for name, total in self.terms.items():
            now, then = total / max(self.passages, 1), self.in_force.get(name, 0.0)
            if max(now, then) > 1 and not then / _DRIFT <= now <= then * _DRIFT:
                return True
        return False

    def weights(self, fields: FieldTerms) -> Weights:
        """What is stored of a passage: of each term how much it has of it, without how rare it is."""
        found: dict[int, float] = {}
        for name, terms in fields.items():
            usual = (self.in_force.get(name) if self.in_force else _USUAL_LENGTHS[name]) or 1.0
            norm = _K1 * (1 - _B + _B * len(terms) / usual)
            for term, times in Counter(terms).items():
                place = dimension(name, term)
                found[place] = found.get(place, 0.0) + times * (_K1 + 1) / (times + norm)
        return found or {0: 1e-9}  # Milvus takes no vector without a value; no query has this dimension


@dataclass(frozen=True)
class CollectionStatistics:
    """What is known of all passages together, written with them. background: how they lie; described: how many there were when
    that was seen; frequencies: of each field in how many passages each term is, about."""

    background: CollectionBackground
    described: int = 0
    lengths: Lengths = field(default_factory=Lengths)
    frequencies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    word_dimensions: int = 0

    def frequency(self, term: str) -> int:
        """Passages that have the term, about: the most of any field."""
        return max(self.frequencies.get(name, {}).get(term, 0) for name in fields_of(term))

    def terms(self) -> dict[str, int]:
        """Passages with each term, about; without what words sound like."""
        counts: dict[str, int] = {}
        for name in FIELDS:
            for term, count in self.frequencies.get(name, {}).items():
                counts[term] = max(counts.get(term, 0), count)
        return counts

    def query(self, terms: Sequence[tuple[str, float]], passages: int, more: Mapping[int, int]) -> dict[int, float]:
        """The weighted terms as a sparse vector, with how rare each is among `passages`.

        more: passages by dimension that are not counted in `frequencies` yet.
        """
        found: dict[int, float] = {}
        for term, weight in terms:
            for name, boost in fields_of(term).items():
                place = dimension(name, term)
                frequency = self.frequencies.get(name, {}).get(term, 0) + more.get(place, 0)
                if frequency:
                    rarity = math.log(1 + (max(passages - frequency, 0) + 0.5) / (frequency + 0.5))
                    found[place] = found.get(place, 0.0) + boost * weight * rarity
        return found

    def pack(self) -> bytes:
        file = io.BytesIO()
        columns: dict[str, object] = {
            "mean": self.background.mean,
            "numbers": np.array([self.background.radius, self.background.neighbour]),
            "counts": np.array([self.described, self.lengths.passages, self.word_dimensions], np.int64),
        }
        for name in (*FIELDS, SOUNDS):
            frequencies = self.frequencies.get(name, {})
            columns[f"{name}_lengths"] = np.array(
                [self.lengths.in_force.get(name, 0.0), self.lengths.terms.get(name, 0.0)]
            )
            columns[f"{name}_terms"] = np.frombuffer(_SEPARATOR.join(frequencies).encode(), np.uint8)
            columns[f"{name}_frequencies"] = np.fromiter(frequencies.values(), np.int64, len(frequencies))
        np.savez_compressed(file, **columns)  # type: ignore[arg-type]
        return file.getvalue()

    @classmethod
    def unpack(cls, content: bytes) -> "CollectionStatistics":
        """Raises IndexUnavailableError for what was not written by `pack`."""
        try:
            with np.load(io.BytesIO(content)) as columns:
                in_force, terms, frequencies = {}, {}, {}
                for name in (*FIELDS, SOUNDS):
                    in_force[name], terms[name] = columns[f"{name}_lengths"].tolist()
                    text = columns[f"{name}_terms"].tobytes().decode()
                    counts = columns[f"{name}_frequencies"].tolist()
                    frequencies[name] = dict(zip(text.split(_SEPARATOR) if text else (), counts, strict=True))
                described, passages, word_dimensions = columns["counts"].tolist()
                radius, neighbour = columns["numbers"].tolist()
                background = CollectionBackground(columns["mean"], radius, neighbour)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise IndexUnavailableError(
                "What is known of a collection in Milvus cannot be read (%(reason)s).",
                remedy="Make it again with: kb index",
                reason=str(error),
            ) from error
        lengths = Lengths(in_force if passages else {}, terms, passages)
        return cls(background, described, lengths, frequencies, word_dimensions)


def inner_product(weights: Weights, query: Weights) -> float:
    return sum(value * weights[place] for place, value in query.items() if place in weights)


def as_vector(row: bytes) -> Vectors:
    return np.frombuffer(row, dtype="<f4")
