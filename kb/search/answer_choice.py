"""For each result the piece that answers, and the words of the query that speak for it."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kb.search.answers import rows_around
from kb.search.deciding_words import DecidingWords
from kb.search.encoding import Vectors, WordVectors
from kb.search.piece_choice import Pieces, describe_pieces, score_pieces
from kb.search.retrieval import Retrieval
from kb.search.snippets import piece_with_most_words
from kb.search.types import PassageText, PieceKind

# So far ahead of the next piece of its result one is that answers: three of four such do, of the others every second. Measured
# in docs/experiments/0025-what-is-shown.md.
_CLEARLY_AHEAD = 0.65


class ChosenPiece(NamedTuple):
    """piece: its number in the passage; decided_by: words of the query as they were typed; is_clear: whether no other piece of
    the result is nearly as good, as for a question of one word that all of an article is about; of_rows: whether it is a row and
    another one of its table is nearly as good, as for "when is my money back?" where a table has it by way of paying."""

    passage: PassageText
    piece: int
    decided_by: Sequence[str]
    is_clear: bool = True
    of_rows: bool = False


def choose_answers(
    found: Retrieval, results: Sequence[tuple[int, Sequence[int]]], weights: Mapping[str, float]
) -> list[ChosenPiece | None]:
    """For each result, given as the number of its collection and the ids of some of its passages, nearest first.

    weights: word beginnings of the query, for encoders that read no words. None where there is nothing to read.
    """
    read = _read(found, results)
    owners = [(number, passage) for number, of_result in enumerate(read) for passage in of_result]
    texts, vectors = [passage.text for _, passage in owners], [passage.words for _, passage in owners]
    pieces = describe_pieces(found.embedding, found.query.background, texts, vectors) if owners else None
    words = DecidingWords.of(found.typed, found.query, found.embedding)
    chosen: list[ChosenPiece | None] = [None] * len(results)
    if pieces is None:
        for number, of_result in enumerate(read):
            if of_result:
                text = of_result[0].text
                chosen[number] = ChosenPiece(text, piece_with_most_words(text, weights), words.in_text(text))
        return chosen
    scores = score_pieces(pieces, np.array([number for number, _ in owners]))
    best: dict[int, tuple[float, int, int]] = {}
    next_best: dict[int, float] = {}
    for score, passage, number in zip(scores.tolist(), pieces.passages.tolist(), pieces.numbers.tolist(), strict=True):
        result = owners[passage][0]
        if result not in best or score > best[result][0]:
            if result in best:
                next_best[result] = best[result][0]
            best[result] = score, passage, number
        else:
            next_best[result] = max(score, next_best.get(result, score))
    passages = [passage for _, passage, _ in best.values()]
    reasons = words.ahead(pieces.words[passages], pieces.words.mean(axis=0))
    for (result, (score, passage, number)), decided_by in zip(best.items(), reasons, strict=True):
        is_clear = score - next_best.get(result, -math.inf) >= _CLEARLY_AHEAD
        of_rows = not is_clear and _is_one_of_many_rows(pieces, scores, texts[passage], passage, number)
        chosen[result] = ChosenPiece(texts[passage], number, decided_by, is_clear, of_rows)
    return chosen


def _is_one_of_many_rows(pieces: Pieces, scores: Vectors, text: PassageText, passage: int, number: int) -> bool:
    if text.kinds[number].lower() != PieceKind.ROW:
        return False
    rows = rows_around(text, number)
    of_table = (pieces.passages == passage) & (pieces.numbers >= rows.start) & (pieces.numbers < rows.stop)
    best = scores[of_table & (pieces.numbers == number)]
    others = scores[of_table & (pieces.numbers != number)]
    return bool(len(others)) and bool(best[0] - others.max() < _CLEARLY_AHEAD)


class _Read(NamedTuple):
    text: PassageText
    words: WordVectors


def _read(found: Retrieval, results: Sequence[tuple[int, Sequence[int]]]) -> list[list[_Read]]:
    """The passages of each result that have a text, read together for each collection."""
    read: dict[tuple[int, int], _Read] = {}
    for number, collection in enumerate(found.collections):
        ids = list(dict.fromkeys(passage for of, passages in results if of == number for passage in passages))
        if ids:
            columns = collection.fetch(np.array(ids, np.int64))
            for passage, text, words in zip(ids, columns.texts, columns.token_vectors, strict=True):
                if text is not None and text.ends:
                    read[number, passage] = _Read(text, words)
    return [[read[of, passage] for passage in passages if (of, passage) in read] for of, passages in results]
