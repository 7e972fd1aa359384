"""Queries as the encoder reads them, kept for those who ask for the same text again and again: search as you type, each new turn
of a conversation, golden questions."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from cachetools import LRUCache, cached

from kb.search.encoding import Encoder, QueryEmbedding

# Bytes that are kept, some hundred e-mails or some thousand short questions, and the longest text that is.
_BYTES, _LONGEST_KEPT = 16_000_000, 2_000
# Queries that are encoded ahead: no more than are kept until they are asked for.
_MOST_AHEAD = 200


def embed_query(encoder: Encoder, text: str) -> QueryEmbedding:
    """The query by itself: what else is asked at the same time changes nothing of it. Safe for many threads."""
    return _kept(encoder, text) if len(text) <= _LONGEST_KEPT else encoder.embed_query(text)


def read_ahead(encoder: Encoder, texts: Iterable[str]) -> None:
    """Keep what `embed_query` will be asked for, each by itself, on all processors: the encoder leaves Python's lock alone."""
    kept = [text for text in dict.fromkeys(texts) if len(text) <= _LONGEST_KEPT][:_MOST_AHEAD]
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encode") as pool:
        list(pool.map(lambda text: _kept(encoder, text), kept))


def _size_of(embedding: QueryEmbedding) -> int:
    """Bytes of an embedding, about."""
    return 500 + embedding.vector.nbytes + embedding.word_vectors.nbytes + 100 * len(embedding.words)


@cached(LRUCache(_BYTES, getsizeof=_size_of), key=lambda encoder, text: (encoder.fingerprint, text), lock=Lock())
def _kept(encoder: Encoder, text: str) -> QueryEmbedding:
    """A cache of a pure function."""
    return encoder.embed_query(text)
