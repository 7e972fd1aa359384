"""Compare a query with the best passages word by word: the late interaction of ColBERT (Khattab and Zaharia 2020).

One vector for a whole text blurs what it is about; word by word, "prepaid" is looked for and found or not found, in whatever
language. Measured in docs/decisions/0012-word-matching.md.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from kb.search.encoding import WORD_UNIT, QueryEmbedding, Vectors, WordVectors
from kb.text.quantities import find_quantities
from kb.text.terms import FUNCTION_WORD_WEIGHT, QUANTITY_WEIGHT, is_function_word

# What a document that has all words of the query is ahead of one that has none, in cosine.
LATE_INTERACTION_WEIGHT = 0.15
# How many passages of a collection are compared: more change nothing.
COMPARED_PASSAGES = 15
# Of a long e-mail the first words: its beginning says what it is about.
MOST_QUERY_WORDS = 96
# Words that are matched so much worse than others count for all: the softness of that minimum, in cosine.
_SOFTNESS = np.float32(0.1)


def weigh_words(words: Sequence[str], language: str) -> Vectors:
    """float32 (len(words),), sum 1: words that say little count half."""
    quantities = find_quantities(words)
    weights = np.array(
        [
            QUANTITY_WEIGHT
            if place in quantities
            else FUNCTION_WORD_WEIGHT
            if is_function_word(word, language)
            else 1.0
            for place, word in enumerate(words)
        ],
        np.float32,
    )
    return np.asarray(weights / max(float(weights.sum()), 1e-9), dtype=np.float32)


class WordMatch(NamedTuple):
    """How well each of n passages has the words of a query, float32; NaN for a passage without words.

    usual: (n,), the mean over the words, at most 1; telling: (n, words), of each word that says something the cosine with the
    likest word of the passage.
    """

    usual: Vectors
    telling: Vectors


def match_words(query: QueryEmbedding, language: str, passages: Sequence[WordVectors]) -> WordMatch:
    """Of each word of the query the likest word of a passage counts. Of a query without words all is NaN."""
    words = query.words[:MOST_QUERY_WORDS]
    if not words:
        nothing = np.full(len(passages), np.nan, np.float32)
        return WordMatch(nothing, nothing[:, None])
    weights = weigh_words(words, language)
    likest = find_likest_words(query.word_vectors[: len(words)], passages) / np.float32(WORD_UNIT)
    return WordMatch(np.asarray(likest @ weights, dtype=np.float32), likest[:, weights >= weights.max()])


def weakest_words(telling: Vectors) -> Vectors:
    """The least of each row of `telling` (n, words), softly: float32 (n,).

    A question that something like the answer does not answer mostly has one word that is not there: "refund *for a gift card*".
    """
    return np.asarray(-_SOFTNESS * np.log(np.exp(telling / -_SOFTNESS).mean(axis=1)), dtype=np.float32)


def find_likest_words(words: Vectors, passages: Sequence[WordVectors]) -> Vectors:
    """For each passage and each of `words` (n, word_dimensions) the product with its likest word there, float32
    (len(passages), n): the cosine times WORD_UNIT; NaN for a passage without words."""
    places = [place for place, of_passage in enumerate(passages) if len(of_passage)]
    likest = np.full((len(passages), len(words)), np.nan, np.float32)
    if places:
        filled = [passages[place] for place in places]
        starts = list(accumulate(map(len, filled[:-1]), initial=0))
        products = np.concatenate(filled, dtype=np.float32, casting="safe") @ words.T
        likest[places] = np.maximum.reduceat(products, starts, axis=0)
    return likest
