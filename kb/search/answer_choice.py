"""For each result the piece that answers, and the words of the query that speak for it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kb.search.deciding_words import DecidingWords
from kb.search.encoding import WordVectors
from kb.search.piece_choice import describe_pieces, score_pieces
from kb.search.retrieval import Retrieval
from kb.search.snippets import piece_with_most_words
from kb.search.types import PassageText


class ChosenPiece(NamedTuple):
    """piece: its number in the passage; decided_by: words of the query as they were typed."""

    passage: PassageText
    piece: int
    decided_by: Sequence[str]


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
    scores = score_pieces(pieces)
    best: dict[int, tuple[float, int, int]] = {}
    for score, passage, number in zip(scores.tolist(), pieces.passages.tolist(), pieces.numbers.tolist(), strict=True):
        result = owners[passage][0]
        if result not in best or score > best[result][0]:
            best[result] = score, passage, number
    passages = [passage for _, passage, _ in best.values()]
    reasons = words.ahead(pieces.words[passages], pieces.words.mean(axis=0))
    for (result, (_, passage, number)), decided_by in zip(best.items(), reasons, strict=True):
        chosen[result] = ChosenPiece(texts[passage], number, decided_by)
    return chosen


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
