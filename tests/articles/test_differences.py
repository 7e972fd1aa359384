"""What differs between two texts, word by word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.differences import Piece, around_changes, differences

TEXTS = st.text(alphabet="ab কী\n क्र.", max_size=200)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_a_word_with_its_marks_is_one_word() -> None:
    found = differences("पहला बटन दबाएँ।", "पहली बटन दबाएँ।")
    assert found == [Piece("removed", "पहला"), Piece("added", "पहली"), Piece("same", " बटन दबाएँ।")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b\n" * 100_000, "b a\n" * 100_000),
        ("x " * 500_000, "y " * 500_000),
        ("\n".join(str(n % 99) for n in range(200_000)), "\n".join(str(n % 98) for n in range(200_000))),
    ],
)
def test_long_texts_take_bounded_time(before: str, after: str) -> None:
    began = time.perf_counter()
    assert differences(before, after)
    assert time.perf_counter() - began < 20


def test_long_runs_that_are_the_same_are_cut() -> None:
    pieces = differences("a " * 5_000 + "old" + " b" * 5_000, "a " * 5_000 + "new" + " b" * 5_000)
    shown = around_changes(pieces, context=20)
    assert sum(len(piece.text) for piece in shown) < 200
    assert [piece.kind for piece in shown] == ["same", "removed", "added", "same"]
