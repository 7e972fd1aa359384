"""What a turn is judged by: numbers with names, from its words, its signs and what came before it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from kb.service.frustration.cues import Hit, ReadText, read_text
from kb.service.frustration.phrases import word_key
from kb.text.terms import function_words, normalise

# Kinds that show displeasure, and of them those that are more than that.
HEATED = ("abuse", "accuse", "fury", "poor", "legal", "public")
COLD = (*HEATED, "displeased", "repeat", "wait", "manager", "leaving", "command", "blame", "sarcasm")
_WARM = ("polite", "greeting", "happy")
# Facts, which weigh beside other words.
_FACTS = ("span", "times")

_CAPITALS = regex.compile(r"\b\p{Lu}{2,}\b")
_LOWER = regex.compile(r"\b\p{Ll}{2,}\b")
# What is written in capitals by everybody.
_ABBREVIATIONS = frozenset(
    normalise(
        "otp emi kyc pin upi gst cod sim pan id ok sms url pdf usb led tv ac faq app ifsc neft imps rtgs atm cvv dob awb "
        "eta apr am pm gb mb wifi lcd rt dm fyi asap pls plz ps re fw fir rbi trai hdfc sbi icici irctc cctv iphone ssd hdd "
        "ram lpg bsnl jio crm sla sku gstin tds ssl vip usa uk kb mrp hd uhd nach fatal error failure bounce warning note "
        "new stop promo mc bc"
    ).split()
)
_MARKS_AGAIN = regex.compile(r"[!！]{2,}|[!?]{3,}")
_QUESTIONS_AGAIN = regex.compile(r"[?？]{2,}")
_BOTH = regex.compile(r"\?!|!\?")
_STRETCHED = regex.compile(r"(\p{L})\1{3,}")
_SMILING = regex.compile(r"[😀😁😂🤣😃😄😅😆😊😍🥰😘🙂🤗🎉🙏👍❤💖💐🥳✨😎😇👏]|(?<!\w)[:;]-?[)D](?!\w)|\^_\^|<3")
_FROWNING = regex.compile(r"[😠😡🤬😤👿💢🖕😾👎]")
_SULKING = regex.compile(r"[😒🙄😑😐😞😔😩😫🤦😪]|(?<!\w):-?[(/](?!\w)")
_DOTS_ALONE = regex.compile(r"^[\s.?…!]+$")
# An agent who puts off, and one whose words come from a box of them.
_PUT_OFF = regex.compile(
    r"\b(?:wait|shortly|soon|working on|update you|get back|48 hours|24 hours|patien|check and|intezar|opekkha|dekhchi|"
    r"dekh rahe)|इंतज़ार|इंतजार|प्रतीक्षा|अपेक्षा|দেখছি|অপেক্ষা",
    regex.IGNORECASE,
)
_BOXED = regex.compile(
    r"\b(?:inconvenience|understand your concern|policy|cooperate|as per|asuvidha|osubidha)|असुविधा|खेद|অসুবিধা|नीति",
    regex.IGNORECASE,
)
# An answer of so many words is long: silence after it may say that it was no answer.
LONG_ANSWER = 50


Values = Mapping[str, float]


@dataclass(frozen=True)
class Around:
    """What came before a turn. contact: which contact of the customer's this is, from 1; waited: minutes; before: their own
    turns; answer: what our side said last."""

    contact: int = 1
    waited: float = 0.0
    before: Sequence[str] = ()
    answer: str = ""


@dataclass(frozen=True)
class Turn:
    """A customer's turn as it was read. around: values by name of what came before it."""

    read: ReadText
    around: Values

    def values(self, without: Hit | None = None) -> Values:
        """What the model reads, by name; absent ones are 0. without: as if those words had not been said."""
        hits = self.read.hits
        if without is not None:
            kept = {kind: [hit for hit in of_kind if not hit.overlaps(without)] for kind, of_kind in hits.items()}
            hits = {kind: of_kind for kind, of_kind in kept.items() if of_kind}
        return _values(self.read, hits, self.around)


def read_turn(text: str, around: Around) -> Turn:
    """Everything that the model reads of one turn. Linear in its length, at most 4,000 characters of it."""
    return Turn(read_text(text), _surroundings(text, around))


def _values(read: ReadText, hits: Mapping[str, Sequence[Hit]], around: Values) -> Values:
    counts = {kind: len(of_kind) for kind, of_kind in hits.items()}
    values: dict[str, float] = {}
    for kind in (*COLD, *_WARM, *_FACTS):
        if count := counts.get(kind, 0):
            values[kind] = 1.0
            values[f"more {kind}"] = math.log(count)
    values["breadth"] = sum(kind in counts for kind in COLD) / 4
    values["heat"] = min(sum(counts.get(kind, 0) for kind in HEATED), 5) / 3
    values.update(_signs(read, shouted_words(read), counts))
    values.update(around)
    values.update(_together(values, counts))
    return {name: value for name, value in values.items() if value}


