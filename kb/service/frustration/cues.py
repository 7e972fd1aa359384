"""Words and phrases that tell how a customer feels, found in a text in four ways of writing.

They stand in cues.txt, which says how. Words are compared by keys that forget how they were typed, so "ghatiya", "ghatia" and
"ghattiya" are one entry. Words inside of quotation marks are somebody else's, codes are no words, and brackets hold the marks of
a transcript.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from kb.text.phonetic import lexicon_key, phonetic_key, spelling_key
from kb.text.terms import normalise
from kb.text.words import APOSTROPHE, LATIN_WORD, LETTER_CLASS, WORD_WITH_APOSTROPHE, cached_by_word

_FOLDER = Path(__file__).parent
# A long letter is read at both ends: in the middle the story is told.
LONGEST, _BEGINNING = 4000, 3000
# Kinds of cues in cues.txt; the last two take the weight of others away.
KINDS = (
    "abuse", "accuse", "fury", "poor", "displeased", "repeat", "times", "wait", "span", "manager", "legal", "public", "leaving", "command",
    "blame", "sarcasm", "polite", "greeting", "happy", "others", "step",
)  # fmt: skip
MARKS = ("loud", "tense", "light")
NUMBER, ORDINAL = "#", "^"
_GAP, _LONGEST_GAP, _START = "~", 3, "| "
_SHORTEST_SOUND = 4

# What is no word of a sentence: addresses, handles, and codes such as JH-20417733 or E51.
_NO_WORDS = regex.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|(?<![\p{L}\p{N}])[@#][\w.]+|\b[A-Za-z]+[-_/]?\d[\w-]*")
_BRACKETS = regex.compile(r"\[([^\[\]\n]{2,60})\]|\(([^()\n]{2,60})\)|(?<![\w*])\*{1,2}(\w[^*\n]{1,38}\w)\*{1,2}(?![\w*])")
_QUOTED = regex.compile(r'"([^"\n]{1,200})"|“([^”\n]{1,200})”|«([^»\n]{1,200})»')
_SENTENCE_END = regex.compile(r"[.!?।॥\n]+")
_THRICE = regex.compile(r"(\p{L})\1{2,}")
# Swear words with letters hidden: "f***", "f*ck", "sh!t", "b*tch".
_HIDDEN = regex.compile(
    r"(?<!\w)(?:f[*$@!#]{1,4}c?k?(?:ing|ed|er)?|fu[*$@!#]{1,4}k?\w{0,4}|sh[*!@#1]t\w{0,4}|s[*]{2,3}t?|b[*!@#1]tch\w{0,4}|b[*]{3,5}|a[*$@#]{2,7}(?:hole)?)(?!\w)",
    regex.IGNORECASE,
)
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fourty forty fifty hundred do teen tin char "
    "chaar paanch panch pach chhe chhah saat sat aath ath nau das dash dosh dui choy chhoy shat aat noy bis bees kuri tis tees".split()
)
_INDIC_NUMBERS = frozenset(
    "दो तीन चार पाँच पांच छह छः सात आठ नौ दस पंद्रह बीस तीस चालीस पचास সাত দুই তিন চার পাঁচ ছয় ছয় আট নয় নয় দশ পনেরো বিশ কুড়ি তিরিশ ত্রিশ চল্লিশ পঞ্চাশ".split()
)
_ORDINALS = frozenset(
    "second third fourth fifth sixth seventh tenth dusri dusra doosri doosra dusre teesri teesra teesre tisri tisra chauthi chautha "
    "chothi paanchvi panchvi paanchwi dwitiyo ditiyo tritiyo titiyo choturtho chothurtho ponchom".split()
)
_INDIC_ORDINALS = frozenset(
    "दूसरी दूसरा दूसरे तीसरी तीसरा तीसरे चौथी चौथा चौथे पाँचवीं पांचवीं पाँचवाँ पाँचवें छठी दसवीं দ্বিতীয় দ্বিতীয় তৃতীয় তৃতীয় চতুর্থ পঞ্চম".split()
)
_WRITTEN_ORDINAL = regex.compile(r"^([2-9]|1\d|2\d)(?:nd|rd|th|st|ra|ri|re|va|vi)$")


@dataclass(frozen=True)
class Token:
    """One word. plain: in lower case; key: how romanised and Indic words are compared; sentence: its number, starts: whether it
    is the first of it; is_quoted: somebody else's words."""

    text: str
    plain: str
    key: str
    sentence: int
    starts: bool
    is_quoted: bool


