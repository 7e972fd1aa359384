"""Why a customer is taken to be annoyed or angry, in words that a rep reads at a glance, in three languages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from kb.service.frustration.features import Around, Turn, shouted_words
from kb.service.frustration.turns import Level

_FILE = Path(__file__).with_name("reasons.json")
# Kinds of words that are reasons, the strongest first; facts and courtesies are none.
_QUOTED = (
    "abuse",
    "legal",
    "public",
    "accuse",
    "leaving",
    "fury",
    "poor",
    "sarcasm",
    "displeased",
    "repeat",
    "wait",
    "command",
)
_LONGEST_QUOTE = 40
MOST_REASONS = 5
_LONG_WAIT, _MANY_CONTACTS = 20, 2


@dataclass(frozen=True)
class Reason:
    """kind: a key of reasons.json; detail: a number or the customer's words, "" where there is none."""

    kind: str
    detail: str = ""

    def words(self, language: str = "en") -> str:
        """In English, Hindi or Bengali; English for any other language."""
        return _template(self.kind, language).format(self.detail)


@lru_cache(maxsize=1)
def _templates() -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return data


def _template(kind: str, language: str) -> str:
    by_language = _templates()[kind]
    return by_language.get(language.partition("-")[0], by_language["en"])


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, regex.Pattern[str]]:
    return {
        kind: regex.compile(regex.escape(texts["en"].replace("{0}", "\x00")).replace("\x00", "(.*)"), regex.DOTALL)
        for kind, texts in _templates().items()
    }


def kind_of(words: str) -> str | None:
    """The kind of a reason that was stored in English words; None for words that are no reason of ours."""
    return next((kind for kind, pattern in _patterns().items() if pattern.fullmatch(words)), None)


def contacts_in(reasons: Sequence[str]) -> int:
    """Which contact within 14 days it is, by stored reasons; 1 where none of them says."""
    found = (_patterns()["contacts"].fullmatch(words) for words in reasons)
    return next((int(match[1]) for match in found if match and match[1].isdecimal()), 1)


def say_reason(words: str, language: str) -> str:
    """A stored reason (English words) in the language of the person who reads it; unknown words stay as they are."""
    for kind, pattern in _patterns().items():
        if match := pattern.fullmatch(words):
            return _template(kind, language).format(*match.groups())
    return words


def reasons_of(turn: Turn, around: Around, level: Level) -> tuple[Reason, ...]:
    """The reasons of a turn that is annoyed or angry, the strongest first, at most MOST_REASONS."""
    read, found = turn.read, []
    if read.marks["loud"]:
        found.append(Reason("loud"))
    if "manager" in read.hits:
        found.append(Reason("manager"))
    for kind in _QUOTED[:3]:
        found += [_quoted(turn, kind)] if kind in read.hits else []
    if around.contact > _MANY_CONTACTS:
        found.append(Reason("contacts", str(around.contact)))
    if around.waited >= _LONG_WAIT:
        found.append(_waited(around.waited))
    if shouted := shouted_words(read):
        found.append(Reason("capitals", " ".join(shouted)[:_LONGEST_QUOTE]))
    for kind in _QUOTED[3:]:
        # One word of fury is quoted once, whatever else it is.
        found += [_quoted(turn, kind)] if kind in read.hits else []
    values = turn.values()
    for name, kind in _SIGNS:
        if values.get(name):
            found.append(Reason(kind))
    if not found and around.contact == _MANY_CONTACTS:
        found.append(Reason("contacts", str(around.contact)))
    if not found:
        found.append(Reason("tone angry" if level is Level.ANGRY else "tone"))
    return tuple(_each_word_once(found))[:MOST_REASONS]


def has_sign(reasons: Sequence[Reason]) -> bool:
    """Whether there is more than a tone that nobody can point at."""
    return any(reason.kind not in ("tone", "tone angry") for reason in reasons)


_SIGNS = (
    ("tense", "tense"),
    ("exclaims again", "exclaims"),
    ("asks and exclaims", "exclaims"),
    ("asks again", "asks again"),
    ("says it again", "says it again"),
    ("frowning", "emoji"),
    ("sulking", "emoji"),
    ("put off", "put off"),
    ("dots alone", "dots alone"),
)


def _quoted(turn: Turn, kind: str) -> Reason:
    hit = max(turn.read.hits[kind], key=lambda one: one.end - one.start)
    return Reason(kind, turn.read.words_of(hit)[:_LONGEST_QUOTE])


def _waited(minutes: float) -> Reason:
    if minutes < 120:
        return Reason("waited minutes", str(round(minutes)))
    return Reason("waited hours", str(round(minutes / 60)))


def _each_word_once(reasons: list[Reason]) -> list[Reason]:
    kept: list[Reason] = []
    for reason in reasons:
        if reason.kind in {one.kind for one in kept}:
            continue
        if reason.kind in _QUOTED and any(reason.detail in one.detail for one in kept if one.kind in _QUOTED):
            continue
        kept.append(reason)
    return kept
