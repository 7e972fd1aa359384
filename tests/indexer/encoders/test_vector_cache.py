"""Cached vectors are those of the encoder, whatever happens to the file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.encoders.hashing import HashEncoder
from indexer.encoders.vector_cache import CachingEncoder, VectorCache
from kb.core.progress import Progress
from kb.search.encoding import Vectors


class CountingEncoder(HashEncoder):
    """Remembers which texts it had to encode."""

    def __init__(self, fingerprint: str = "counting/1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return super().encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.encoded += texts
        return super().encode_passages(texts, progress)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "vectors.sqlite3"


@pytest.fixture
def cache(path: Path) -> Iterator[VectorCache]:
    opened = VectorCache(path)
    yield opened
    opened.close()


def test_vectors_are_those_of_the_encoder_and_each_passage_is_encoded_once(cache: VectorCache) -> None:
    inner = CountingEncoder()
    encoder = CachingEncoder(inner, cache)
    texts = ["one text", "another", "one text", "কার্ড"]
    expected = HashEncoder().encode_passages(texts)
    for _ in range(2):
        np.testing.assert_array_equal(encoder.encode_passages(texts), expected)
    assert sorted(inner.encoded) == sorted({"one text", "another", "কার্ড"})


def test_only_new_passages_are_encoded_and_come_back_in_order(cache: VectorCache) -> None:
    inner = CountingEncoder()
    encoder = CachingEncoder(inner, cache)
    encoder.encode_passages(["b"])
    np.testing.assert_array_equal(
        encoder.encode_passages(["a", "b", "c"]), HashEncoder().encode_passages(["a", "b", "c"])
    )
    assert inner.encoded == ["b", "a", "c"]


def test_queries_are_kept_by_the_whole_call(cache: VectorCache) -> None:
    inner = CountingEncoder()
    encoder = CachingEncoder(inner, cache)
    for _ in range(2):
        encoder.encode_queries(["x"])
        assert encoder.encode_queries(["x", "y"]).shape == (2, inner.dimensions)
    assert inner.encoded == ["x", "x", "y"]


def test_queries_passages_and_models_do_not_share_vectors(cache: VectorCache) -> None:
    first, second = CountingEncoder(), CountingEncoder("counting/2")
    CachingEncoder(first, cache).encode_queries(["x"])
    CachingEncoder(first, cache).encode_passages(["x"])
    CachingEncoder(second, cache).encode_passages(["x"])
    assert (first.encoded, second.encoded) == (["x", "x"], ["x"])


def test_texts_that_join_to_the_same_are_told_apart(cache: VectorCache) -> None:
    encoder = CachingEncoder(HashEncoder(), cache)
    encoder.encode_queries(["ab", "c"])
    np.testing.assert_array_equal(encoder.encode_queries(["a", "bc"]), HashEncoder().encode_queries(["a", "bc"]))


def test_words_are_kept_with_their_texts(cache: VectorCache) -> None:
    inner = CountingEncoder()
    encoder = CachingEncoder(inner, cache)
    texts = ["one text", "…", "কার্ড two two"]
    expected, query = HashEncoder().embed_passages(texts), HashEncoder().embed_query("two texts")
    for _ in range(2):
        read = encoder.embed_passages(texts)
        np.testing.assert_array_equal(read.vectors, expected.vectors)
        for words, right in zip(read.words, expected.words, strict=True):
            np.testing.assert_array_equal(words, right)
        asked = encoder.embed_query("two texts")
        assert asked.words == query.words
        np.testing.assert_array_equal(asked.vector, query.vector)
        np.testing.assert_array_equal(asked.word_vectors, query.word_vectors)
    assert inner.encoded == texts


def test_nothing_to_encode_is_an_empty_matrix(cache: VectorCache) -> None:
    encoder = CachingEncoder(HashEncoder(), cache)
    assert encoder.encode_queries([]).shape == encoder.encode_passages([]).shape == (0, HashEncoder.dimensions)


def test_another_process_finds_what_this_one_computed(path: Path, cache: VectorCache) -> None:
    CachingEncoder(HashEncoder(), cache).encode_passages(["kept"])
    inner = CountingEncoder(HashEncoder.fingerprint)
    other = VectorCache(path)
    CachingEncoder(inner, other).encode_passages(["kept"])
    other.close()
    assert inner.encoded == []


def test_a_broken_file_is_begun_anew(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    cache = VectorCache(path)
    encoder = CachingEncoder(HashEncoder(), cache)
    np.testing.assert_array_equal(encoder.encode_passages(["a"]), HashEncoder().encode_passages(["a"]))
    cache.close()
    assert "begun anew" in caplog.text
