"""The words of a collection, and which of them are within a slip or two of a word that it does not have.

A slip is a letter too many, missing, wrong, or two neighbours changed round (optimal string alignment, after Damerau 1964). There
is no dictionary of deletions: letters and pairs of letters of each word are bits of two numbers, and a word whose bits differ by
more than the slips allow is passed over, a hundred thousand a millisecond; what remains is compared letter by letter.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from kb.text.phonetic import spelling_key
from kb.text.terms import EXACT_MARK
from kb.text.words import HINDI_OR_BENGALI, LETTER_CLASS

SHORTEST, LONGEST = 4, 30
_SHORTEST_KEY = 3
# In a shorter word two slips make any word of any other.
_TWO_SLIPS_FROM = 8
# An Indic word of fewer letters (vowel signs not counted) becomes another word by one other consonant: ताला, माला, वाला.
_CONSONANT_SLIP_FROM = 4
_LETTERS_ONLY = regex.compile(rf"[{LETTER_CLASS}]{{{SHORTEST},{LONGEST}}}")
_VOWELS = regex.compile(r"[\p{M}\u0904-\u0914\u0985-\u0994]")


@dataclass(frozen=True)
class NearWord:
    """A known word near another one. slips: between their keys, 0 where only the way of writing differs; frequency: passages
    that have it, about; is_inflected: whether the index has it beside its stem."""

    word: str
    slips: int
    frequency: int
    is_inflected: bool


def may_be_misspelt(word: str) -> bool:
    """Whether a normalised word is of letters alone and long enough to be told from others."""
    return _LETTERS_ONLY.fullmatch(word) is not None


class Vocabulary:
    """The terms of an index. Never changed, so safe for many threads."""

    def __init__(self, terms: Mapping[str, int]) -> None:
        """`terms`: passages with each of the terms that `kb.text.terms.index_terms` gives, about."""
        self._terms: Mapping[str, int] = terms
        self._added: Mapping[str, int] = {}
        self._shelves: tuple[_Shelf, ...] = (_Shelf(terms),)

    def with_terms(self, terms: Iterable[str]) -> "Vocabulary":
        """The vocabulary with what was added to the index since; only new terms are looked at."""
        new = dict.fromkeys((term for term in terms if term not in self._terms), 1)
        if not new:
            return self
        changed = copy(self)
        changed._added = {**self._added, **new}
        changed._shelves = (self._shelves[0], _Shelf(changed._added))
        return changed

    def prepare(self) -> None:
        """Work out now what the first misspelt word would wait for."""
        for shelf in self._shelves:
            _ = shelf.rows

    def frequency(self, word: str) -> int:
        """Passages with the word as it stands, or with any form of which it is the stem, about; 0 where it is not known."""
        return max(self._count(word), self._count(EXACT_MARK + word))

    def _count(self, term: str) -> int:
        return self._terms.get(term, 0) or self._added.get(term, 0)

    def missing(self, terms: Iterable[str]) -> list[str]:
        """Those of the terms that it does not have."""
        return [term for term in terms if not self._count(term)]

    def near(self, word: str) -> list[NearWord]:
        """Known words within a slip of a normalised word, and in longer ones those with two that begin alike; in no order."""
        key = spelling_key(word)
        if not _SHORTEST_KEY <= len(key) <= LONGEST:
            return []
        letters, pairs = _bits_of_one(key)
        found: list[NearWord] = []
        for shelf in self._shelves:
            for other, slips in shelf.near(key, letters, pairs):
                found.append(NearWord(other, slips, self.frequency(other), self._count(EXACT_MARK + other) > 0))
        return found


class _Rows(NamedTuple):
    """Words in the order of their keys' lengths, with two numbers of 64 bits for each: its letters, its pairs of letters.

    starts: where the keys of each length begin; firsts: the first letter of each key.
    """

    keys: list[str]
    words: list[str]
    starts: list[int]
    firsts: NDArray[np.uint32]
    letters: NDArray[np.uint64]
    pairs: NDArray[np.uint64]


class _Shelf:
    """Words to be found by what is like them. Put in order when it is first asked: most queries have no misspelt word."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = terms

    @cached_property
    def rows(self) -> _Rows:
        words = {word for term in self._terms if _LETTERS_ONLY.fullmatch(word := term.removeprefix(EXACT_MARK))}
        pairs = sorted((pair for word in words if (pair := (spelling_key(word), word))[0]), key=lambda p: len(p[0]))
        keys = [key for key, _ in pairs]
        starts = np.searchsorted([len(key) for key in keys], np.arange(LONGEST + 4)).tolist()
        firsts = np.array([ord(key[0]) for key in keys], dtype=np.uint32)
        nothing = np.zeros(0, np.uint64)
        return _Rows(
            keys, [word for _, word in pairs], starts, firsts, *(_bits_of(keys) if keys else (nothing, nothing))
        )

    def near(self, key: str, letters: np.uint64, pairs: np.uint64) -> list[tuple[str, int]]:
        """Words whose keys are near, and by how many slips. letters, pairs: the bits of `key`."""
        most = 2 if len(key) >= _TWO_SLIPS_FROM else 1
        of_all = self.rows
        first, last = of_all.starts[len(key) - most], of_all.starts[len(key) + most + 1]
        apart = np.bitwise_count(of_all.letters[first:last] ^ letters)
        # A slip changes two letters and, in pairs, six at most. Two slips and another first letter: another word.
        likely = apart <= 2
        if most > 1:
            likely |= (apart <= 4) & (of_all.firsts[first:last] == ord(key[0]))
        rows = np.flatnonzero(likely) + first
        rows = rows[np.bitwise_count(of_all.pairs[rows] ^ pairs) <= 6 * most]
        consonants = _VOWELS.sub("", key) if HINDI_OR_BENGALI.search(key) else ""
        is_short = 0 < len(consonants) < _CONSONANT_SLIP_FROM
        found = []
        for row in rows.tolist():
            other = of_all.keys[row]
            slips = int(OSA.distance(key, other, score_cutoff=most))
            if slips > most or (slips > 1 and other[0] != key[0]):
                continue
            if not (is_short and slips and _VOWELS.sub("", other) != consonants):
                found.append((of_all.words[row], slips))
        return found


def _bits_of_one(key: str) -> tuple[np.uint64, np.uint64]:
    """What `_bits_of` gives for a single key, without arrays: they cost ten times as much as the loop."""
    codes = [0, *map(ord, key), 0]
    letters = pairs = 0
    for one, other in pairwise(codes):
        letters |= 1 << (other & 63) if other else 0
        pairs |= 1 << ((one * 31 + other * 7) & 63)
    return np.uint64(letters), np.uint64(pairs)


def _bits_of(keys: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """For each key, none of them empty: a bit for each of its letters, and one for each pair of neighbours, beginning and
    end included. Letters may share a bit: that lets words through, it never passes one over."""
    codes = np.frombuffer("".join(f"\0{key}\0" for key in keys).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    starts = np.cumsum([0] + [len(key) + 2 for key in keys])
    one, mask = np.uint64(1), np.uint64(63)
    letters = one << (codes & mask)
    letters[codes == 0] = 0
    pairs = one << ((codes[:-1] * np.uint64(31) + codes[1:] * np.uint64(7)) & mask)
    pairs[starts[1:-1] - 1] = 0  # the end of one key and the beginning of the next
    return np.bitwise_or.reduceat(letters, starts[:-1]), np.bitwise_or.reduceat(pairs, starts[:-1])
