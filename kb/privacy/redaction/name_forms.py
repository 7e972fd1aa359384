"""How parts of names sound, by which a name in one script is known in another, and which of them are everyday words."""

import unicodedata
from functools import lru_cache

import regex

from kb.privacy.redaction import words
from kb.text import name_keys
from kb.text.words import LONGEST_CACHED, cached_by_word


@cached_by_word
def _plain(word: str) -> str:
    """One spelling: without joiners, and in Devanagari without the dots that many leave out."""
    word = unicodedata.normalize("NFC", word).replace("\u200d", "").replace("\u200c", "")
    return word.replace("\u093c", "").replace("\u0901", "\u0902")


_INDIC_EVERYDAY = frozenset(map(_plain, words.INDIC_EVERYDAY.split()))
# How everyday words sound: of these, names in Latin letters need a capital.
_EVERYDAY_SOUNDS = frozenset(map(name_keys.rough_indic, _INDIC_EVERYDAY)) | frozenset(
    "o:" + name_keys.without_o(name_keys.rough_indic(word)) for word in _INDIC_EVERYDAY if word[0] >= "\u0980"
)
# Indic scripts do not write the last a of satya (सत्य), but that of Asha (आशा).
_OPEN_END = regex.compile(r"(?<=[^aeiou][^aeiouh])a$")
_NOT_IN_BOTH = regex.compile(r"[aiueoy]|b$")
# An import reads the words of its language again and again. Queries have no names given and never come here.
_REMEMBERED = 16_384
CASE_ENDINGS = ("র", "ের", "য়ের", "য়ের", "ই", "ও", "কে", "েকে", "রা", "েরা", "দের", "েদের")


def consonants(word: str) -> str:
    """What of a word is written alike in both scripts when it is short: Rao, राव; Dey, দে."""
    rough = name_keys.rough_latin(word) if word.isascii() else name_keys.rough_indic(word)
    return _NOT_IN_BOTH.sub("", rough)


def latin_forms(word: str) -> set[str]:
    """How a part of a name in Latin letters may sound. गुप्त and গুপ্ত do not write the last a of Gupta."""
    return {form for each in (word, _OPEN_END.sub("", word)) for form in _forms(name_keys.rough_latin(each))}


def indic_forms(word: str) -> tuple[str, str]:
    """How a part of a name in an Indic script sounds."""
    return _forms(name_keys.rough_indic(word))


def sounds_everyday(word: str) -> bool:
    """A name in Latin letters that sounds like an everyday word: Sandesh, Asha, Satya."""
    return not _EVERYDAY_SOUNDS.isdisjoint(_forms(name_keys.rough_latin(_OPEN_END.sub("", word))))


def _forms(rough: str) -> tuple[str, str]:
    return rough, "o:" + name_keys.without_o(rough)


def spoken_forms(word: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """The word's consonants; the forms by which the other script knows it or a stem of it without Bengali endings; and
    shorter ones, which count only where something says that a person is meant: Amit, अमित.
    """
    return _remembered_forms(word) if len(word) <= LONGEST_CACHED else _forms_of(word)


def _forms_of(word: str) -> tuple[str, frozenset[str], frozenset[str]]:
    bengali = not "\u0900" <= word[0] < "\u0980"
    roughs = [name_keys.rough_latin(word)] if word.isascii() else list(map(name_keys.rough_indic, _stems(word)))
    roughs = [rough for rough in roughs if len(rough) >= 3]
    forms = frozenset(form for rough in roughs for form in _long_enough(rough, bengali=bengali))
    return consonants(word), forms, frozenset(roughs)


_remembered_forms = lru_cache(maxsize=_REMEMBERED)(_forms_of)


def _stems(word: str) -> list[str]:
    """The word, and what is left of a Bengali one without each ending that it may have."""
    endings = CASE_ENDINGS if word[0] >= "\u0980" else ()
    return [word, *(word.removesuffix(e) for e in endings if word.endswith(e) and len(word) > len(e) + 3)]


def is_everyday(word: str) -> bool:
    """An everyday word of Hindi or Bengali, in its own script, with or without an ending."""
    return any(_plain(stem) in _INDIC_EVERYDAY for stem in _stems(word))


def _long_enough(rough: str, *, bengali: bool) -> tuple[str, ...]:
    """The rough form, and for Bengali the one without o, where they are long enough to be no everyday word."""
    short = name_keys.without_o(rough)
    forms = (rough,) if len(rough) >= (name_keys.SHORTEST if bengali else name_keys.SHORTEST_DEVANAGARI) else ()
    return (*forms, "o:" + short) if bengali and len(short) >= name_keys.SHORTEST else forms
