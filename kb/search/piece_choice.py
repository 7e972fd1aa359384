"""Which piece of a passage answers the query: by the vectors of its words, which are stored. Nothing is encoded here.

A piece is a sentence, an item of a list or a row of a table. Its words are read together with what it stands under: the heads
of its columns, the sentence that leads to its list, the question that it answers. Measured in
docs/decisions/0025-what-is-shown.md.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.search.encoding import WORD_UNIT, QueryEmbedding, Vectors, WordVectors
from kb.search.late_interaction import MOST_QUERY_WORDS, weigh_words
from kb.search.types import PassageText, PieceKind

FEATURES = ("own", "together", "back", "length", "passage", "is_row", "is_item", "asks")
_OWN, _TOGETHER, _IS_ROW = (FEATURES.index(name) for name in ("own", "together", "is_row"))
# From so much likeness that a row has by its heads alone, and by which another piece is ahead of it by its own words.
_BY_HEADS, _SAID_ITSELF = 0.2, 0.12
# What a piece without any word, or one that only names what comes, is better than.
_NEVER = -1e6
_LOWER = 0x20
_ROW, _HEAD = ord(PieceKind.ROW), ord(PieceKind.HEAD)
_SENTENCE = ord(PieceKind.SENTENCE)
_IS_ITEM = np.zeros(256, np.bool_)
_IS_ITEM[[ord(kind) for kind in (PieceKind.NUMBERED, PieceKind.BULLETED, PieceKind.OF_ITEM, PieceKind.NESTED)]] = True
_GOES_ON = np.zeros(256, np.bool_)
_GOES_ON[[ord(PieceKind.OF_ITEM), ord(PieceKind.NESTED)]] = True
_NAMES = np.zeros(256, np.bool_)
_NAMES[[ord(kind) for kind in (PieceKind.HEAD, PieceKind.HEADING, PieceKind.TITLE)]] = True


class Pieces(NamedTuple):
    """Columns over the pieces of some passages. passages, numbers: which passage, and the number of its first part there;
    features: float32 (n, len(FEATURES)); may_answer: headings and heads of columns do not; words: for each passage and word of
    the query the likest word in it, float32 (passages, words of the query)."""

    passages: NDArray[np.int64]
    numbers: NDArray[np.int64]
    features: Vectors
    may_answer: NDArray[np.bool_]
    words: Vectors


def describe_pieces(
    query: QueryEmbedding, language: str, texts: Sequence[PassageText], vectors: Sequence[WordVectors]
) -> Pieces | None:
    """The pieces of these passages; None where the encoder reads no words, or a passage has other words than its vectors."""
    words = query.words[:MOST_QUERY_WORDS]
    sizes = np.array([len(of_passage) for of_passage in vectors])
    if not words or not len(sizes) or not sizes.all():
        return None
    offsets = sizes.cumsum() - sizes
    asked = query.word_vectors[: len(words)] / np.float32(WORD_UNIT)
    likeness = np.concatenate(list(vectors), dtype=np.float32, casting="safe") @ asked.T
    weights = weigh_words(words, language)
    counts = np.array([len(text.ends) for text in texts])
    kinds = np.frombuffer("".join(text.kinds for text in texts).encode("ascii"), np.uint8) | np.uint8(_LOWER)
    of_pieces = np.frombuffer(b"".join(text.word_counts for text in texts), np.uint8).astype(np.int64)
    asks = np.frombuffer(b"".join(text.asks for text in texts), np.uint8)
    places = np.frombuffer(b"".join(text.words for text in texts), np.uint8)
    passage_of = np.repeat(np.arange(len(texts)), counts)
    first_of = counts.cumsum() - counts
    # Items of several sentences are one piece.
    begins = ~_GOES_ON[kinds]
    begins[first_of[counts > 0]] = True
    starts = np.flatnonzero(begins)
    lengths = np.add.reduceat(of_pieces, starts)
    passages = passage_of[starts]
    of_words = np.repeat(passages, lengths)
    if (places >= sizes[of_words]).any():
        return None
    own, back = _match(likeness, places + offsets[of_words], lengths)
    kind = kinds[starts]
    above = _stands_under(kind, passages, asks[starts])
    together = np.where((above >= 0)[:, None], np.maximum(own, own[above]), own) @ weights
    whole = np.maximum.reduceat(likeness, offsets, axis=0)
    features = np.stack(
        (
            own @ weights,
            together,
            back,
            np.log(np.maximum(lengths, 1)),
            (whole @ weights)[passages],
            kind == _ROW,
            _IS_ITEM[kind],
            asks[starts],
        ),
        axis=1,
        dtype=np.float32,
    )
    return Pieces(passages, starts - first_of[passages], features, ~_NAMES[kind] & (lengths > 0), whole)


def _match(likeness: Vectors, places: NDArray[np.int64], lengths: NDArray[np.int64]) -> tuple[Vectors, Vectors]:
    """Of each piece: per word of the query its likest word (pieces, words of the query), and how like the query its words
    are in the mean (pieces,). Zeros for a piece without words."""
    some = np.flatnonzero(lengths)
    own = np.zeros((len(lengths), likeness.shape[1]), np.float32)
    back = np.zeros(len(lengths), np.float32)
    if len(some):
        starts = (lengths.cumsum() - lengths)[some]
        own[some] = np.maximum.reduceat(likeness.take(places, axis=0), starts, axis=0)
        # Copied first: the largest of each row is found ten times as fast along columns.
        most = np.ascontiguousarray(likeness.T).max(axis=0)
        back[some] = np.add.reduceat(most.take(places), starts) / lengths[some]
    return own, back


def _stands_under(kinds: NDArray[Any], passages: NDArray[np.int64], asks: NDArray[Any]) -> NDArray[np.int64]:
    """For each piece the place of the one that it is read with: the heads of its columns, what leads to its list, the heading
    or question right before it; -1 for none."""
    order = np.arange(len(kinds))
    is_item = _IS_ITEM[kinds]
    above = order - 1
    above[kinds == _ROW] = np.maximum.accumulate(np.where(kinds == _ROW, -1, order))[kinds == _ROW]
    above[is_item] = np.maximum.accumulate(np.where(is_item, -1, order))[is_item]
    of = kinds[above]
    leads = np.where(kinds == _ROW, of == _HEAD, _NAMES[of] & (of != _HEAD) | ((of == _SENTENCE) & (asks[above] > 0)))
    return np.where((above >= 0) & leads & (passages[above] == passages), above, -1)


@lru_cache(maxsize=1)
def load_piece_weights() -> Vectors:
    """float32 (len(FEATURES),), fitted by scripts/fit/answers.py."""
    stored: Mapping[str, float] = json.loads(Path(__file__).with_name("piece_weights.json").read_text("utf-8"))
    return np.array([stored[name] for name in FEATURES], np.float32)


def score_pieces(pieces: Pieces, documents: NDArray[np.int64]) -> Vectors:
    """How well each answers, comparable among the passages of one document, float32 (n,). documents: of each passage.

    A row that has nothing of the question but by the heads of its columns, where another piece of the document has it itself, is
    none: to "can I pay in parts" a table of "You pay" does not answer with one of its amounts.
    """
    own, together = pieces.features[:, _OWN], pieces.features[:, _TOGETHER]
    of = documents[pieces.passages]
    best = np.full(int(of.max(initial=-1)) + 1, -np.inf, np.float32)
    np.maximum.at(best, of[pieces.may_answer], own[pieces.may_answer])
    by_heads = (pieces.features[:, _IS_ROW] > 0) & (together - own > _BY_HEADS) & (best[of] - own > _SAID_ITSELF)
    return np.where(pieces.may_answer & ~by_heads, pieces.features @ load_piece_weights(), np.float32(_NEVER))
