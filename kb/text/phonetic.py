"""Keys by which different spellings are one word. Each forgets as much as its use can bear, so they are not one:

- `phonetic_key`, of a word in any script, keeps the consonants alone. It finds रिफ़ंड by "refund": evidence beside others.
- `spelling_key`, of a word in its own script, forgets what that script lets people write either way, and accents. Misspelt
  words are compared by it, so that what is left differs by slips.
- `romanised_key`, of Hindi or Bengali in Latin letters, forgets the length of vowels, w or v, z or j, ph or f. Languages are told
  apart by it, so English stays English: "thick" must not become "thik", nor "Anna" "ana".
- `lexicon_key` goes further, for words that are known to be romanised: doubled letters and endings that sound alike.
- `kb.text.name_keys`, of names in Latin or Indic letters, keeps vowels that both write: a false match would hide a word.
"""

import re
import unicodedata
from itertools import groupby

import regex
from anyascii import anyascii

from kb.text.words import HINDI_OR_BENGALI, cached_by_word

_NOT_KEPT = regex.compile(r"[^a-z0-9]")
_SOFT_C, _HARD_C = regex.compile(r"c(?=[ei])"), regex.compile(r"c(?!h)")
_VOWEL = regex.compile(r"[aeiouy]")
_VOWELS = frozenset("aeiou")
_BENGALI_W = regex.compile("ও(?:য়|য়|য)")  # how Bengali spells the English w
_DOUBLED = regex.compile(r"(.)\1+")
_NASAL = regex.compile(r"m(?=[bcdfgjklnprst])")  # one sign of the Indic scripts stands for m and n before a consonant
# Bengali writes v and w as b; aspiration is often not typed.
_SAME = (
    ("chh", "c"), ("ch", "c"), ("ph", "f"), ("sh", "s"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("gh", "g"), ("kh", "k"),
    ("jh", "j"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("x", "ks"), ("z", "j"), ("w", "b"), ("v", "b"),
)  # fmt: skip
# Spellings of one sound: "theek" and "thik", "wapas" and "vapas", "zaroorat" and "jarurat".
_ROMANISED = (("ee", "i"), ("oo", "u"), ("w", "v"), ("z", "j"), ("ph", "f"))
_LONG_VOWELS = (("aa", "a"), ("ii", "i"), ("uu", "u"))
_LEXICON = (("chh", "ch"), ("ck", "k"), ("q", "k"), ("x", "ks"))
_TWICE = re.compile(r"(.)\1")
# Endings that sound like "e".
_LAST_E = ("ein", "ain", "eyn", "ayn", "ei", "ai", "ey", "ay", "ye")
_LAST_NASAL = ("n", "h")  # after a vowel

_MARK = regex.compile(r"\p{Mn}")
# Letters with a dot below are sounds of their own in Bengali, written as two characters.
_BENGALI_NUKTA = regex.compile("[ডঢয]\u09bc")
_WITH_NUKTA = {"ড": "র", "ঢ": "র", "য": "\u09df"}
# What is written either way, and mixed up more often than mistyped: long and short vowels, sibilants, nasals, joints.
_ALIKE = str.maketrans(
    {
        "ी": "ि", "ू": "ु", "ई": "इ", "ऊ": "उ", "ै": "े", "ऐ": "ए", "ौ": "ो", "औ": "ओ", "ॉ": "ा", "ऑ": "आ", "ॅ": "े", "ऍ": "ए",
        "श": "स", "ष": "स", "ण": "न", "ं": None, "्": None,
        "ী": "ি", "ূ": "ু", "ঈ": "ই", "ঊ": "উ", "শ": "স", "ষ": "স", "ণ": "ন", "ৎ": "ত", "য": "জ", "ং": "ঙ", "্": None,
        "\u09bc": None, "ঃ": None,
    }
)  # fmt: skip


@cached_by_word
def phonetic_key(word: str) -> str:
    """The consonants of a word as they are spoken, "a" before them where it begins with a vowel; numbers stay as they are."""
    letters = _NOT_KEPT.sub("", anyascii(_BENGALI_W.sub("ব", word)).lower())
    if not letters or letters.isdigit():
        return letters
    if word.isascii():
        letters = _HARD_C.sub("k", _SOFT_C.sub("s", letters))
    for spelling, sound in _SAME:
        letters = letters.replace(spelling, sound)
    first = "a" if letters[0] in "aeiou" else letters[0]
    return str(_DOUBLED.sub(r"\1", _NASAL.sub("n", first + _VOWEL.sub("", letters[1:]))))


def spelling_key(word: str) -> str:
    """A normalised word without what its script lets people write either way; Latin letters without accents."""
    if word.isascii():
        return word
    if HINDI_OR_BENGALI.search(word):
        return _BENGALI_NUKTA.sub(lambda found: _WITH_NUKTA[found[0][0]], word).translate(_ALIKE)
    return _MARK.sub("", unicodedata.normalize("NFD", word))


def romanised_key(word: str) -> str:
    """One spelling for the many of a romanised word, English ones kept apart: kharaab -> kharab, theek -> thik."""
    # By methods of strings, here and below: thousands of words get their keys when a process starts, and patterns take
    # four times as long for that.
    for spelling, sound in _ROMANISED:
        word = word.replace(spelling, sound)
    for long, short in _LONG_VOWELS:
        while long in word:
            word = word.replace(long, short)
    return word


def lexicon_key(word: str) -> str:
    """One spelling for all the ways in which a romanised word is typed: accha -> acha, karen -> kare, subah -> suba."""
    word = romanised_key(word)
    for spelling, sound in _LEXICON:
        word = word.replace(spelling, sound)
    if _TWICE.search(word):
        word = "".join([letter for letter, _ in groupby(word)])
    if word.endswith(_LAST_E):
        word = word[: -2 - word.endswith("n")] + "e"
    return word[:-1] if word.endswith(_LAST_NASAL) and word[-2:-1] in _VOWELS else word
