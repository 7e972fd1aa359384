"""Words by their sound, whatever script they are written in: रिफ़ंड, রিফান্ড, "refund" and "rifand" are one.

Help centres in Hindi and Bengali are full of English words in another script, and people type all of them in Latin
letters; names are the same in all. The consonants that a word is spoken with find these again. It is coarse (vowels,
aspiration and length are lost), so it is evidence beside others, never a search of its own. In the lexical index they stand
behind a mark of the script that the word is written in, and are looked up from the other script only.
"""

from functools import lru_cache

import regex
from anyascii import anyascii

from kb.text.terms import MAX_QUERY_TERMS, is_function_word, normalise

MARK = "~"
_OF_LATIN, _OF_INDIC = MARK + "l", MARK + "i"
_LATIN, _INDIC = regex.compile(r"^\p{Latin}+$"), regex.compile(r"^[\u0900-\u0DFF]+$")
# Two consonants tell too little: "team", "item" and "time" are one (tatoeba bn→en −.8, xquad ±.1).
_SHORTEST = 3
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_NOT_KEPT = regex.compile(r"[^a-z0-9]")
_SOFT_C, _HARD_C = regex.compile(r"c(?=[ei])"), regex.compile(r"c(?!h)")
_VOWEL = regex.compile(r"[aeiouy]")
_BENGALI_W = regex.compile("ও(?:য়|য়|য)")  # how Bengali spells the English w
_DOUBLED = regex.compile(r"(.)\1+")
_NASAL = regex.compile(r"m(?=[bcdfgjklnprst])")  # one sign of the Indic scripts stands for m and n before a consonant
# Bengali writes v and w as b; aspiration is often not typed.
_SAME = (
    ("chh", "c"), ("ch", "c"), ("ph", "f"), ("sh", "s"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("gh", "g"), ("kh", "k"),
    ("jh", "j"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("x", "ks"), ("z", "j"), ("w", "b"), ("v", "b"),
)  # fmt: skip


@lru_cache(maxsize=200_000)
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


def phonetic_keys_of(text: str) -> frozenset[str]:
    """The sounds of all words of a text."""
    return frozenset(sound for word in _WORD.findall(normalise(text)) if (sound := phonetic_key(word)))


def query_words(text: str, language: str) -> dict[str, str]:
    """Word -> sound for the words of a query that say something (all of them, if none does). Single sounds tell nothing."""
    words = list(dict.fromkeys(_WORD.findall(normalise(text))))
    content = [word for word in words if not is_function_word(word, language)] or words
    return {word: sound for word in content if len(sound := phonetic_key(word)) > 1}


def phonetic_terms(text: str) -> list[str]:
    """Terms of a passage by their sound, in reading order, repeated as often as they occur."""
    terms = [_term_of(word) for word in _WORD.findall(normalise(text))]
    return [mark + sound for mark, sound in terms if mark]


def query_phonetic_terms(text: str, language: str) -> list[str]:
    """What the telling words of a query sound like, as terms of passages in the other script."""
    terms = dict.fromkeys(_term_of(word) for word in query_words(text, language))
    return [(_OF_INDIC if mark == _OF_LATIN else _OF_LATIN) + sound for mark, sound in terms if mark][:MAX_QUERY_TERMS]


@lru_cache(maxsize=200_000)
def _term_of(word: str) -> tuple[str, str]:
    """Mark of the script and sound of a normalised word; no mark for numbers, other scripts and words of few sounds."""
    sound = phonetic_key(word)
    if len(sound) < _SHORTEST:
        return "", sound
    if _LATIN.match(word):
        return _OF_LATIN, sound
    return (_OF_INDIC if _INDIC.match(word) else ""), sound
