"""How people put right what they were understood as: "no, I mean …", मेरा मतलब, ami bolte chaichi; and how they say yes and no.

The phrases are in asking_wording.json, in English, Hindi and Bengali, the latter two in their scripts and in Latin letters. Words
are compared by the key that makes one spelling of several, see `kb.text.no_question.key_of`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex

from kb.text.no_question import key_of
from kb.text.terms import normalise
from kb.text.words import WORD_CLASS, find_words

# What is read as one: more has a matter of its own.
MOST_WORDS_OF_YES_OR_NO = 6
# What was not meant is named in so many words at most: "exchange, not refund".
_MOST_NOT_MEANT = 4
_LONGEST = 4_000
_WORD = regex.compile(rf"[{WORD_CLASS}]+(?:['’][{WORD_CLASS}]+)*")
_PAUSE = regex.compile(r"[,;:.!?—–।॥…-]")
_CLAUSE_END = regex.compile(r"[,;।॥.!?]+\s*|\s[—–-]+\s")

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Refinement:
    """text: without the words that put right; is_marked: whether such words were there; not_meant: keys of words of clauses that
    may say what is not meant, meant: the text without those."""

    text: str
    meant: str
    is_marked: bool = False
    not_meant: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Wording:
    means: frozenset[Phrase]
    leads: frozenset[Phrase]
    yes: frozenset[Phrase]
    no: frozenset[Phrase]
    person: frozenset[Phrase]
    not_before: frozenset[str]
    not_after: frozenset[str]
    pointing: frozenset[str]

    @property
    def longest(self) -> int:
        return max(map(len, self.means | self.leads))


def read_refinement(text: str) -> Refinement:
    """What is meant by a text that may begin by saying that something else was not. Any text is taken; linear in its length."""
    text = text.strip()[:_LONGEST]
    wording = _wording()
    words = list(_WORD.finditer(text))
    keys = [_key(match[0]) for match in words]
    at, is_marked = 0, False
    while at < len(words):
        length = _longest_phrase(keys, at, wording.means, wording.longest)
        if length:
            at, is_marked = at + length, True
            continue
        length = _longest_phrase(keys, at, wording.leads, wording.longest)
        # "No, …" puts right, "no refund yet" does not.
        if not length or not (is_marked or _leads_on(text, words, keys, at + length, wording)):
            break
        at, is_marked = at + length, True
    rest = text[words[at].start() :] if at < len(words) else ""
    meant, not_meant = _without_not_meant(rest, wording)
    return Refinement(rest.strip(), meant, is_marked, not_meant)


def says_yes(text: str) -> bool:
    """Whether the text says that it helped, and nothing else."""
    return _is_one_of(text, _wording().yes)


def says_no(text: str) -> bool:
    """Whether the text says that it did not help, and nothing else."""
    return _is_one_of(text, _wording().no)


def wants_person(text: str) -> bool:
    """Whether the text asks for a person somewhere, whatever else it says: "no, I want to talk to a human about my refund"."""
    wording = _wording()
    keys = [_key(word) for word in _WORD.findall(text[:_LONGEST])]
    longest = max(map(len, wording.person))
    return any(_longest_phrase(keys, at, wording.person, longest) for at in range(len(keys)))


def points_back(text: str) -> bool:
    """Whether a word of it means something that was said before."""
    return not _wording().pointing.isdisjoint(find_words(normalise(text)))


def keys_of_words(text: str) -> frozenset[str]:
    """The keys by which the words of a text are compared."""
    return frozenset(_key(word) for word in _WORD.findall(text[:_LONGEST]))


def without_words(text: str, keys: frozenset[str]) -> str:
    """The text without the words of these keys."""
    if not keys:
        return text
    return " ".join(_WORD.sub(lambda match: "" if _key(match[0]) in keys else match[0], text).split())


def _leads_on(text: str, words: Sequence[Any], keys: Sequence[str], at: int, wording: _Wording) -> bool:
    """Whether a pause, or other words that put right, come where one such word has ended."""
    if at >= len(words):
        return False
    if _PAUSE.search(text, words[at - 1].end(), words[at].start()):
        return True
    return bool(_longest_phrase(keys, at, wording.means, wording.longest)) or (
        bool(length := _longest_phrase(keys, at, wording.leads, wording.longest))
        and _leads_on(text, words, keys, at + length, wording)
    )


def _without_not_meant(text: str, wording: _Wording) -> tuple[str, frozenset[str]]:
    """A short clause among others that says what is not meant: "exchange, not refund", "refund nahi, exchange"."""
    clauses: list[str] = []
    start = 0
    for match in _CLAUSE_END.finditer(text):
        clauses.append(text[start : match.end()])
        start = match.end()
    clauses.append(text[start:])
    clauses = [clause for clause in clauses if find_words(clause)]
    if len(clauses) < 2:
        return text.strip(), frozenset()
    kept, not_meant = [], set()
    for clause in clauses:
        keys = [_key(word) for word in _WORD.findall(clause)]
        short = 2 <= len(keys) <= _MOST_NOT_MEANT
        if short and (keys[0] in wording.not_before or keys[-1] in wording.not_after):
            not_meant.update(keys[1:] if keys[0] in wording.not_before else keys[:-1])
        else:
            kept.append(clause)
    return (
        (" ".join("".join(kept).split()).rstrip(" ,;—–-"), frozenset(not_meant))
        if kept
        else (text.strip(), frozenset())
    )


def _is_one_of(text: str, phrases: frozenset[Phrase]) -> bool:
    keys = tuple(_key(word) for word in _WORD.findall(text[:_LONGEST]))
    if not 0 < len(keys) <= MOST_WORDS_OF_YES_OR_NO:
        return False
    return keys in phrases or any(keys[:cut] in phrases and keys[cut:] in phrases for cut in range(1, len(keys)))


def _longest_phrase(keys: Sequence[str], at: int, phrases: frozenset[Phrase], longest: int) -> int:
    """How many words the longest of the phrases has that begins here, 0 for none."""
    return next(
        (length for length in range(min(longest, len(keys) - at), 0, -1) if tuple(keys[at : at + length]) in phrases), 0
    )


def _key(word: str) -> str:
    return "".join(key_of(part) for part in find_words(normalise(word)))


@lru_cache(maxsize=1)
def _wording() -> _Wording:
    raw: dict[str, Any] = json.loads(Path(__file__).with_name("asking_wording.json").read_text("utf-8"))
    return _Wording(
        means=_phrases(raw["means"]),
        leads=_phrases(raw["leads"]),
        yes=_phrases(raw["yes"]),
        no=_phrases(raw["no"]),
        person=_phrases(raw["person"]),
        not_before=frozenset(map(_key, raw["not"]["before"].split())),
        not_after=frozenset(map(_key, raw["not"]["after"].split())),
        pointing=frozenset(normalise(raw["pointing"]).split()),
    )


def _phrases(by_language: Mapping[str, str]) -> frozenset[Phrase]:
    return frozenset(
        tuple(map(_key, _WORD.findall(phrase)))
        for phrases in by_language.values()
        for phrase in phrases.split("|")
        if phrase.strip()
    )
