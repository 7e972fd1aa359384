"""Amounts that a text states: spans of time, money, shares, measures, phone numbers, in English, Hindi and Bengali.

What two texts say of one thing can be compared by them, whatever language they are in. Never raises.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from kb.text.number_values import number_values, number_word_pattern, plain_digits
from kb.text.words import LETTER_CLASS, WORD_CLASS

LONGEST_TEXT = 20_000
TIME, MONEY, SHARE, PHONE = "time", "money", "share", "phone"
# In hours: a month has thirty days and a year twelve months, so that "12 months" and "a year" are one.
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 720.0, "year": 8640.0}
# By what each unit is written with; Indic endings may hang on.
_UNITS = {
    "minute": ("minutes?|mins?", "मिनट|মিনিট"),
    "hour": ("hours?|hrs?|ghant[ae]|ghanton", "घंट|घण्ट|ঘণ্ট|ঘন্ট"),
    "day": ("days?|din|dino|dinon", "दिन|दिवस|কার্যদিবস|কর্মদিবস|দিন|দিবস"),
    "week": ("weeks?|hafte|hafta", "हफ़्त|हफ्त|सप्ताह|সপ্তাহ"),
    "month": ("months?|mahine|mahina", "महीन|माह|মাস"),
    "year": ("years?|yrs?|saal", "साल|वर्ष|বছর"),
    SHARE: ("%|percent|per cent", "प्रतिशत|फ़ीसदी|শতাংশ"),
    MONEY: ("rupees?|rs|inr|rupaye|taka|usd|dollars?|euros?", "रुपय|रुपए|रुपये|रु|টাকা|রুপি"),
    "kg": ("kg|kilos?|kilograms?", "किलो|কেজি|কিলো"),
    "km": ("km|kilomet(?:er|re)s?", "किमी|কিমি"),
    "gb": ("gb", "जीबी|জিবি"),
    "mb": ("mb", "एमबी|এমবি"),
    "cm": ("cm", "सेमी|সেমি"),
}
_DIGITS = r"\d+(?:,\d+)*(?:\.\d+)?"
_WORD = rf"(?:{number_word_pattern()})(?![{LETTER_CLASS}])"
_NUMBER = rf"(?:{_DIGITS}(?:\s{_WORD}){{0,2}}|{_WORD}(?:\s{_WORD}){{0,3}})"
_BETWEEN = r"(?:[-‑ ]?(?:working|business|full|whole|long|calendar|कार्य|कामकाजी|काम के|kaam ke|কর্ম|কার্য)[-‑ ]?){0,2}"
_RANGE = r"\s*(?:[-‑–—]|to|and|or|se|से|या|থেকে|বা|অথবা)\s*"
_UNIT = "|".join(
    f"(?P<{name}>(?:{latin})(?![{LETTER_CLASS}])|(?:{indic})[{LETTER_CLASS}]*)"
    for name, (latin, indic) in _UNITS.items()
)
_WITH_UNIT = regex.compile(
    rf"(?<![{WORD_CLASS}][.,:/-]?)(?P<low>{_NUMBER})(?:{_RANGE}(?P<high>{_NUMBER}))?[-‑ ]?{_BETWEEN}(?:{_UNIT})",
    regex.IGNORECASE,
)
_MONEY_BEFORE = regex.compile(
    rf"(?:₹|৳|\$|€|£|\b(?:rs|inr|tk)\b\.?|रु\.?)\s?(?P<low>{_DIGITS})(?:\s?[-–—]\s?(?:₹|rs\.?)?\s?(?P<high>{_DIGITS}))?",
    regex.IGNORECASE,
)
# "3, 6, 9 or" before "12 months": the last of a list has the unit for all of them.
_LISTED = regex.compile(
    rf"(?<![{WORD_CLASS}₹৳$€£.,:/-]|[₹৳$€£.,:/-]\s)(?:\d{{1,3}},\s+)+(?:\d{{1,3}}\s+)?(?:(?:and|or|और|या|ও|আর|এবং|বা|অথবা)\s+)?$",
    regex.IGNORECASE,
)
_ALTERNATIVES = regex.compile(r"\d\s+(?:and|or|और|या|ও|আর|এবং|বা|অথবা)\s+\d", regex.IGNORECASE)
_LONGEST_LIST = 40
_PHONE = regex.compile(r"(?<![\w.,:/-])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ ()-]{0,2}\d){6,13}(?![\w-])")
_SAME = 0.02  # of two spans of time: 30 days and one month, 365 days and a year


@dataclass(frozen=True)
class Amount:
    """kind: time (in hours), money, share, phone, or a measure; unit: of a span of time what it is counted in, else the kind.

    low, high: the same where it is no range. text: as written.
    """

    kind: str
    low: float
    high: float
    text: str
    start: int
    end: int
    unit: str

    def agrees_with(self, other: "Amount") -> bool:
        """Whether both can be said of one thing: a range and its upper end can."""
        if self.kind != other.kind:
            return False
        if self.kind == PHONE:  # with or without the code of the country
            return self.high % 1e10 == other.high % 1e10
        return abs(self.high - other.high) <= (_SAME if self.kind == TIME else 0) * max(self.high, other.high)


def find_amounts(text: str) -> list[Amount]:
    """In order. Of a longer text those of its first LONGEST_TEXT characters."""
    text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
    view = plain_digits(text)
    found: list[Amount] = []
    for match in _PHONE.finditer(view):
        digits = "".join(filter(str.isdigit, match[0]))
        if len(digits) >= 8 or match[0].startswith("+"):
            found.append(_amount(PHONE, float(digits), float(digits), match))
    for match in _WITH_UNIT.finditer(view):
        unit = match.lastgroup or ""
        low = _value(match["low"])
        high = _value(match["high"]) if match["high"] else low
        factor = _HOURS.get(unit, 1.0)
        kind = TIME if unit in _HOURS else unit
        listed = _listed_before(view, match)
        found += [Amount(kind, value * factor, value * factor, "", start, end, unit) for value, start, end in listed]
        if listed and match["high"]:  # "9 or 12" at the end of a list is no range
            found.append(Amount(kind, low * factor, low * factor, "", match.start("low"), match.end("low"), unit))
            found.append(Amount(kind, high * factor, high * factor, "", match.start("high"), match.end(), unit))
        else:
            found.append(_amount(kind, low * factor, high * factor, match, unit))
    for match in _MONEY_BEFORE.finditer(view):
        low = _value(match["low"])
        found.append(_amount(MONEY, low, _value(match["high"]) if match["high"] else low, match))
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Amount] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return [replace(one, text=text[one.start : one.end].strip()) for one in kept if one.high > 0]


def without_amounts(text: str, amounts: Sequence[Amount]) -> str:
    """What else the text says."""
    view = plain_digits(text[:LONGEST_TEXT])
    for one in reversed(amounts):
        view = f"{view[: one.start]} {view[one.end :]}"
    return view


def differing(one: Sequence[Amount], other: Sequence[Amount]) -> list[tuple[Amount, Amount]]:
    """Pairs of a kind of which neither text has what the other says; none of a kind of which they share an amount."""
    pairs: list[tuple[Amount, Amount]] = []
    for kind in dict.fromkeys(amount.kind for amount in one):
        mine = [amount for amount in one if amount.kind == kind]
        theirs = [amount for amount in other if amount.kind == kind]
        if theirs and not any(a.agrees_with(b) for a in mine for b in theirs):
            pairs.append((mine[0], theirs[0]))
    return pairs


def _listed_before(view: str, match: regex.Match[str]) -> list[tuple[float, int, int]]:
    """The numbers of a list whose last one has the unit, with where they stand; none where it is no list."""
    listed = _LISTED.search(view, max(0, match.start() - _LONGEST_LIST), match.start())
    if not listed or (listed[0].rstrip().endswith(",") and not _ALTERNATIVES.match(view, match.end("low") - 1)):
        return []
    digits = regex.finditer(r"\d+", view, pos=listed.start(), endpos=listed.end())
    numbers = [(float(one[0]), one.start(), one.end()) for one in digits]
    values = [*(value for value, *_ in numbers), _value(match["low"])]
    return numbers if values == sorted(set(values)) else []


def _amount(kind: str, low: float, high: float, match: regex.Match[str], unit: str = "") -> Amount:
    return Amount(kind, min(low, high), max(low, high), match[0].strip(), match.start(), match.end(), unit or kind)


def _value(text: str) -> float:
    if text[0].isdigit() and text[-1].isdigit():
        digits = text.replace(",", "")
        return float(digits) if len(digits) <= 18 else 0.0
    return max(number_values(text), default=0.0)
