"""Words and phrases that tell how a customer feels, found in a text in four ways of writing.

They stand in cues.txt, which says how. Words inside of quotation marks are somebody else's, codes are no words, and brackets hold
the marks of a transcript.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from kb.service.frustration.phrases import FOLDER, GAP, Element, begun_by, word_key
from kb.text.terms import normalise
from kb.text.words import LETTER_CLASS, WORD_WITH_APOSTROPHE

# A long letter is read at both ends: in the middle the story is told.
LONGEST, _BEGINNING = 4000, 3000
MARKS = ("loud", "tense", "light")
_LONGEST_GAP = 3

# What is no word of a sentence: addresses, handles, and codes such as JH-20417733 or E51.
_NO_WORDS = regex.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|(?<![\p{L}\p{N}])[@#][\w.]+|\b[A-Za-z]+[-_/]?\d[\w-]*")
_BRACKETS = regex.compile(
    r"\[([^\[\]\n]{2,60})\]|\(([^()\n]{2,60})\)|(?<![\w*])\*{1,2}(\w[^*\n]{1,38}\w)\*{1,2}(?![\w*])"
)
_QUOTED = regex.compile(r'"([^"\n]{1,200})"|“([^”\n]{1,200})”|«([^»\n]{1,200})»')
_SENTENCE_END = regex.compile(r"[.!?।॥\n]+")
# Swear words with letters hidden: "f***", "f*ck", "sh!t", "b*tch".
_HIDDEN = regex.compile(
    r"(?<!\w)(?:f[*$@!#]{1,4}c?k?(?:ing|ed|er)?|fu[*$@!#]{1,4}k?\w{0,4}|sh[*!@#1]t\w{0,4}|s[*]{2,3}t?|"
    r"b[*!@#1]tch\w{0,4}|b[*]{3,5}|a[*$@#]{2,7}(?:hole)?)(?!\w)",
    regex.IGNORECASE,
)


@dataclass(frozen=True)
class Token:
    """One word. key: how romanised and Indic words are compared; sentence: its number; starts: whether it is the first of it;
    is_quoted: somebody else's words."""

    text: str
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
        yield Token(match[0], word_key(match[0]), sentence, starts, is_quoted)


@lru_cache(maxsize=1)
def _marks() -> Mapping[str, tuple[str, ...]]:
    lines = (FOLDER / "marks.txt").read_text(encoding="utf-8").splitlines()
    split = (line.partition(":") for line in lines if not line.startswith("#"))
    return {kind: tuple(normalise(word) for word in words.split()) for kind, _, words in split}


def _ends_at(tokens: Sequence[Token], place: int, elements: Sequence[Element]) -> int | None:
    """Where a phrase ends whose first word stands before `place`; None where the rest of it does not follow."""
    for number, element in enumerate(elements):
        if element.key == GAP:
            ends = (_ends_at(tokens, place + gap, elements[number + 1 :]) for gap in range(_LONGEST_GAP + 1))
            return next((end for end in ends if end is not None), None)
        if place >= len(tokens) or not element.fits(tokens[place].text):
            return None
        place += 1
    return place


def _find_hits(tokens: Sequence[Token]) -> dict[str, list[Hit]]:
    """Of each kind the longest phrase at each place, none inside of another; quoted words are sarcasm or nothing."""
    found: dict[str, list[Hit]] = defaultdict(list)
    for place, token in enumerate(tokens):
        ends: dict[str, int] = {}
        for phrase in begun_by(token.text):
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
_FELT, _MATTERS = ("fury", "displeased", "poor"), ("legal", "accuse", "public")
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
