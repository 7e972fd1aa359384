"""The phrases of cues.txt, compiled: which of them a word may begin, and what must follow.

Words are compared by keys that forget how they were typed, so "ghatiya", "ghatia" and "ghattiya" are one entry; English ones
letter by letter, so that "sale" is no "saale".
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from kb.text.phonetic import lexicon_key, phonetic_key, spelling_key
from kb.text.terms import normalise
from kb.text.words import APOSTROPHE, LATIN_WORD, cached_by_word

FOLDER = Path(__file__).parent
_NUMBER, _ORDINAL, GAP, _START = "#", "^", "~", "| "
_SHORTEST_SOUND = 4
_THRICE = regex.compile(r"(\p{L})\1{2,}")
_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred do teen tin char "
    "chaar paanch panch pach chhe chhah saat sat aath ath nau das dash dosh dui choy chhoy shat aat noy bis bees kuri tis "
    "दो तीन चार पाँच पांच छह छः सात आठ नौ दस पंद्रह बीस तीस चालीस पचास "
    "দুই তিন চার পাঁচ ছয় সাত আট নয় দশ পনেরো বিশ কুড়ি তিরিশ ত্রিশ চল্লিশ পঞ্চাশ"
)
_ORDINALS = (
    "second third fourth fifth sixth seventh tenth dusri dusra doosri doosra dusre teesri teesra teesre tisri tisra chauthi "
    "chautha chothi paanchvi panchvi paanchwi dwitiyo ditiyo tritiyo titiyo choturtho chothurtho ponchom "
    "दूसरी दूसरा दूसरे तीसरी तीसरा तीसरे चौथी चौथा चौथे पाँचवीं पांचवीं पाँचवाँ पाँचवें छठी दसवीं দ্বিতীয় তৃতীয় চতুর্থ পঞ্চম"
)
_WRITTEN_ORDINAL = regex.compile(r"^([2-9]|1\d|2\d)(?:nd|rd|th|st|ra|ri|re|va|vi)$")


@cached_by_word
def plain_word(word: str) -> str:
    """In lower case, without apostrophes and letters held down: "DON'T" is "dont", "sooooo" is "so"."""
    return APOSTROPHE.sub("", normalise(_THRICE.sub(r"\1", word)))


@cached_by_word
def word_key(word: str) -> str:
    """How a word is compared: by sound in Latin letters, by the spelling that its script forgives in others."""
    folded = plain_word(word)
    return lexicon_key(folded) if LATIN_WORD.match(folded) else spelling_key(folded)


def _beginning_key(word: str) -> str:
    """As word_key, of the beginning of a word: what it ends with is not the end of one."""
    folded = plain_word(word)
    if not LATIN_WORD.match(folded):
        return word_key(word)
    more = "d" if folded.endswith("b") else "b"
    return lexicon_key(folded + more)[:-1]


def _sound(word: str) -> str:
    """By which a word of an Indic script meets an English or romanised one; "" for words of few consonants."""
    sound = "" if word.isascii() else phonetic_key(word)
    return sound if len(sound) >= _SHORTEST_SOUND else ""


@dataclass(frozen=True)
class Element:
    """What one word of a phrase must be. is_plain: compared in lower case, not by its key; is_beginning: more may follow."""

    key: str
    is_plain: bool = False
    is_beginning: bool = False

    def fits(self, word: str) -> bool:
        if self.key == _NUMBER:
            return is_number(word)
        if self.key == _ORDINAL:
            return is_ordinal(word)
        key = plain_word(word) if self.is_plain else word_key(word)
        return key.startswith(self.key) if self.is_beginning else key == self.key


@dataclass(frozen=True)
class Phrase:
    """rest: the elements after the first; starts: whether it must begin a sentence."""

    kind: str
    rest: tuple[Element, ...]
    starts: bool


@dataclass(frozen=True)
class _Lists:
    """Phrases by their first word (plain, by key, by sound) and by the beginning of it."""

    words: Mapping[tuple[bool, str], Sequence[Phrase]]
    beginnings: Mapping[tuple[bool, str], Sequence[Phrase]]
    lengths: Sequence[int]
    sounds: Mapping[str, Sequence[Phrase]]


# Kinds whose English and romanised words are also known by their sound in Indic letters.
_HEARD = frozenset({"abuse", "accuse", "poor", "displeased", "manager", "legal"})


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    words: dict[tuple[bool, str], list[Phrase]] = defaultdict(list)
    beginnings: dict[tuple[bool, str], list[Phrase]] = defaultdict(list)
    sounds: dict[str, list[Phrase]] = defaultdict(list)
    for kind, script, entry in _entries():
        starts = entry.startswith(_START)
        elements = [_element(word, script) for word in entry.removeprefix(_START).replace("-", " ").split()]
        first, phrase = elements[0], Phrase(kind, tuple(elements[1:]), starts)
        (beginnings if first.is_beginning else words)[first.is_plain, first.key].append(phrase)
        sound = phonetic_key(entry.strip(" *="))
        if len(elements) == 1 and script in ("en", "latin") and kind in _HEARD and len(sound) > _SHORTEST_SOUND:
            sounds[sound].append(phrase)
    lengths = sorted({len(key) for _, key in beginnings})
    return _Lists(words, beginnings, lengths, sounds)


def _entries() -> Iterator[tuple[str, str, str]]:
    """Kind, script and phrase of each entry of cues.txt."""
    kind = ""
    for line in (FOLDER / "cues.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[] ")
        elif line and not line.startswith("#"):
            script, _, entries = line.partition(":")
            yield from ((kind, script, entry.strip()) for entry in entries.split(";") if entry.strip())


def _element(word: str, script: str) -> Element:
    if word in (_NUMBER, _ORDINAL, GAP):
        return Element(word)
    is_plain, is_beginning = script == "en" or word.startswith("="), word.endswith("*")
    word = word.strip("*=")
    if is_plain:
        return Element(plain_word(word), True, is_beginning)
    return Element(_beginning_key(word) if is_beginning else word_key(word), False, is_beginning)


@lru_cache(maxsize=1)
def _number_keys() -> tuple[frozenset[str], frozenset[str]]:
    numbers, ordinals = ((word_key(word) for word in words.split()) for words in (_NUMBERS, _ORDINALS))
    return frozenset(numbers), frozenset(ordinals)


@cached_by_word
def is_number(word: str) -> bool:
    """From two to 999: "2", "३", "five", "char"."""
    folded = normalise(word)
    if folded.isdecimal():
        return len(folded) <= 3 and int(folded) >= 2
    return word_key(word) in _number_keys()[0]


@cached_by_word
def is_ordinal(word: str) -> bool:
    """Second or later: "third", "3rd", "teesri", "তৃতীয়"."""
    return word_key(word) in _number_keys()[1] or _WRITTEN_ORDINAL.match(normalise(word)) is not None


@cached_by_word
def begun_by(word: str) -> Sequence[Phrase]:
    """The phrases that this word may begin."""
    lists, plain, key = _lists(), plain_word(word), word_key(word)
    found = [*lists.words.get((True, plain), ()), *lists.words.get((False, key), ())]
    for length in lists.lengths:
        found += lists.beginnings.get((True, plain[:length]), ()) if length <= len(plain) else ()
        found += lists.beginnings.get((False, key[:length]), ()) if length <= len(key) else ()
    found += lists.sounds.get(_sound(word), ()) if not word.isascii() else ()
    found += lists.words.get((False, _NUMBER), ()) if is_number(word) else ()
    found += lists.words.get((False, _ORDINAL), ()) if is_ordinal(word) else ()
    return found
