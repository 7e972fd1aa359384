"""Words of Hindi and Bengali by the ways in which people type them in Latin letters: "korbo" and "korbbo" are করব.

A list of words that were written in their own script, with how often, and the spellings that are known of them; a spelling that
is not known is compared with the words that have its consonants. English words stay English unless the other reading is likelier:
"order" is one in any language, "kore" is none. Files: `scripts/fit/native_words.py`.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kb.text.terms import normalise
from kb.text.words import cached_by_word

# A word is as likely as it is frequent, and e to the power of this less likely for each letter that does not fit.
_COST_OF_LETTER = 10.0
# What is typed may differ from a word by so much, and by so much of its length.
_MOST_COST, _COST_BY_LENGTH, _LEAST_COST = 0.9, 0.25, 0.1
# Words so short are too near to each other, and codes ("qr", "tv") are like many.
_SHORT, _MOST_COST_SHORT = 3, 0.2
_LONGEST = 24
# In the files: how many words were written in all.
TOTAL = "*"
# Words with the same consonants that are compared, the commonest first.
_MOST_COMPARED = 40
# So much likelier an English word is English, in these texts, than its share of English texts says.
_ENGLISH_WORTH = 2.0
_ENGLISH_COST = 3.0


def _sounds(signs: str, sounds: str) -> dict[str, str]:
    return dict(zip(signs, sounds.split(), strict=True))


_CONSONANTS = {
    "hi": _sounds(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळंँः",
        "k kh g gh n c ch j jh n t th d dh n t th d dh n p f b bh m y r l v s s s h l n n h",
    )
    | {"D": "D"},
    "bn": _sounds(
        "কখগঘঙচছজঝঞটঠডঢণতথদধনপফবভমযরলশষসহৎ\u09dc\u09dd\u09df",
        "k kh g gh ng c ch j jh n t th d dh n t th d dh n p f b bh m j r l s s s h t r rh y",
    )
    | {"ং": "ng", "ঃ": "", "ঁ": ""},
}
_VOWELS = {
    "hi": _sounds("आािइीईुउूऊृऋेएैऐोओौऔअॉऑॅऍ", "a a i i i i u u u u ri ri e e ai ai o o au au a o o e e"),
    "bn": _sounds("আািইীঈুউূঊৃঋেএৈঐোওৌঔঅ", "a a i i i i u u u u ri ri e e oi oi o o ou ou o") | {"W": "w"},
}
_JOINS = {"hi": "्", "bn": "্"}
_HAS_NO_VOWEL = frozenset("ংঃঁৎंँः")
# Capital letters are sounds that are spelt in several ways or not at all: vowels that no sign is written for (A, O), the second
# letters of Bengali joints (Y, B), the flapped r (D), and the w of ওয়া.
_INHERENT = {"hi": "A", "bn": "O"}
_MARKS = {
    "hi": (("ड\u093c", "D"), ("ढ\u093c", "D"), ("\u093c", "")),
    "bn": (
        ("ড\u09bc", "\u09dc"),
        ("ঢ\u09bc", "\u09dd"),
        ("য\u09bc", "\u09df"),
        ("ও\u09dfা", "Wa"),
        ("ও\u09df", "W"),
    ),
}
_SECOND_OF_JOINT: dict[str, dict[str, str]] = {"hi": {}, "bn": {"য": "Y", "ব": "B"}}
_TYPED = (
    ("chh", "C"), ("ch", "D"), ("c", "k"), ("D", "c"), ("C", "ch"), ("sh", "s"), ("ph", "f"), ("ee", "i"), ("oo", "u"),
    ("aa", "a"), ("q", "k"), ("x", "ks"), ("z", "j"),
)  # fmt: skip
_OF_LANGUAGE = {"hi": ("w", "v"), "bn": ("v", "bh")}
_DOUBLED = re.compile(r"([^AO])\1+")
_ALL_DOUBLED = re.compile(r"(.)\1+")

_VOWEL_COST, _CONSONANT_COST, _OTHER_VOWEL, _OTHER_CONSONANT = 0.6, 1.0, 0.7, 1.4
# What it costs to leave a sound out, and to write one for another; vowels and consonants in general: above.
_LEFT_OUT = {"A": 0.05, "O": 0.08, "Y": 0.2, "B": 0.3, "h": 0.3, "n": 0.5, "y": 0.35, "w": 0.6}
_TYPED_MORE = _LEFT_OUT | {"n": 0.7}
_ALIKE = {
    frozenset(pair): cost
    for pairs, cost in (
        ("Oo Aa Yy BB wv", 0.0),
        ("Dd", 0.1),
        ("iy ow", 0.2),
        ("ey uw Ya Bw bv bw nm Dr", 0.3),
        ("Oa Ae ei ou", 0.35),
        ("Au Ai Ye cs", 0.4),
        ("ao ae fp", 0.5),
        ("jy", 0.6),
        ("jg", 0.7),
        ("dr", 0.8),
    )
    for pair in pairs.split()
}
_NO_SKELETON = str.maketrans(dict.fromkeys("aeiouAOYBhyw"))
_SKELETON = str.maketrans({"c": "s", "D": "r", "v": "b", "m": "n"})


def native_key(word: str, language: str) -> str:
    """How a word of `hi` or `bn` sounds, in Latin letters; signs of other scripts stay."""
    if language == "hi":
        word = unicodedata.normalize("NFD", word)
    for written, mark in _MARKS[language]:
        word = word.replace(written, mark)
    consonants, vowels, join = _CONSONANTS[language], _VOWELS[language], _JOINS[language]
    sounds = []
    for place, sign in enumerate(word):
        if sign == join:
            continue
        if sign not in consonants:
            sounds.append(vowels.get(sign, sign))
            continue
        joined = _SECOND_OF_JOINT[language] if place > 0 and word[place - 1] == join else {}
        sounds.append(joined.get(sign, consonants[sign]))
        after = word[place + 1 : place + 2]
        has_vowel_written = after in (join, "W") or (after in vowels and _is_sign(after))
        is_silent_end = not after and language == "hi"
        if not (sign in _HAS_NO_VOWEL or has_vowel_written or is_silent_end):
            sounds.append(_INHERENT[language])
    return str(_DOUBLED.sub(r"\1", "".join(sounds)))


def _is_sign(vowel: str) -> bool:
    """Whether a vowel is written at a consonant."""
    return unicodedata.category(vowel).startswith("M")


def typed_key(word: str, language: str) -> str:
    """The same of a word in Latin letters, lower case."""
    for spelling, sound in (*_TYPED, _OF_LANGUAGE[language]):
        word = word.replace(spelling, sound)
    return str(_DOUBLED.sub(r"\1", word))


def _skeleton(key: str) -> str:
    return str(_ALL_DOUBLED.sub(r"\1", key.translate(_NO_SKELETON).translate(_SKELETON)))


def _cost_of(sound: str, costs: Mapping[str, float]) -> float:
    return costs.get(sound, _VOWEL_COST if sound in "aeiou" else _CONSONANT_COST)


@cache
def _cost_of_other(typed: str, meant: str) -> float:
    if typed == meant:
        return 0.0
    both_vowels = typed in "aeiou" and meant in "aeiouAO"
    return _ALIKE.get(frozenset((typed, meant)), _OTHER_VOWEL if both_vowels else _OTHER_CONSONANT)


def spelling_cost(typed: str, meant: str, most: float) -> float:
    """How far what was typed is from a word, both as keys: a weighted edit distance; infinite above `most`."""
    left_out = [_cost_of(sound, _LEFT_OUT) for sound in meant]
    row = [0.0]
    for cost in left_out:
        row.append(row[-1] + cost)
    for sound in typed:
        more = _cost_of(sound, _TYPED_MORE)
        above, row = row, [row[0] + more]
        for place, cost in enumerate(left_out):
            row.append(min(above[place] + _cost_of_other(sound, meant[place]), above[place + 1] + more, row[-1] + cost))
        if min(row) > most:
            return math.inf
    return row[-1] if row[-1] <= most else math.inf


class NativeWord(NamedTuple):
    """key: how it sounds, see `native_key`; times: how often it was written."""

    word: str
    key: str
    times: int


def group_by_skeleton(counts: Mapping[str, int], language: str) -> dict[str, str]:
    """Words by the consonants they may be typed with, the commonest first, as `NativeWords` reads them."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        key = native_key(word, language)
        for skeleton in sorted({_skeleton(key), _skeleton(key.replace("D", "d"))}):
            if len(groups[skeleton]) < _MOST_COMPARED:
                groups[skeleton].append(f"{word},{key},{count}")
    return {skeleton: " ".join(words) for skeleton, words in groups.items()}


