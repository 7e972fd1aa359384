"""Whether a sentence has the words of another: what was copied is found with any encoder."""

import re
from collections.abc import Sequence

from kb.text.terms import is_function_word, normalise
from kb.text.words import find_words

# Copied: so many of the words of the shorter one stand in the other, and it has so many that say something.
_SHARE, _FEWEST = 0.8, 4
# Quoted: so many of the rows of three words stand in texts; addresses that copying has put in brackets are none of it.
_ROW, _QUOTED = 3, 0.6
_ADDRESS = re.compile(r"\(?https?://\S+")


def telling_words(text: str, language: str) -> frozenset[str]:
    """The different words of a text that say something, normalised; numbers too."""
    return frozenset(word for word in find_words(normalise(text)) if not is_function_word(word, language))


def share_of_words(words: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter one's words the other has, 0 where there are too few to say."""
    fewest = min(len(words), len(other))
    return len(words & other) / fewest if fewest >= _FEWEST else 0.0


def is_copied(words: frozenset[str], other: frozenset[str]) -> bool:
    return share_of_words(words, other) >= _SHARE


def is_quoted(text: str, others: Sequence[str]) -> bool:
    """Whether a text stands in these, word after word: a sentence, item or row of an article that was copied."""
    rows = _rows(_ADDRESS.sub(" ", text))
    known = frozenset().union(*map(_rows, others))
    return bool(rows) and len(rows & known) >= _QUOTED * len(rows)


def _rows(text: str) -> frozenset[tuple[str, ...]]:
    words = find_words(normalise(text))
    return frozenset(tuple(words[start : start + _ROW]) for start in range(max(1, len(words) - _ROW + 1)) if words)
