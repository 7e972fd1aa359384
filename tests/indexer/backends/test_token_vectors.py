from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from indexer.backends.faiss_tantivy.token_vectors import WORDS_FILE, TokenVectorStore, TokenVectorWriter


def words(count: int, first: int) -> np.ndarray:
    return (np.arange(count * 4).reshape(count, 4) + first).astype(np.int8)


def write(folder: Path, passages: Iterable[bytes], dimensions: int) -> None:
    writer = TokenVectorWriter(folder, dimensions)
    for one in passages:
        writer.add(one)
    writer.close()


def test_each_row_has_its_own_words_again(tmp_path: Path) -> None:
    passages = [words(3, 0), words(0, 0), words(2, 40)]
    write(tmp_path, (one.tobytes() for one in passages), 4)
    table = TokenVectorStore.load(tmp_path)
    assert len(table) == 3
    for row, expected in enumerate(passages):
        np.testing.assert_array_equal(table[row], expected)


@pytest.mark.parametrize("passages", [[], [b"", b""]])
def test_a_table_without_words_is_a_table(tmp_path: Path, passages: list[bytes]) -> None:
    write(tmp_path, passages, 4)
    table = TokenVectorStore.load(tmp_path)
    assert len(table) == len(passages)
    assert table.vectors.shape == (0, 4)


def test_a_file_that_is_too_short_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, [words(3, 0).tobytes()], 4)
    (tmp_path / WORDS_FILE).write_bytes(b"abc")
    with pytest.raises(ValueError, match="3 bytes, not 12"):
        TokenVectorStore.load(tmp_path)
