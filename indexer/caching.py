"""Vectors that were computed once are read from a file the next time: for evaluation, which encodes the same texts often."""

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb.contracts import Encoder, Progress, Vectors

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
        self._cache = cache

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
        keys = [self._key("passage", text) for text in texts]
        size = 4 * self.dimensions
        kept = {key: vector for key, vector in self._cache.read(keys).items() if len(vector) == size}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing:
            encoded = self.inner.encode_passages(list(missing.values()), progress)
            new = {key: vector.astype("<f4").tobytes() for key, vector in zip(missing, encoded, strict=True)}
            self._cache.write(new)
            kept.update(new)
        elif progress:
            progress(len(texts), len(texts))
        joined = b"".join(kept[key] for key in keys)
        return np.frombuffer(joined, dtype="<f4").reshape(len(texts), self.dimensions)

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
