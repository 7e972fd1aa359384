"""A draft that asks for what the customer has told already: what they said, when and where, before it is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import regex

from kb.privacy.redaction.spans import lower, plain
from kb.service.asked_words import (
    ASKS_AFTER,
    ASKS_BEFORE,
    ASKS_BEFORE_INDIC,
    NOT_ASKING,
    NOT_ASKING_INDIC,
    QUESTION_WORDS,
    THINGS,
)
from kb.service.fact_attempts import attempts_named
from kb.service.fact_kinds import FactKind
from kb.text.sentences import sentence_spans

LONGEST_DRAFT = 20_000
_BETWEEN = r"[^.?!।\n]{0,60}?(?<![\w])"
_BEFORE = "|".join(ASKS_BEFORE)
_AFTER = "|".join(ASKS_AFTER)
_ASKED = {
    kind: regex.compile(
        rf"(?:{_BEFORE}){_BETWEEN}(?P<thing>{words})(?!\w)"
        rf"|(?:{'|'.join(ASKS_BEFORE_INDIC)})(?<!\w)(?P<thing>{words})(?!\w)[^.?!।]{{0,60}}\?"
        rf"|(?<!\w)(?P<thing>{words})(?!\w)(?:{_AFTER})"
    )
    for kind, words in THINGS.items()
}
_THING = {kind: regex.compile(rf"(?<!\w)(?:{words})(?!\w)") for kind, words in THINGS.items()}
_QUESTION = regex.compile(rf"(?<!\w)(?:{QUESTION_WORDS})")
_NOT_ASKING = regex.compile(rf"(?:{NOT_ASKING})|(?:{NOT_ASKING_INDIC})")
# Parts of a sentence that ask or tell by themselves.
_CLAUSE = regex.compile(r"[;:–]|,? (?:and|but|so|then|while|because|aur|lekin|par|ar|kintu|और|लेकिन|পर|আর|কিন্তু) |, ")
_ASKS_TO_TRY = regex.compile(
    r"(?<!\w)(?:have you|did you|please|kindly|can you|could you|would you|try|pls|plz|let's|first|"
    r"just)(?!\w)|^(?:restart|re-?install|clear|update|reset|reboot|log out|sign out|check|switch|"
    r"turn|call|contact|ask|charge|change)(?!\w)|"
    r"(?:कीजिए|कीजिये|करें|कर लीजिए|कर लें|करके देख|किया है क्या|क्या आपने|कर दीजिए|लीजिए|kijiye|karein|kar "
    r"lijiye|karke dekh|kya aapne|kar lo|kar dijiye|karo|lijiye|करो|"
    r"করুন|করে দেখুন|করেছেন|করে নিন|korun|kore dekhun|korechen|kore nin|नहीं किया|\?)"
)
_TRIED_NOTHING_NEW = regex.compile(
    r"(?:what|which)[^.?!]{0,20}(?:have you|did you|steps)[^.?!]{0,20}(?:tr(?:y|ied)|done)|"
    r"क्या[- ]क्या (?:किया|करके)|kya[- ]kya (?:kiya|try)|কী কী (?:করে|চেষ্টা)|ki ki (?:kore|cheshta)"
)
_HAS_TRIED = regex.compile(
    r"(?<!\w)(?:as you(?:'ve|’ve| have)? (?:already|said|did)|you(?:'ve|’ve| have)? (?:already|have "
    r"already)|since you|after you|thank|no need|don't|don’t|do not|needn't|never|i(?:'ve|’ve| have)|"
    r"we(?:'ve|’ve| have)|if you|once you|i'll|we'll|i will|we will|i can see|i see)(?!\w)|आपने "
    r".{0,20}(?:पहले ही|कर लिया)|pehle hi|aapne .{0,30}kar liya|আপনি .{0,20}(?:আগেই|করেই)|age[i]? "
    r"korechen|मत|mat kar|করবেন না|korben na|ज़रूरत नहीं|zaroorat nahi|দরকার নেই|dorkar nei"
)


@dataclass(frozen=True)
class Told:
    """Something that the customer told us. words: as they put it; channel: by which they did."""

    kind: FactKind
    value: str
    words: str
    at: datetime | None = None
    channel: str = ""
    message_id: int | None = None
    conversation_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "value": self.value,
            "words": self.words,
            "at": self.at.isoformat() if self.at else None,
            "channel": self.channel,
            "message_id": self.message_id,
            "conversation_id": self.conversation_id,
        }


@dataclass(frozen=True)
class Repeat:
    """A part of a draft, at `start` to `end`, that asks for what is in `told`."""

    sentence: str
    start: int
    end: int
    told: Told

    def to_json(self) -> dict[str, Any]:
        return {"sentence": self.sentence, "start": self.start, "end": self.end, **self.told.to_json()}


def repeats_in(draft: str, facts: Sequence[Told]) -> list[Repeat]:
    """What of a draft asks for one of these facts again, in its order, each kind once for a sentence.

    facts: the newest first; of several of a kind the newest is shown. Never raises; LONGEST_DRAFT characters are looked at.
    """
    if not facts:
        return []
    draft = draft[:LONGEST_DRAFT]
    small = lower(plain(draft))
    by_kind: dict[FactKind, Told] = {}
    for fact in facts:
        by_kind.setdefault(fact.kind, fact)
    tried = {fact.value: fact for fact in reversed(facts) if fact.kind is FactKind.TRIED}
    repeats = []
    for start, end in sentence_spans(draft):
        sentence = small[start:end]
        told = [by_kind[kind] for kind in asked_kinds(sentence) if kind in by_kind]
        told += [tried[name] for name in _asked_to_try(sentence, tried)]
        repeats += [Repeat(draft[start:end], start, end, fact) for fact in told]
    return repeats


def asked_kinds(sentence: str) -> list[FactKind]:
    """For what a sentence, in small letters, asks; each kind once."""
    found: list[FactKind] = []
    for kind, pattern in _ASKED.items():
        if kind not in found and any(_asks(part, kind, pattern) for part in _parts(sentence, kind)):
            found.append(kind)
    return found


def _parts(sentence: str, kind: FactKind) -> Iterator[str]:
    """The whole where it is all about asking; else the parts of it that name the thing."""
    if _THING[kind].search(sentence) is None:
        return
    if _NOT_ASKING.search(sentence) is None:
        yield sentence
        return
    start = 0
    for match in _CLAUSE.finditer(sentence):
        yield sentence[start : match.start()]
        start = match.end()
    if start:
        yield sentence[start:]


def _asks(part: str, kind: FactKind, pattern: "regex.Pattern[str]") -> bool:
    if _NOT_ASKING.search(part):
        return False
    if pattern.search(part):
        return True
    thing = _THING[kind].search(part)
    if thing is None:
        return False
    return part.rstrip().endswith("?") and _QUESTION.search(part, max(0, thing.start() - 25), thing.end()) is not None


def _asked_to_try(sentence: str, tried: dict[str, Told]) -> list[str]:
    """What of the things that they did a sentence asks them to do, or whether they did."""
    if not tried or _HAS_TRIED.search(sentence):
        return []
    if _TRIED_NOTHING_NEW.search(sentence):
        return list(tried)
    if _ASKS_TO_TRY.search(sentence) is None:
        return []
    return [name for name in attempts_named(sentence) if name in tried]
