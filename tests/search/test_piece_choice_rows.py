"""Which row of a table answers: not one that has nothing of the question but by the heads of its columns."""

import numpy as np

from kb.search.piece_choice import FEATURES, Pieces, score_pieces


def pieces(*rows: dict[str, float]) -> Pieces:
    features = np.array([[row.get(name, 0.0) for name in FEATURES] for row in rows], np.float32)
    numbers = np.arange(len(rows))
    return Pieces(
        np.zeros(len(rows), np.int64), numbers, features, np.ones(len(rows), np.bool_), np.zeros((1, 1), np.float32)
    )


def test_a_row_that_speaks_by_its_heads_alone_gives_way_to_what_says_it_itself() -> None:
    row = {"own": 0.3, "together": 0.6, "is_row": 1}
    sentence = {"own": 0.5, "together": 0.5, "back": 0.1, "length": 2.0}
    scores = score_pieces(pieces(row, sentence), np.zeros(1, np.int64))
    assert scores[0] < scores[1] - 1000
    # Where nothing says it itself, or the row does, a row answers as before.
    for other in (sentence | {"own": 0.35, "together": 0.35}, sentence):
        own = row if other["own"] < 0.5 else row | {"own": 0.55}
        assert score_pieces(pieces(own, other), np.zeros(1, np.int64))[0] > -1000
