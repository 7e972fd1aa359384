"""Vectors of single words, from the very pass that gives the vector of the whole text.

The last layer of the encoder has a vector for each token, as it is meant in its text. Those of a word are averaged, what all
tokens share is taken away, and the rest is brought to few dimensions that hold most of the differences (principal
components). The components of the bundled models are in files beside this one, made by `scripts/fit/word_basis.py`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import WORD_UNIT, Vectors, WordVectors
from kb.text.words import WORD

# The trained encoder's, and that of the model as it was.
BASIS_FILES = tuple(Path(__file__).with_name(name) for name in ("word_basis.npz", "word_basis_original.npz"))
# Raised when words are embedded in another way, so that old and new vectors never mix.
WORDS = "1"
# Of a text no more different words than this are kept: those of a long passage.
MOST_WORDS = 200


@dataclass(frozen=True)
class TokenBasis:
    """What turns token vectors into word vectors.

    passage_mean, query_mean: (dimensions,), what all tokens of passages and of queries share; components: (dimensions,
    word_dimensions). fingerprint: the encoder that they belong to.
    """

    fingerprint: str
    passage_mean: Vectors
    query_mean: Vectors
    components: Vectors

    @property
    def dimensions(self) -> int:
        return int(self.components.shape[1])


@cache
def load_token_basis(fingerprint: str) -> TokenBasis | None:
    """The basis of this encoder; None for one that has none."""
    for file in BASIS_FILES:
        with np.load(file) as stored:
            if str(stored["fingerprint"]) == fingerprint:
                columns = (stored[name].astype(np.float32) for name in ("passage_mean", "query_mean", "components"))
                return TokenBasis(fingerprint, *columns)
    return None


def write_token_basis(path: Path, basis: TokenBasis) -> None:
    """In half precision."""
    columns = {name: getattr(basis, name).astype(np.float16) for name in ("passage_mean", "query_mean", "components")}
    np.savez(path, allow_pickle=False, fingerprint=np.array(basis.fingerprint), **columns)


def word_spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and lower-case form of each word."""
    return [(match.start(), match.end(), match[0].lower()) for match in WORD.finditer(text)]


def align_tokens(
    text: str, offsets: Sequence[tuple[int, int]], prompt_length: int
) -> tuple[list[str], NDArray[np.int64]]:
    """The different words of `text` and, for each token, which of them it belongs to (-1: none, or beyond MOST_WORDS).

    offsets: start and end of each token in the prompt followed by the text; special tokens have equal ones.
    """
    # Loops, not arrays: a query has some twenty tokens, and its reader waits.
    words: dict[str, int] = {}
    spans = [(start, end, words.setdefault(word, len(words))) for start, end, word in word_spans(text)]
    ends = [end for _, end, _ in spans]
    places = []
    for start, end in offsets:
        last = end - prompt_length - 1  # a token begins with the blank before it; its last character is its own
        span = bisect_right(ends, last)
        is_inside = start < end and span < len(spans) and spans[span][0] <= last
        place = spans[span][2] if is_inside else -1
        places.append(place if place < MOST_WORDS else -1)
    return list(words)[:MOST_WORDS], np.array(places, dtype=np.int64)


def pooling_matrix(places: NDArray[np.int64], count: int) -> Vectors:
    """float32 (count, tokens): 1 where a token is of a word."""
    shares = np.zeros((count, len(places)), np.float32)
    used = np.flatnonzero(places >= 0)
    shares[places[used], used] = 1.0
    return shares


def pool_tokens(tokens: Vectors, pooling: Vectors) -> Vectors:
    """Mean of the token vectors (t, d) of each word, float32 (words, d), unit length.

    A word without tokens (cut off by the encoder's limit) is all zeros and like nothing.
    """
    sums = pooling @ tokens
    lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))
    return np.asarray(sums / np.maximum(lengths, np.float32(1e-9))[:, None], dtype=np.float32)


def quantize(vectors: Vectors) -> WordVectors:
    """Unit vectors as int8, WORD_UNIT for 1."""
    return np.round(vectors * WORD_UNIT).astype(np.int8)


def no_token_embeddings(count: int, dimensions: int = 0) -> list[WordVectors]:
    """For encoders that give no vectors of single words."""
    return [np.zeros((0, dimensions), np.int8) for _ in range(count)]


def align_text(text: str, offsets: Sequence[tuple[int, int]], prompt_length: int) -> tuple[tuple[str, ...], Vectors]:
    """The different words of a text and their `pooling_matrix`; arguments as for `align_tokens`."""
    words, places = align_tokens(text, offsets, prompt_length)
    return tuple(words), pooling_matrix(places, len(words))


def embed_tokens(tokens: Vectors, pooling: Sequence[Vectors], mean: Vectors, components: Vectors) -> list[Vectors]:
    """Unit vectors (words, word_dimensions) of the words of each text of a batch.

    tokens: (texts, longest, dimensions) of the last layer; pooling: per text the matrix of `align_text`.
    """
    projected = (tokens - mean) @ components
    return [pool_tokens(of_text, of_words) for of_text, of_words in zip(projected, pooling, strict=True)]
