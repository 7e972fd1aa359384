"""Vectors that were computed once are read from a file the next time: for evaluation, which encodes the same texts often."""

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kb.core.progress import Progress
from kb.search.encoding import Encoder, PassageEmbeddings, QueryEmbedding, Vectors

logger = logging.getLogger(__name__)

_KEYS_PER_STATEMENT = 500


class VectorCache:
    """A file of vectors by key, shared by processes. It may be deleted at any time; a broken one is begun anew."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        try:
            self._connection = _connect(path)
        except sqlite3.DatabaseError as error:
            logger.warning("The cache of vectors %s cannot be read (%s). It is begun anew.", path, error)
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._connection = _connect(path)

    def read(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        with self._lock:
            for start in range(0, len(keys), _KEYS_PER_STATEMENT):
                some = keys[start : start + _KEYS_PER_STATEMENT]
                marks = ",".join("?" * len(some))
                found.update(
                    self._connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)  # noqa: S608
                )
        return found

    def write(self, vectors: dict[bytes, bytes]) -> None:
        with self._lock, self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors.items())

    def close(self) -> None:
        with self._lock:
            self._connection.close()


class CachingEncoder:
    """An encoder that asks `inner` only for what is not in the cache.

    Vectors of different models never meet: their key holds the fingerprint. Passages are kept one by one, queries by the
    whole call: a quantised model gives a text a slightly different vector in the company of others, and what is measured
    must be what a search computes.
    """

    def __init__(self, inner: Encoder, cache: VectorCache) -> None:
        self.inner = inner
        self.fingerprint, self.dimensions = inner.fingerprint, inner.dimensions
        self.word_dimensions = inner.word_dimensions
        self._cache = cache

    def embed_query(self, text: str) -> QueryEmbedding:
        """Kept as the vector, the vectors of its words, and the words as JSON."""
        key = self._key("query, words/1", text)
        kept = self._cache.read([key]).get(key)
        if kept is None:
            reading = self.inner.embed_query(text)
            numbers = np.concatenate([reading.vector, reading.word_vectors.ravel()]).astype("<f4").tobytes()
            self._cache.write({key: len(numbers).to_bytes(4, "little") + numbers + json.dumps(reading.words).encode()})
            return reading
        end = 4 + int.from_bytes(kept[:4], "little")
        vector, word_vectors = np.split(np.frombuffer(kept[4:end], dtype="<f4"), [self.dimensions])
        words = tuple(json.loads(kept[end:]))
        return QueryEmbedding(vector, words, word_vectors.reshape(len(words), self.word_dimensions))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> PassageEmbeddings:
        """Each kept as the vector and the vectors of its words."""

        def read(missing: Sequence[str]) -> list[bytes]:
            found = self.inner.embed_passages(missing, progress)
            vectors = found.vectors.astype("<f4")
            return [vector.tobytes() + words.tobytes() for vector, words in zip(vectors, found.words, strict=True)]

        kept = self._kept("passage, words/1", texts, read, progress)
        size = 4 * self.dimensions
        vectors = np.frombuffer(b"".join(one[:size] for one in kept), dtype="<f4")
        words = [np.frombuffer(one[size:], dtype=np.int8) for one in kept]
        return PassageEmbeddings(
            vectors.reshape(len(texts), self.dimensions),
            [one.reshape(len(one) // max(self.word_dimensions, 1), self.word_dimensions) for one in words],
        )

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return self.inner.encode_queries(texts)
        key = self._key("queries", *texts)
        kept = self._cache.read([key]).get(key)
        if kept is not None and len(kept) == 4 * self.dimensions * len(texts):
            return np.frombuffer(kept, dtype="<f4").reshape(len(texts), self.dimensions)
        vectors = self.inner.encode_queries(texts)
        self._cache.write({key: vectors.astype("<f4").tobytes()})
        return vectors

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        def encode(missing: Sequence[str]) -> list[bytes]:
            return [vector.tobytes() for vector in self.inner.encode_passages(missing, progress).astype("<f4")]

        joined = b"".join(self._kept("passage", texts, encode, progress))
        return np.frombuffer(joined, dtype="<f4").reshape(len(texts), self.dimensions)

    def _kept(
        self,
        role: str,
        texts: Sequence[str],
        compute: Callable[[Sequence[str]], list[bytes]],
        progress: Progress | None,
    ) -> list[bytes]:
        """What the cache holds of each text; `compute` gives what it does not hold yet."""
        keys = [self._key(role, text) for text in texts]
        kept = {key: value for key, value in self._cache.read(keys).items() if len(value) >= 4 * self.dimensions}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing:
            new = dict(zip(missing, compute(list(missing.values())), strict=True))
            self._cache.write(new)
            kept.update(new)
        elif progress:
            progress(len(texts), len(texts))
        return [kept[key] for key in keys]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self.inner.count_tokens(texts)

    def _key(self, role: str, *texts: str) -> bytes:
        digest = hashlib.blake2b(f"{self.fingerprint}\0{role}".encode(), digest_size=16)
        for text in texts:
            encoded = text.encode(errors="surrogatepass")
            digest.update(len(encoded).to_bytes(8, "little") + encoded)
        return digest.digest()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=60)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # losing the last vectors costs computing them again
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection
