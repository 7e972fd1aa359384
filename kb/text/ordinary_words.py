"""Words of a language that need stand in no article to be right: what was written in help texts of many trades, its inflected
forms, and what English makes of a word by an ending."""

from collections.abc import Callable, Iterator
from functools import cache

import regex

from kb.text.native_words import written_words
from kb.text.terms import stem_of

# Of fewer letters a word is near to too many others for an ending to tell anything; where only the encoder knows it, which knows
# words of a hundred languages, it takes one more.
_SHORTEST_BASE, _SHORTEST_UNLISTED = 4, 5
_ENDINGS = ("ing", "ings", "ed", "er", "ers", "ly", "less", "ness", "ful", "able", "ment", "ments", "s", "es")
_VOWELS = frozenset("aeiou")
_ACTING = regex.compile(r"(?<![aeiou])(?:ing|ed|ers?)$")
_SCRIPTS = (("hi", regex.compile(r"\p{Devanagari}")), ("bn", regex.compile(r"\p{Bengali}")))
# "ship": its last letter is doubled before a vowel, "shipping".
_DOUBLES = regex.compile(r"[^aeiou][aeiou][^aeiouwxy]$")


def is_ordinary_word(word: str, is_word: Callable[[str], bool]) -> bool:
    """Whether a normalised word is one that people write. is_word: tells of a word without an ending whether it is one."""
    own = next((language for language, letters in _SCRIPTS if letters.match(word)), "en")
    stem = stem_of(word, own)
    if word in _written(own) or (len(stem) >= _SHORTEST_BASE and stem in _stems(own)):
        return True
    if own != "en":
        return False
    if any(base in _written(own) for base in bases_of(word)):
        return True
    base = _ACTING.sub("", word)
    return _SHORTEST_UNLISTED <= len(base) < len(word) and is_word(base)


def bases_of(word: str) -> Iterator[str]:
    """What an English word may be made of by an ending: "charger" of "charge", "shipping" of "ship", "happily" of "happy"."""
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base == word or len(base) < _SHORTEST_BASE:
            continue
        joins = ending[0] in _VOWELS
        if base[-1] == ending[0] and ending[0] in "es":  # "adress" is nothing of "adres"
            continue
        if not (joins and len(base) == _SHORTEST_BASE and _DOUBLES.search(base)):
            yield base
        if joins:
            yield base + "e"
        if joins and base[-1] == base[-2] and len(base) == _SHORTEST_BASE + 1:
            yield base[:-1]
        if base[-1] == "i":
            yield base[:-1] + "y"


@cache
def _written(language: str) -> frozenset[str]:
    return written_words(language)


@cache
def _stems(language: str) -> frozenset[str]:
    return frozenset(stem_of(word, language) for word in _written(language))
