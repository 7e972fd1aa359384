"""Queries as the encoder reads them, kept for search as you type, which asks for the same text again and again."""

import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from cachetools import LRUCache

from kb.search.encoding import Encoder, QueryEmbedding

# Bytes that are kept, some 300 queries, and the longest query that is: nobody asks an e-mail twice.
_BYTES, _LONGEST_KEPT = 2_000_000, 300
# Queries that are encoded ahead: no more than are kept until they are asked for.
_MOST_AHEAD = 200


class QueryEmbeddings:
    """A cache of a pure function; safe for many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: LRUCache[str, QueryEmbedding] = LRUCache(_BYTES, getsizeof=_size_of)
        self._lock = threading.Lock()

    def get(self, text: str) -> QueryEmbedding:
        """The query by itself: what else is asked at the same time changes nothing of it."""
        with self._lock:
            known = self._kept.get(text)
        if known is not None:
            return known
        embedding = self._encoder.embed_query(text)
        if len(text) <= _LONGEST_KEPT:
            with self._lock:
                self._kept[text] = embedding
        return embedding

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Keep what `get` will be asked for, each by itself, on all processors: the encoder leaves Python's lock alone."""
        kept = [text for text in dict.fromkeys(texts) if len(text) <= _LONGEST_KEPT][:_MOST_AHEAD]
        with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encode") as pool:
            list(pool.map(self.get, kept))


def _size_of(embedding: QueryEmbedding) -> int:
    """Bytes of an embedding, about."""
    return 500 + embedding.vector.nbytes + embedding.word_vectors.nbytes + 100 * len(embedding.words)
