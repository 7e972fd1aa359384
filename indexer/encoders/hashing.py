"""A tiny deterministic encoder without a model, for tests and for trying the application out (`KB_MODEL=hash`)."""

import hashlib
from collections.abc import Sequence

import numpy as np

from indexer.encoders.token_embeddings import quantize, word_spans
from kb.core.progress import Progress
from kb.search.encoding import PassageEmbeddings, QueryEmbedding, Vectors


class HashEncoder:
    """Words hashed to directions: deterministic, instant, no model. Texts that share words are near each other.

    It knows nothing of meaning.
    """

    fingerprint = "hash/256/1"
    dimensions = 256
    word_dimensions = 16

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def embed_query(self, text: str) -> QueryEmbedding:
        words = tuple(dict.fromkeys(self._words(text)))
        return QueryEmbedding(self._encode([text])[0], words, self._word_vectors(words))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        words = [quantize(self._word_vectors(tuple(dict.fromkeys(self._words(text))))) for text in texts]
        return PassageEmbeddings(self.encode_passages(texts, progress), words)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = self._encode(texts)
        if progress:
            progress(len(texts), len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self._words(text)) for text in texts]

    @staticmethod
    def _words(text: str) -> list[str]:
        return [word for _, _, word in word_spans(text)]

    def _word_vectors(self, words: Sequence[str]) -> Vectors:
        """The bits of a hash as signs: different words are nearly orthogonal."""
        digests = b"".join(hashlib.blake2b(word.encode(), digest_size=2).digest() for word in words)
        bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(len(words), self.word_dimensions)
        return np.asarray((bits * 2.0 - 1.0) / np.sqrt(self.word_dimensions), dtype=np.float32)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in self._words(text):
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                vectors[row, digest[0]] += 1.0 if digest[1] & 1 else -1.0
                vectors[row, digest[2]] += 1.0 if digest[3] & 1 else -1.0
        vectors[:, 0] += 1e-3  # a text without words still has a direction
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
