"""Encoders and a re-ranker around those that are measured."""

from collections.abc import Callable, Sequence

import numpy as np

from indexer.encoders.bundled import BundledEncoder
from indexer.encoders.reranker import CrossEncoderReranker
from indexer.encoders.sentence import SentenceEncoder
from kb.core.progress import Progress
from kb.search.encoding import Encoder, PassageEmbeddings, Vectors, WordVectors

# Encoders that are something around a model which can be run by itself.
HAS_BARE = (BundledEncoder, SentenceEncoder)


def bare_query_encoder(encoder: Encoder) -> Callable[[str], Vectors]:
    """A query through the model alone: float32 (1, dimensions)."""
    if isinstance(encoder, HAS_BARE):
        prompt, encode = encoder.query_prompt, encoder.bare_encode
        return lambda text: encode([prompt + text])
    return lambda text: encoder.encode_queries([text])


class _Around:
    """An encoder around another one, which does all that is not written here."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.fingerprint, self.dimensions = encoder.fingerprint, encoder.dimensions
        self.word_dimensions = encoder.word_dimensions
        self.encode_queries, self.embed_query = encoder.encode_queries, encoder.embed_query
        self.count_tokens, self.encode_passages = encoder.count_tokens, encoder.encode_passages


class TurningEncoder(_Around):
    """Reads the first passages for real and gives later ones slightly turned copies of their vectors."""

    def __init__(self, encoder: Encoder, real: int) -> None:
        super().__init__(encoder)
        self._real = max(real, 1)
        self._vectors: Vectors = np.zeros((0, encoder.dimensions), np.float32)
        self._words: list[WordVectors] = []
        self._random = np.random.default_rng(1)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        real = texts[: max(self._real - len(self._vectors), 0)]
        if real:
            read = self._encoder.embed_passages(real, progress)
            self._vectors = np.concatenate([self._vectors, read.vectors])
            self._words += read.words
        copied = self._random.integers(0, len(self._vectors), len(texts) - len(real))
        turned = self._vectors[copied]
        turned = turned + self._random.normal(scale=0.01, size=turned.shape).astype(np.float32)
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        newest = len(self._vectors) - len(real)
        words = [*self._words[newest:], *(self._words[place] for place in copied)]
        return PassageEmbeddings(np.concatenate([self._vectors[newest:], turned]), words)


class RecordingEncoder(_Around):
    """Remembers what was encoded, so that the bare encoder gets the very same texts."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        self.texts += texts
        return self._encoder.embed_passages(texts, progress)


class RecordingReranker:
    """Remembers what was read, so that the bare model gets the very same texts."""

    def __init__(self, reranker: CrossEncoderReranker) -> None:
        self.fingerprint = reranker.fingerprint
        self._reranker = reranker
        self._read: list[tuple[str, Sequence[str]]] = []

    def score(self, query: str, texts: Sequence[str], until: float) -> list[float]:
        scores = self._reranker.score(query, texts, until)
        self._read.append((query, texts[: len(scores)]))
        return scores

    def score_bare(self) -> None:
        """What was read since the last call, through the model alone."""
        for query, texts in self._read:
            if texts:
                self._reranker.bare_score(query, texts)
        self._read.clear()