@dataclass(frozen=True)
class Hit:
    """A cue found: tokens from start to end (exclusive)."""

    kind: str
    start: int
    end: int

    def overlaps(self, other: "Hit") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class ReadText:
    """tokens: all words; hits: by kind; marks: how often the transcript marks a loud, tense or light voice; plain: the text
    without marks, codes and quoted words; quotes: how many are quoted."""

    tokens: Sequence[Token]
    hits: Mapping[str, Sequence[Hit]]
    marks: Mapping[str, int]
    plain: str
    quotes: int

    def words_of(self, hit: Hit) -> str:
        return " ".join(token.text for token in self.tokens[hit.start : hit.end])


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


def read_text(text: str) -> ReadText:
    """What a customer's text holds. Linear in its length; what is longer than LONGEST is read at both ends."""
    if len(text) > LONGEST:
        text = text[:_BEGINNING] + "\n" + text[-(LONGEST - _BEGINNING) :]
    marks = dict.fromkeys(MARKS, 0)

    def take_mark(match: regex.Match[str]) -> str:
        inside = next(group for group in match.groups() if group)
        kind = _mark_of(inside)
        if kind:
            marks[kind] += 1
        return " " if kind or match[0].startswith("[") else match[0].replace("*", " ")

    text = _HIDDEN.sub("fuck", text)
    text = _NO_WORDS.sub(" ", _BRACKETS.sub(take_mark, text))
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    if quoted and sum(end - start for start, end in quoted) > len(text.strip()) - 3:
        quoted = []  # the whole message is in quotation marks
    tokens = list(_tokens(text, quoted))
    plain = text
    for start, end in reversed(quoted):
        plain = plain[:start] + plain[end:]
    return ReadText(tokens, _find_hits(tokens), marks, plain, len(quoted))


def _mark_of(inside: str) -> str | None:
    words = [normalise(word) for word in regex.findall(rf"[{LETTER_CLASS}]+", inside)]
    if not words or len(words) > 6:
        return None
    for kind, beginnings in _marks().items():
        if any(word.startswith(beginnings) for word in words):
            return kind
    return None


def _tokens(text: str, quoted: Sequence[tuple[int, int]]) -> Iterator[Token]:
    ends = [match.start() for match in _SENTENCE_END.finditer(text)]
    sentence, before = 0, -1
    for match in WORD_WITH_APOSTROPHE.finditer(text):
        while sentence < len(ends) and ends[sentence] < match.start():
            sentence += 1
        is_quoted = any(start <= match.start() < end for start, end in quoted)
        starts = sentence != before
        before = sentence
        yield Token(match[0], plain_word(match[0]), word_key(match[0]), sentence, starts, is_quoted)


# --- the lists -------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class _Element:
    """What one word of a phrase must be. is_plain: compared in lower case, not by its key; is_beginning: more may follow."""

    key: str
    is_plain: bool = False
    is_beginning: bool = False

    def fits(self, token: Token) -> bool:
        if self.key == NUMBER:
            return is_number(token.text)
        if self.key == ORDINAL:
            return is_ordinal(token.text)
        word = token.plain if self.is_plain else token.key
        return word.startswith(self.key) if self.is_beginning else word == self.key


@dataclass(frozen=True)
class _Phrase:
    """rest: the elements after the first; starts: whether it must begin a sentence."""

    kind: str
    rest: tuple[_Element, ...]
    starts: bool


@dataclass(frozen=True)
class _Lists:
    """Phrases by their first word (plain, by key, by sound) and by the beginning of it."""

    words: Mapping[tuple[bool, str], Sequence[_Phrase]]
    beginnings: Mapping[tuple[bool, str], Sequence[_Phrase]]
    lengths: Sequence[int]
    sounds: Mapping[str, Sequence[_Phrase]]


# Kinds whose English and romanised words are also known by their sound in Indic letters.
_HEARD = frozenset({"abuse", "accuse", "poor", "displeased", "manager", "legal"})


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    words: dict[tuple[bool, str], list[_Phrase]] = defaultdict(list)
    beginnings: dict[tuple[bool, str], list[_Phrase]] = defaultdict(list)
    sounds: dict[str, list[_Phrase]] = defaultdict(list)
    for kind, script, entry in _entries():
        starts = entry.startswith(_START)
        elements = [_element(word, script) for word in entry.removeprefix(_START).replace("-", " ").split()]
        first, phrase = elements[0], _Phrase(kind, tuple(elements[1:]), starts)
        (beginnings if first.is_beginning else words)[first.is_plain, first.key].append(phrase)
        sound = phonetic_key(entry.strip(" *="))
        if len(elements) == 1 and script in ("en", "latin") and kind in _HEARD and len(sound) > _SHORTEST_SOUND:
            sounds[sound].append(phrase)
    lengths = sorted({len(key) for _, key in beginnings})
    return _Lists(words, beginnings, lengths, sounds)


