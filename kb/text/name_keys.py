"""Names across scripts: customers' records hold "Sunita Verma", the texts सुनीता or সুনীতা.

Both are brought to one rough form: consonants, and those vowels that are written alike on both sides. The short a is
dropped within words, because Indic scripts do not write it there; a long a counts at the end of a word only, where it tells Priya
from प्रिय ("dear").
"""

import regex

from kb.text.words import cached_by_word

_CONSONANTS = {
    "k": "ककক", "kh": "खখ", "g": "गগ", "gh": "घঘ", "n": "ङञणनঙঞণনं", "c": "चচ", "ch": "छছ", "j": "जजজয", "jh": "झঝ",
    "t": "टतটতৎ", "th": "ठथঠথ", "d": "डदডদ", "dh": "ढधঢধ", "p": "पপ", "f": "फফ", "b": "बবव", "bh": "भভ", "m": "मম",
    "y": "यয", "r": "रৰর\u09dc\u09dd", "l": "लळল", "s": "शषसশষস", "h": "हহঃ",
}  # fmt: skip
_VOWELS = {"i": "इईিিীিईিীইঈिी", "u": "उऊुूউঊুূ", "e": "एऐेैএঐেৈ", "o": "ओऔोौওঔোৌ"}
_LONG_A = frozenset("आाআা")
_FIRST_A = frozenset("अआঅআ")  # tells असुविधा from सुविधा
_NASALS = frozenset("ंঁँং")
_INDIC = {
    character: sound
    for table in (_CONSONANTS, _VOWELS)
    for sound, characters in table.items()
    for character in characters
}
_INDIC["য"] = "j"
_INDIC["য়"] = _INDIC["\u09df"] = "y"
_COMBINED = (
    ("\u09af\u09bc", "\u09df"),
    ("\u09a1\u09bc", "\u09dc"),
    ("\u09a2\u09bc", "\u09dd"),
    ("\u093c", ""),
    ("\u09bc", ""),
)
_LATIN = regex.compile(
    r"(?P<chh>chh)|(?P<sh>sh|ss|s)|(?P<ch>ch|c)|(?P<aspirated>[kgjtd]h)|(?P<ph>ph|f)|(?P<bh>bh)|(?P<w>[wvb])|(?P<z>[zj])|(?P<q>[qk])|(?P<x>x)|"
    r"(?P<i>ee|ii|i|(?<=[^aeiou])y(?![aeiou]))|(?P<u>oo|uu|u)|(?P<e>ai|ei|e)|(?P<o>au|ou|o)|(?P<a>a+)|(?P<other>[a-z])"
)
_LATIN_SOUNDS = {
    "chh": "ch",
    "sh": "s",
    "ch": "c",
    "ph": "f",
    "w": "b",
    "z": "j",
    "q": "k",
    "x": "ks",
    "i": "i",
    "u": "u",
    "e": "e",
    "o": "o",
}
# Rough forms shorter than this are everyday words too often. Devanagari writes all vowels but a and needs less.
SHORTEST_DEVANAGARI, SHORTEST = 4, 5


@cached_by_word
def rough_indic(word: str) -> str:
    """सुनीता -> sunita, देवयानी -> debyni, প্রিয় -> pri."""
    for old, new in _COMBINED:
        word = word.replace(old, new)
    sounds = []
    for position, character in enumerate(word):
        if character in _FIRST_A and position == 0:
            sounds.append("a")
        elif character in _LONG_A:
            sounds.append("a" if position == len(word) - 1 else "")
        elif character in _NASALS:
            sounds.append("n")
        else:
            sounds.append(_INDIC.get(character, ""))
    return _simplify("".join(sounds))


@cached_by_word
def rough_latin(word: str) -> str:
    """Sunita -> sunita, Rakesh -> rkes, Debjani -> debjni."""
    sounds = []
    for match in _LATIN.finditer(word.casefold()):
        kind, text = match.lastgroup or "", match.group()
        if kind == "a":
            sounds.append("a" if match.start() == 0 or match.end() == len(word) else "")
        else:
            sounds.append(_LATIN_SOUNDS.get(kind, text))
    return _simplify("".join(sounds))


_DOUBLED = regex.compile(r"(.)\1+")


def _simplify(rough: str) -> str:
    """Priya and प्रिया, Ichha and इच्छा, Singh and सिंह."""
    return _DOUBLED.sub(r"\1", rough).replace("iy", "i").replace("cch", "ch").replace("ngh", "nh")


def without_o(rough: str) -> str:
    """For Bengali, whose short vowel is written o or a in Latin letters and not at all in its own: Tanmoy, তন্ময়."""
    return rough.replace("o", "")
