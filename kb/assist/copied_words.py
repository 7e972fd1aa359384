"""Whether a sentence has the words of another: what was copied is found with any encoder."""

from kb.text.terms import is_function_word, normalise
from kb.text.words import find_words

# Copied: so many of the words of the shorter one stand in the other, and it has so many that say something.
_SHARE, _FEWEST = 0.8, 4


def telling_words(text: str, language: str) -> frozenset[str]:
    """The different words of a text that say something, normalised; numbers too."""
    return frozenset(word for word in find_words(normalise(text)) if not is_function_word(word, language))


def share_of_words(words: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter one's words the other has, 0 where there are too few to say."""
    fewest = min(len(words), len(other))
    return len(words & other) / fewest if fewest >= _FEWEST else 0.0


def is_copied(words: frozenset[str], other: frozenset[str]) -> bool:
    return share_of_words(words, other) >= _SHARE
