"""Long texts are judged by their strongest parts: around what a complaint asks stand what happened, who was there, what it means.

The vector of two hundred words is that of their average. So a long text is searched as a whole and in parts, two sentences or
more each; a document is ranked by what the whole and the likest part say of it, and the confidence is that of the surest part
that has it first. What was tried is in docs/decisions/0018-beside-confidence.md.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import regex

from kb.search.ranking import Ranking, rows_of
from kb.text.words import find_words

# What is a long text, and into how many parts it goes at most: each is encoded and looked up like a query.
LONG_FROM_WORDS, MOST_PARTS = 60, 6
_SENTENCES_OF_A_PART = 2
# What the likest part says of a document, beside the whole text, which has 1. With 1 as much is lost as won.
PART_WEIGHT = 0.5
# A long text is told "nothing answers this" below this share of the threshold: most of it is about something else, so the signals
# are weaker, and who has written a hundred words is wronged more by a false "nothing" than by "not sure".
LONG_UNSURE = 0.55
# Speech without punctuation is cut after so many words.
_MOST_WORDS_OF_A_SENTENCE = 30
_SENTENCE = regex.compile(r"\S.*?(?:[.!?。？！।॥…]+(?=\s|$)|$)", regex.DOTALL)


def is_long(text: str) -> bool:
    return len(find_words(text)) >= LONG_FROM_WORDS


def split_long_text(text: str) -> list[str]:
    """The parts of a long text, at most MOST_PARTS, which together are all of it; none for a text that is short."""
    if not is_long(text):
        return []
    sentences = [piece for sentence in _SENTENCE.findall(text) for piece in _pieces(sentence)]
    size = max(_SENTENCES_OF_A_PART, math.ceil(len(sentences) / MOST_PARTS))
    last = max(len(sentences) - size, 0)
    count = min(MOST_PARTS, last + 1)
    starts = dict.fromkeys(round(last * number / max(count - 1, 1)) for number in range(count))
    parts = [" ".join(sentences[start : start + size]) for start in starts]
    return parts if len(parts) > 1 else []


def _pieces(sentence: str) -> list[str]:
    words = sentence.split()
    count = math.ceil(len(words) / _MOST_WORDS_OF_A_SENTENCE)
    return [" ".join(words[len(words) * n // count : len(words) * (n + 1) // count]) for n in range(count)]


def rank_with_parts(whole: Ranking, parts: Sequence[Ranking]) -> Ranking:
    """The documents of `whole` in the order of what it and the likest of `parts` say of them.

    A document that no part brings up counts as the least likely that one does. The scores stay those of the whole.
    """
    best: dict[int, float] = {}
    for part in parts:
        for group, score in zip(part.documents.groups.tolist(), part.documents.scores.tolist(), strict=True):
            best[group] = max(best.get(group, -1.0), score)
    if not best:
        return whole
    least = min(best.values())
    documents = whole.documents
    of_parts = np.array([best.get(group, least) for group in documents.groups.tolist()], np.float32)
    order = np.argsort(-(documents.scores + np.float32(PART_WEIGHT) * of_parts), kind="stable")
    return replace(whole, documents=rows_of(documents, order))
