"""Words of danger in the ways they are spelled: as written, by an open ending, by their sound, by a slip or two.

A word that is an ordinary one in its own right ("stock", "hire", "full") is never taken for a misspelt one of the lists ("shock",
"fire", "phool").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex
from rapidfuzz.distance import OSA

from kb.text.phonetic import lexicon_key, spelling_key
from kb.text.words import LONGEST_CACHED, cached_by_word

# One slip of a vowel or a swap in words of so many letters (by their sound), any slip, two of the first kind.
_ONE_SLIP_FROM, _ANY_SLIP_FROM, _TWO_SLIPS_FROM = 5, 7, 9
_SHORTEST_OPEN = 3
_SHORTEST_KEY = 3
_BREATHED = regex.compile(r"(?<=[kgcjtdbp])h")
_GLIDE = regex.compile(r"(?<=[aeiou])[vy](?=[aeiou])")
_NEGATED_VERB = ("নি", "ni")  # ফোলেনি, "foleni": has not swollen


@dataclass(frozen=True)
class _OrdinaryWords:
    """own: of English, and of the Indic scripts; romanised: of Hindi and Bengali in Latin letters, which are spelled at will."""

    own: frozenset[str]
    romanised: frozenset[str]


@lru_cache(maxsize=1)
def _ordinary_words() -> _OrdinaryWords:
    lines = (Path(__file__).parent / "ordinary_words.txt").read_text(encoding="utf-8").splitlines()
    own, romanised = (line for line in lines if not line.startswith("#"))
    return _OrdinaryWords(frozenset(own.split()), frozenset(romanised.split()))


@cached_by_word
def sound_key(word: str) -> str:
    """One form for the many ways of spelling a normalised word: dhuaan, dhuwa, dua -> dua; झटका stays in its script."""
    if not word.isascii():
        return spelling_key(word)
    key = lexicon_key(word)
    if "h" in key:
        key = str(_BREATHED.sub("", key)).replace("sh", "s")
    return str(_GLIDE.sub("", key)) if "v" in key or "y" in key else key


class WordIndex:
    """Words of the lists by every key that leads to them. A word is handed out by its number."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words` are normalised; a star at the end stands for any ending."""
        self.numbers: dict[str, int] = {}
        self._written: dict[str, set[int]] = {}
        self._open: dict[str, set[int]] = {}
        self._sounds: dict[str, set[int]] = {}
        self._open_sounds: dict[str, set[int]] = {}
        self._seen: dict[str, frozenset[int]] = {}
        for word in dict.fromkeys(words):  # a word stands in many phrases
            self._add(word)
        self._near: dict[str, list[str]] = {}
        for sound in self._sounds:
            if len(sound) >= _ONE_SLIP_FROM - 1:
                self._near.setdefault(sound[0], []).append(sound)

    def _add(self, word: str) -> None:
        number = self.numbers.setdefault(word, len(self.numbers))
        stem = word.removesuffix("*")
        sound = sound_key(stem)
        if stem == word:
            self._written.setdefault(word, set()).add(number)
            if len(sound) >= _SHORTEST_KEY:
                self._sounds.setdefault(sound, set()).add(number)
        else:
            self._open.setdefault(stem, set()).add(number)
            # An open word that is misspelt is one with few more letters.
            if len(sound) >= _SHORTEST_KEY + 1:
                self._open_sounds.setdefault(sound, set()).add(number)
                self._sounds.setdefault(sound, set()).add(number)

    def find(self, word: str) -> frozenset[int]:
        """Numbers of the words of the lists that a normalised word of a text is, or is meant to be."""
        found = self._seen.get(word)
        if found is None:
            found = self._look_up(word)
            if len(word) <= LONGEST_CACHED and len(self._seen) < 20_000:
                self._seen[word] = found
        return found

    def _look_up(self, word: str) -> frozenset[int]:
        found = set(self._written.get(word, ()))
        if not word.endswith(_NEGATED_VERB):
            found |= _by_beginning(word, self._open)
        ordinary = _ordinary_words()
        if found or word in ordinary.own or len(word) > LONGEST_CACHED or not word.isprintable():
            return frozenset(found)
        sound = sound_key(word)
        found |= self._sounds.get(sound, set())
        if not word.endswith(_NEGATED_VERB):
            found |= _by_beginning(sound, self._open_sounds)
        if not found and word not in ordinary.romanised:
            found = self._by_slip(word, sound)
        return frozenset(found)

    def _by_slip(self, word: str, sound: str) -> set[int]:
        """The nearest words by a slip or two; nothing where the word is short or has digits."""
        if max(len(sound), len(word)) < _ONE_SLIP_FROM or len(sound) < 2 or any(c.isdigit() for c in word):
            return set()
        # People seldom get the first letter wrong; a swap of the first two is a slip like others.
        best, found = 3, set[int]()
        for other in self._candidates(sound):
            slips = _slips(sound, other)
            if slips < best:
                best, found = slips, set()
            if slips == best < 3:
                found |= self._sounds[other]
        return found

    def _candidates(self, sound: str) -> Iterable[str]:
        yield from self._near.get(sound[0], ())
        if sound[1] != sound[0]:
            yield from (other for other in self._near.get(sound[1], ()) if other[1:2] == sound[0])


def _slips(sound: str, other: str) -> int:
    """How many slips lead from one to the other, 3 for too many. Short words keep their consonants: "robar" is no robber."""
    longest = max(len(sound), len(other))
    most = 2 if longest >= _TWO_SLIPS_FROM else 1
    if longest < _ONE_SLIP_FROM or abs(len(sound) - len(other)) > most:
        return 3
    slips = OSA.distance(sound, other, score_cutoff=most)
    if slips > most or ((slips > 1 or longest < _ANY_SLIP_FROM) and _consonants(sound) != _consonants(other)):
        return 3
    return int(slips)


@cached_by_word
def _consonants(sound: str) -> tuple[str, ...]:
    """The consonants, whatever their order. Vowel signs of Indic scripts are no letters."""
    return tuple(sorted(letter for letter in sound if letter not in "aeiouy" and letter.isalpha()))


def _by_beginning(word: str, stems: dict[str, set[int]]) -> set[int]:
    found: set[int] = set()
    for length in range(_SHORTEST_OPEN, len(word) + 1):
        found |= stems.get(word[:length], set())
    return found