class NativeWords:
    """The words of one language. groups: see `group_by_skeleton`; total: how many words were written; english, english_total: the
    same of English words."""

    def __init__(
        self, language: str, groups: Mapping[str, str], total: int, english: Mapping[str, int], english_total: int
    ) -> None:
        self.language = language
        self._groups, self._total = groups, total
        self._english, self._english_total = english, english_total

    def likeliest(self, spelling: str) -> str | None:
        """See `find_native_word`: None too where English is likelier."""
        found = self._nearest(spelling) if 1 < len(spelling) <= _LONGEST else None
        if found is None:
            return None
        word, cost = found
        english = self._english.get(spelling, 0) / self._english_total * _ENGLISH_WORTH
        return None if english > word.times / self._total * math.exp(-_ENGLISH_COST * cost) else word.word

    def _nearest(self, spelling: str) -> tuple[NativeWord, float] | None:
        typed = typed_key(spelling, self.language)
        most = min(_MOST_COST, _COST_BY_LENGTH * len(typed) + _LEAST_COST)
        if len(spelling) <= _SHORT:
            most = min(most, _MOST_COST_SHORT)
        best: tuple[float, NativeWord, float] | None = None
        for skeleton in dict.fromkeys((_skeleton(typed), _skeleton(typed.replace("n", "")))):
            for native in self._words_of(skeleton):
                worth = -math.log(native.times + 0.5)
                # What is rarer has to be nearer.
                allowed = most if best is None else min(most, (best[0] - worth) / _COST_OF_LETTER)
                cost = spelling_cost(typed, native.key, allowed) if allowed >= 0 else math.inf
                if cost < math.inf and (best is None or _COST_OF_LETTER * cost + worth < best[0]):
                    best = (_COST_OF_LETTER * cost + worth, native, cost)
        return best[1:] if best else None

    def _words_of(self, skeleton: str) -> Iterator[NativeWord]:
        for written in self._groups.get(skeleton, "").split():
            word, key, count = written.split(",")
            yield NativeWord(word, key, int(count))