def _entries() -> Iterator[tuple[str, str, str]]:
    """Kind, script and phrase of each entry of cues.txt."""
    kind = ""
    for line in (_FOLDER / "cues.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[] ")
        elif line and not line.startswith("#"):
            script, _, entries = line.partition(":")
            yield from ((kind, script, entry.strip()) for entry in entries.split(";") if entry.strip())


def _element(word: str, script: str) -> _Element:
    if word in (NUMBER, ORDINAL, _GAP):
        return _Element(word)
    is_plain, is_beginning = script == "en" or word.startswith("="), word.endswith("*")
    word = word.strip("*=")
    if is_plain:
        return _Element(plain_word(word), True, is_beginning)
    return _Element(_beginning_key(word) if is_beginning else word_key(word), False, is_beginning)


@lru_cache(maxsize=1)
def _marks() -> Mapping[str, tuple[str, ...]]:
    lines = (_FOLDER / "marks.txt").read_text(encoding="utf-8").splitlines()
    split = (line.partition(":") for line in lines if not line.startswith("#"))
    return {kind: tuple(normalise(word) for word in words.split()) for kind, _, words in split}


@lru_cache(maxsize=1)
def _number_keys() -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(word_key(word) for word in _NUMBERS | _INDIC_NUMBERS),
        frozenset(word_key(word) for word in _ORDINALS | _INDIC_ORDINALS),
    )


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


def _ends_at(tokens: Sequence[Token], place: int, elements: Sequence[_Element]) -> int | None:
    """Where a phrase ends whose first word stands before `place`; None where the rest of it does not follow."""
    for number, element in enumerate(elements):
        if element.key == _GAP:
            ends = (_ends_at(tokens, place + gap, elements[number + 1 :]) for gap in range(_LONGEST_GAP + 1))
            return next((end for end in ends if end is not None), None)
        if place >= len(tokens) or not element.fits(tokens[place]):
            return None
        place += 1
    return place


@cached_by_word
def _begun_by(word: str) -> Sequence[_Phrase]:
    """The phrases that this word may begin."""
    lists, plain, key = _lists(), plain_word(word), word_key(word)
    found = [*lists.words.get((True, plain), ()), *lists.words.get((False, key), ())]
    for length in lists.lengths:
        found += lists.beginnings.get((True, plain[:length]), ()) if length <= len(plain) else ()
        found += lists.beginnings.get((False, key[:length]), ()) if length <= len(key) else ()
    found += lists.sounds.get(_sound(word), ()) if not word.isascii() else ()
    found += lists.words.get((False, NUMBER), ()) if is_number(word) else ()
    found += lists.words.get((False, ORDINAL), ()) if is_ordinal(word) else ()
    return found


def _find_hits(tokens: Sequence[Token]) -> dict[str, list[Hit]]:
    """Of each kind the longest phrase at each place, none inside of another; quoted words are sarcasm or nothing."""
    found: dict[str, list[Hit]] = defaultdict(list)
    for place, token in enumerate(tokens):
        ends: dict[str, int] = {}
        for phrase in _begun_by(token.text):
            if phrase.starts and not token.starts:
                continue
            end = _ends_at(tokens, place + 1, phrase.rest)
            if end is not None and end > ends.get(phrase.kind, 0):
                ends[phrase.kind] = end
        for kind, end in ends.items():
            if token.is_quoted and kind != "sarcasm":
                continue
            if not found[kind] or found[kind][-1].end <= place:
                found[kind].append(Hit(kind, place, end))
    return _without_others(tokens, found)


# Of these nothing counts where the words before say that somebody else feels so, or those after that it is about oneself.
_FELT, _MATTERS = ("fury", "displeased"), ("legal", "accuse", "public")
_AFTER, _BEFORE = 7, 3


def _without_others(tokens: Sequence[Token], found: dict[str, list[Hit]]) -> dict[str, list[Hit]]:
    elsewhere = found.get("others", ())
    if elsewhere:
        for kind in _FELT:
            found[kind] = [hit for hit in found[kind] if not any(_is_felt_by(tokens, hit, one) for one in elsewhere)]
    if found.get("step"):
        for kind in _MATTERS:
            found[kind] = []
    return {kind: hits for kind, hits in found.items() if hits}


def _is_felt_by(tokens: Sequence[Token], hit: Hit, other: Hit) -> bool:
    same = tokens[hit.start].sentence == tokens[other.start].sentence
    return same and (0 <= hit.start - other.end < _AFTER or 0 <= other.start - hit.end < _BEFORE)
