"""What search needs of an encoder. The implementations are in `indexer.encoders`; the same tests run against each of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.core.progress import Progress

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]
# Vectors of single words, int8: unit length stands for WORD_UNIT. Shape (words, word_dimensions).
WordVectors = NDArray[np.int8]
WORD_UNIT = 127.0


@dataclass(frozen=True)
class QueryEmbedding:
    """A query as the encoder reads it: whole, and word by word.

    vector: float32 (dimensions,), unit length. words: its different words, lower case, in order; word_vectors: float32
    (len(words), word_dimensions), unit length, each word as it is meant in this query.
    """

    vector: Vectors
    words: tuple[str, ...]
    word_vectors: Vectors


@dataclass(frozen=True)
class PassageEmbeddings:
    """vectors: float32 (n, dimensions), unit length; words: for each text the vectors of its different words in it."""

    vectors: Vectors
    words: Sequence[WordVectors]


def read_shipped(files: Sequence[Path], fingerprint: str) -> dict[str, Any] | None:
    """What is shipped for this encoder in one of some JSON files, each with a `fingerprint`; None where nothing is."""
    shipped: Iterator[dict[str, Any]] = (json.loads(file.read_text("utf-8")) for file in files)
    return next((content for content in shipped if content["fingerprint"] == fingerprint), None)


class Encoder(Protocol):
    """Text to vectors. All vectors have unit length, so that an inner product is a cosine."""

    @property
    def fingerprint(self) -> str:
        """Names model and conversion; vectors of different fingerprints are never compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def word_dimensions(self) -> int:
        """Length of the vectors of single words; 0 where the encoder gives none."""
        ...

    def embed_query(self, text: str) -> QueryEmbedding:
        """Like `encode_queries` of one text, with its words."""
        ...

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        """Like `encode_passages`, with the words of each text."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), dimensions)."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """float32 of shape (len(texts), dimensions); sorted by length inside, returned in the order given."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model counts them, without prompt and special tokens."""
        ...
