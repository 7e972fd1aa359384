"""Compare a query with the best passages word by word: the late interaction of ColBERT (Khattab and Zaharia 2020).

One vector for a whole text blurs what it is about; word by word, "prepaid" is looked for and found or not found, in whatever
language. Measured in docs/decisions/0012-word-matching.md.
"""

from collections.abc import Sequence

import numpy as np

from kb.contracts import QueryReading, Vectors, WordVectors
from kb.search.terms import FUNCTION_WORD_WEIGHT, is_function_word

# What a document that has all words of the query is ahead of one that has none, in cosine.
WORD_MATCH_WEIGHT = 0.1
# How many passages of a collection are compared: more change nothing.
MATCHED_PASSAGES = 15
# Of a long e-mail the first words: its beginning says what it is about.
_MOST_QUERY_WORDS = 96
_INT8_UNIT = 127.0


def weigh_words(words: Sequence[str], language: str) -> Vectors:
    """float32 (len(words),), sum 1: words that say little count half."""
    weights = np.array(
        [FUNCTION_WORD_WEIGHT if is_function_word(word, language) else 1.0 for word in words], np.float32
    )
    return np.asarray(weights / max(float(weights.sum()), 1e-9), dtype=np.float32)


def match_words(query: QueryReading, language: str, passages: Sequence[WordVectors]) -> Vectors:
    """For each passage how well it has the words of the query, float32 (len(passages),), at most 1.

    Of each word of the query the likest word of the passage counts. A passage without words (or a query) has NaN.
    """
    scores = np.full(len(passages), np.nan, np.float32)
    filled = [place for place, words in enumerate(passages) if len(words)]
    words = query.words[:_MOST_QUERY_WORDS]
    if not filled or not words:
        return scores
    weights = weigh_words(words, language)
    joined = np.concatenate([passages[place] for place in filled]).astype(np.float32)
    likeness = joined @ query.word_vectors[: len(words)].T
    lengths = [len(passages[place]) for place in filled]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    scores[filled] = np.maximum.reduceat(likeness, starts, axis=0) @ (weights / np.float32(_INT8_UNIT))
    return scores