def _signs(read: ReadText, shouted: Sequence[str], counts: Mapping[str, int]) -> Values:
    plain, words = read.plain, len(read.tokens)
    exclamations = min(plain.count("!") + plain.count("！"), 6)
    return {
        "capitals": min(len(shouted), 3) / 3,
        "all capitals": float(len(shouted) >= 3 and _LOWER.search(plain) is None),
        "exclaims": min(exclamations, 3) / 3,
        "exclaims again": float(_MARKS_AGAIN.search(plain) is not None),
        "asks again": float(_QUESTIONS_AGAIN.search(plain) is not None),
        "asks and exclaims": float(_BOTH.search(plain) is not None),
        "asks": min(plain.count("?"), 3) / 3,
        "echo": float(_says_again(read)),
        "stretched": float(_STRETCHED.search(plain) is not None),
        "smiling": float(_SMILING.search(plain) is not None),
        "frowning": float(_FROWNING.search(plain) is not None),
        "sulking": float(_SULKING.search(plain) is not None),
        "loud": float(min(read.marks["loud"], 2)),
        "tense": float(min(read.marks["tense"], 2)),
        "light": float(read.marks["light"] > 0),
        "quotes": float(read.quotes > 0),
        "few words": float(words <= 4),
        "words": math.log1p(words) / 4,
        "no cue": float(not any(kind in counts for kind in COLD)),
    }


def _surroundings(text: str, around: Around) -> Values:
    again = any(_same(text, earlier) for earlier in around.before)
    return {
        "contacts": math.log(min(max(around.contact, 1), 8)),
        "third contact": float(around.contact >= 3),
        "waited": math.log1p(max(around.waited, 0.0) / 10) / 3,
        "waited long": float(around.waited >= 25),
        "put off": float(_PUT_OFF.search(around.answer[:600]) is not None),
        "boxed answer": float(_BOXED.search(around.answer[:600]) is not None),
        "says it again": float(again),
        "dots alone": float(bool(around.answer) and _DOTS_ALONE.match(text) is not None),
    }


def _together(values: Mapping[str, float], counts: Mapping[str, int]) -> Values:
    heated = any(kind in counts for kind in HEATED)
    warm = min(counts.get("happy", 0), 2) / 2
    exclaims = values.get("exclaims", 0.0)
    return {
        "exclaims in heat": exclaims * heated,
        "exclaims gladly": exclaims * (warm > 0) * (not heated),
        "happy alone": warm * (values.get("breadth", 0.0) < 0.5),
        "happy in heat": warm * heated,
        "polite alone": float("polite" in counts and values.get("breadth", 0.0) < 0.5),
        "polite in heat": float("polite" in counts and heated),
        "blame in heat": float("blame" in counts and heated),
        "command in heat": float("command" in counts and heated),
        "capitals in heat": values.get("capitals", 0.0) * heated,
        "facts and more": float(any(kind in counts for kind in _FACTS) and any(kind in counts for kind in COLD)),
        "capitals and command": values.get("capitals", 0.0) * ("command" in counts or "leaving" in counts),
        "capitals and facts": values.get("capitals", 0.0) * any(kind in counts for kind in (*_FACTS, "repeat", "wait")),
        "repeat and wait": float("repeat" in counts and "wait" in counts),
        "manager at once": float("manager" in counts and "command" in counts),
        "legal and command": float("legal" in counts and "command" in counts),
        "contacts in words": values.get("contacts", 0.0) * ("repeat" in counts or "wait" in counts),
    }


def _says_again(read: ReadText) -> bool:
    """Whether words are said again at once: "five times! FIVE TIMES", "processed, processed, processed"."""
    keys = [token.key for token in read.tokens if not token.is_quoted]
    thrice = any(a == b == c and len(a) > 2 for a, b, c in zip(keys, keys[1:], keys[2:], strict=False))
    near = any(
        keys[place : place + 2] in (keys[place + 2 : place + 4], keys[place + 3 : place + 5])
        for place in range(len(keys) - 3)
    )
    return thrice or near


def shouted_words(read: ReadText) -> list[str]:
    """Words in capitals that anybody would else write small: "NO", "AGAIN", "GALAT"; neither codes nor names of products."""
    found = [token for token in read.tokens if not token.is_quoted and _CAPITALS.fullmatch(token.text)]
    found = [token for token in found if token.text.lower() not in _ABBREVIATIONS]
    everyday = [token.text for token in found if word_key(token.text) in _everyday() or _is_cue(read, token.text)]
    return [token.text for token in found] if len(everyday) >= 2 and len(everyday) * 3 >= len(found) else everyday


def _is_cue(read: ReadText, word: str) -> bool:
    return any(
        read.tokens[place].text == word
        for kind in COLD
        for hit in read.hits.get(kind, ())
        for place in range(hit.start, hit.end)
    )


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    lists = function_words()
    words = set(lists["en"]) | set(lists["hi-Latn"]) | set(lists["bn-Latn"]) | _SHOUTED_OFTEN
    return frozenset(word_key(word) for word in words if len(word) >= 2)


_SHOUTED_OFTEN = frozenset(
    normalise("wrong left right always again every lying liar money back five four galat bhul nobody nothing").split()
)


def _same(text: str, earlier: str) -> bool:
    """Whether a customer says word for word what they have said before."""
    return len(text) > 8 and " ".join(text.lower().split()) == " ".join(earlier.lower().split())
