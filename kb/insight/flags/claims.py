"""What a sentence claims beside amounts: whether something is so, on which days of the week, by which ways it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import regex

from kb.text.denials import denying_words
from kb.text.terms import normalise
from kb.text.words import LETTER_CLASS, find_words

DAYS, WAYS, IS_SO = "days", "ways", "is_so"
_WEEK = frozenset(range(7))
# Monday first. Endings may hang on in Hindi and Bengali.
_DAY_WORDS: Mapping[str, frozenset[int]] = {
    "mondays?|mon|सोमवार|somvaar|somwar|সোমবার": frozenset({0}),
    "tuesdays?|tue|tues|मंगलवार|mangalwar|মঙ্গলবার": frozenset({1}),
    "wednesdays?|wed|बुधवार|budhwar|বুধবার": frozenset({2}),
    "thursdays?|thu|thurs|गुरुवार|गुरूवार|बृहस्पतिवार|guruwar|বৃহস্পতিবার": frozenset({3}),
    "fridays?|fri|शुक्रवार|shukrawar|শুক্রবার": frozenset({4}),
    "saturdays?|sat|शनिवार|shanivar|shaniwar|শনিবার": frozenset({5}),
    "sundays?|sun|रविवार|इतवार|ravivar|raviwar|রবিবার": frozenset({6}),
    "weekdays?": frozenset(range(5)),
    "weekends?": frozenset({5, 6}),
    "every day|seven days a week|all week|हर दिन|रोज़|रोज|सातों दिन|প্রতিদিন|রোজ|সপ্তাহের সাত দিন": _WEEK,
}
_WAY_WORDS: Mapping[str, str] = {
    "e-?mail|mail|ई-?मेल|मेल|ইমেল|ই-?মেল|মেল": "mail",
    "phone|call|telephone|फ़ोन|फोन|कॉल|ফোন|কল": "phone",
    "chat|चैट|চ্যাট": "chat",
    "whatsapp|व्हाट्सऐप|व्हाट्सएप|वॉट्सऐप|হোয়াটসঅ্যাপ|হোয়াটসঅ্যাপ": "whatsapp",
    "sms|text message|एसएमएस|এসএমএস": "sms",
    "app|ऐप|अ‍ॅप|অ্যাপ": "app",
    "website|web site|वेबसाइट|ওয়েবসাইট|ওয়েবসাইট": "website",
}


def _pattern(words: str) -> regex.Pattern[str]:
    ending = "(?:ে|তে|এ|র|ের|য়|য়)?"
    return regex.compile(rf"(?<![{LETTER_CLASS}])(?:{words}){ending}(?![{LETTER_CLASS}])", regex.IGNORECASE)


_DAY_PATTERNS = [(_pattern(words), days) for words, days in _DAY_WORDS.items()]
_WAY_PATTERNS = [(_pattern(words), way) for words, way in _WAY_WORDS.items()]
_BETWEEN_DAYS = regex.compile(r"\s*(?:-|–|—|to|till|until|through|से|तक|থেকে)\s*", regex.IGNORECASE)
_ONLY = regex.compile(
    rf"(?<![{LETTER_CLASS}])(?:only|solely|exclusively|nothing but|केवल|सिर्फ़|सिर्फ|बस|শুধু|কেবল|শুধুমাত্র|শুধুই)(?![{LETTER_CLASS}])",
    regex.IGNORECASE,
)
# Said of days, to be closed is not to be open.
_CLOSED = _pattern("closed|shut|holiday|off|बंद|बन्द|छुट्टी|বন্ধ|ছুটি")
_OPEN = _pattern("opened|open|working|खुला|खुले|खुली|खुलता|খোলা")
# Under what circumstances: "if", "after", "except".
_CIRCUMSTANCES = frozenset(
    normalise(
        """if unless when until till after before once while except without unopened though although but however otherwise
        yet still already anymore always
        अगर यदि जब तक बाद पहले सिवाय छोड़कर बिना लेकिन पर मगर वरना अभी हमेशा तो
        যদি যখন পর্যন্ত পরে আগে ছাড়া কিন্তু নইলে এখনও সবসময় তবে হলে তাহলে"""
    ).split()
)


@dataclass(frozen=True)
class Claims:
    """says_no: the word by which it denies, "" where it does not. days: of the week, 0 for Monday; ways: by which people reach
    somebody; only: nothing but these. days_text, ways_text: as they are written. circumstances: what it depends on."""

    says_no: str = ""
    days: frozenset[int] = frozenset()
    days_text: str = ""
    ways: frozenset[str] = frozenset()
    ways_text: str = ""
    only: bool = False
    circumstances: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_marked(self) -> bool:
        """Whether there is anything in it that another sentence could be against."""
        return bool(self.says_no or self.days or self.ways)


def find_claims(text: str) -> Claims:
    """Any text is taken."""
    days, days_text = _days(text)
    found = [(match, way) for pattern, way in _WAY_PATTERNS for match in pattern.finditer(text)]
    first = min(found, key=lambda one: one[0].start(), default=None)
    closed = _CLOSED.search(text) if days else None
    return Claims(
        next(iter(denying_words(text)), closed[0] if closed else ""),
        days,
        days_text,
        frozenset(way for _, way in found),
        first[0][0] if first else "",
        _ONLY.search(text) is not None,
        frozenset(find_words(normalise(text))) & _CIRCUMSTANCES,
    )


def without_claims(text: str) -> str:
    """What else the sentence speaks of: without days, ways and denials."""
    patterns = [pattern for pattern, _ in (*_DAY_PATTERNS, *_WAY_PATTERNS)]
    if _days(text)[0]:
        patterns += [_CLOSED, _OPEN]
    for pattern in (*patterns, _ONLY):
        text = pattern.sub(" ", text)
    return text


def opposes(one: Claims, other: Claims) -> str:
    """In what two sentences of one thing are against each other: DAYS, WAYS or IS_SO; "" where they are not.

    That something is so, and that it is not so, is for the caller to compare word by word: here it is only said that one of the
    two denies, under the same circumstances.
    """
    if one.days and other.days:
        if bool(one.says_no) == bool(other.says_no):
            return DAYS if one.days != other.days else ""
        return DAYS if one.days & other.days else ""
    if one.ways and other.ways:
        if bool(one.says_no) != bool(other.says_no):
            denied, said = (one, other) if one.says_no else (other, one)
            return WAYS if denied.ways <= said.ways and one.circumstances == other.circumstances else ""
        if one.says_no:
            return ""
        if (one.only and other.ways - one.ways) or (other.only and one.ways - other.ways):
            return WAYS
        return ""
    if bool(one.says_no) != bool(other.says_no) and one.circumstances == other.circumstances and one.only == other.only:
        return IS_SO if one.days == other.days and one.ways == other.ways else ""
    return ""


def _days(text: str) -> tuple[frozenset[int], str]:
    """All days that are named, those between two of them too."""
    found = sorted(
        ((match.start(), match.end(), days) for pattern, days in _DAY_PATTERNS for match in pattern.finditer(text)),
        key=lambda one: one[:2],
    )
    named: set[int] = set()
    last: tuple[int, frozenset[int]] | None = None
    for start, end, days in found:
        if last is not None and len(days) == len(last[1]) == 1 and _BETWEEN_DAYS.fullmatch(text[last[0] : start]):
            first, until = next(iter(last[1])), next(iter(days))
            named |= {day % 7 for day in range(first, until + 1 if until >= first else until + 8)}
        named |= days
        last = (end, days)
    return frozenset(named), text[found[0][0] : found[-1][1]] if found else ""