@cache
def _native_words(language: str) -> NativeWords:
    """Those of `hi` or `bn`: a few milliseconds."""
    groups, english = _read(f"native_{language}"), {word: int(count) for word, count in _read("english").items()}
    return NativeWords(language, groups, int(groups.pop(TOTAL)), english, sum(english.values()))


@cache
def _spellings(language: str) -> dict[str, str]:
    return _read(f"spellings_{language}")


def _read(name: str) -> dict[str, str]:
    lines = Path(__file__).with_name(f"words_{name}.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def written_words(language: str) -> frozenset[str]:
    """The words of the list of `en`, `hi` or `bn`, normalised; those that were written once may be slips."""
    if language == "en":
        return frozenset(_read("english"))
    groups = _read(f"native_{language}")
    del groups[TOTAL]
    counted = (written.split(",") for group in groups.values() for written in group.split())
    return frozenset(normalise(word) for word, _, count in counted if int(count) > 1)


def find_settled_word(spelling: str, language: str) -> str | None:
    """The word of `hi` or `bn` that a normalised word in Latin letters is known to be; "" for what stays as it is, None for what
    is not in the list."""
    return _spellings(language).get(spelling)


@cached_by_word
def find_native_word(spelling: str, language: str) -> str | None:
    """The word of `hi` or `bn` that a normalised word in Latin letters most likely is; None where none is near."""
    return _native_words(language).likeliest(spelling)
