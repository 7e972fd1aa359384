"""Identifiers in a query (error codes, versions, part and model numbers), and whether a text has one of them.

An identifier is right or wrong, never nearly right: E-1043 is no answer about E-2043. What a customer's own things are called
(order, parcel, phone and account numbers, coupons), amounts, dates and times are none: no article has them, and none need have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from kb.text.terms import normalise

# Of a pasted log the first ones are enough.
MOST_IDENTIFIERS = 5
_JOINT = r"[ \t._:/+\-–#]?"

# Words before or after a number that make a code of it, in English, Hindi and Bengali, and those that make a version of it.
_CODE_WORDS = (
    r"errors?|errror|eror|err|err?no|code|http|https|status|fault|exception|bsod|"
    r"एरर|एरर कोड|त्रुटि|कोड|স্ট্যাটাস|এরর|ত্রুটি|কোড"
)
_PART_WORDS = r"article|part|model|item code|art|sku|मॉडल|আর্টিকেল|মডেল"
_NUMBER_WORD = r"(?:(?:code|codes|number|no|num|nr|id|कोड|नंबर|नम्बर|কোড|নম্বর)\b[\s.:#]*)?"
_VERSION_WORDS = r"v|ver|vers|version|versions|release|build|firmware|संस्करण|वर्जन|वर्ज़न|ভার্সন|সংস্করণ"
# Words before a code that make it the customer's own.
_OWN = regex.compile(
    r"(?:order|orders|parcel|tracking|track|awb|shipment|consignment|invoice|bill|receipt|ticket|case|request|refund|transaction|"
    r"txn|utr|rrn|ref|reference|booking|pnr|account|ac|a/c|customer|user|card|coupon|promo|voucher|gift|discount|offer|otp|pin|"
    r"zip|postal|area|flight|train|bus|ifsc|gst|gstin|pan|flat|house|room|plot|sector|block|phone|mobile|"
    r"ऑर्डर|आर्डर|पार्सल|कूपन|ओटीपी|पिन|बिल|अर्डर|অর্ডার|পার্সেল|কুপন|ওটিপি|পিন|বিল)"
    r"(?:[\s.:#]+(?:code|codes|number|no|num|id|is|कोड|नंबर|नम्बर|কোড|নম্বর))*[\s.:#\-]*$"
)
_FEW_WORDS = 3
_MOST_BEFORE = 40  # characters that are looked at for such a word

# One token: letters and digits with what joins them. Bounded, so that no text takes more than linear time.
_TOKEN = regex.compile(r"(?<![\w@./:])[a-z0-9](?:[a-z0-9]|[._/+\-–#](?=[a-z0-9])){1,39}(?![\w@]|[._:/+\-–#][a-z0-9])")
_RUNS = regex.compile(r"[a-z]+|[0-9]+")
_HEX = regex.compile(r"0x[0-9a-f]{2,16}")
_DOTTED = regex.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}")
_VERSIONED = regex.compile(
    rf"(?<![\w.])(?:{_VERSION_WORDS})[ \t.:]{{0,2}}([0-9]{{1,4}}(?:\.[0-9]{{1,4}}){{0,3}})(?![\w]|\.[0-9])"
)
_NUMBER_OF_CODE = regex.compile(
    rf"(?<!\w)(?:{_CODE_WORDS}|{_PART_WORDS})[\s.:#\-]{{0,3}}{_NUMBER_WORD}[\s.:#\-]{{0,3}}(\d{{2,10}})(?![\w]|[.:/]\d|\s*(?:%|rs|rupees))"
    rf"|(?<![\w.:/₹$€])(\d{{3,5}})[\s\-]{{0,2}}(?:no\.?\s|number\s)?(?:errors?|एरर|এরর|error code)(?!\w)"
)
_LETTER_AND_NUMBER = regex.compile(
    rf"(?<!\w)(?:(?:{_CODE_WORDS}|{_PART_WORDS})[\s.:#\-]{{1,3}}{_NUMBER_WORD}"
    r"((?!code|no\b|num|nr\b|id\b)[a-z]{1,4})|([ef])) (\d{2,6})(?![\w.])"
)
_DATE = regex.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:\d{2}|\d{4})")
_CAPITALS = regex.compile(r"(?<![\w@./])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w)")
# Letters with digits behind them that are no code: money, numbers of a series, months, sizes.
_PREFIXES_OF_NO_CODE = """
    rs inr usd eur gbp bdt tk taka rupees rupaye no nos num nr number top covid form section sec sector part level step option
    day days week page pg size age qty x only under upto above below jan feb mar apr may jun jul aug sep sept oct nov dec am pm
    at to till until by in on of for from vs
"""
_NO_PREFIX = frozenset(_PREFIXES_OF_NO_CODE.split())
_MOST_RUNS = 6
_LONGEST_WORD = 4  # more letters in small ones before the digits are a name: iphone14, windows11
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_YEAR = regex.compile(r"(?:19|20)\d\d")
_OWN_DIGITS = 6  # so many digits in a row are an order, phone, postal or account number
_KNOWN_PREFIX = frozenset(("kb", "err", "error", "e", "ora", "cve", "er", "hresult"))


@dataclass(frozen=True)
class Identifier:
    """text: as it was typed. runs: its letters and digits in small letters, without what joins them; version: whether the runs
    are the numbers of a version, without zeros at its end."""

    text: str
    runs: tuple[str, ...]
    version: bool = False

    def is_in(self, text: str) -> bool:
        """Whether `text`, normalised by `kb.text.terms.normalise`, has it, in whatever way it is joined."""
        return _pattern(self.runs, self.version).search(text) is not None


def find_identifiers(text: str) -> list[Identifier]:
    """The identifiers of a query, at most MOST_IDENTIFIERS, in the order in which their kinds are looked for. Linear time."""
    if not any(character.isdigit() or character == "_" for character in text):
        return []
    found: dict[tuple[tuple[str, ...], bool], Identifier] = {}
    for identifier in _identifiers(text):
        if not any(set(identifier.runs) <= set(other.runs) for other in found.values()):
            found.setdefault((identifier.runs, identifier.version), identifier)
        if len(found) == MOST_IDENTIFIERS:
            break
    return list(found.values())


def _identifiers(typed: str) -> Iterator[Identifier]:
    text = normalise(typed)
    for match in _VERSIONED.finditer(text):
        yield Identifier(_as_typed(typed, text, match.span()), _version_runs(match[1]), version=True)
    for match in _TOKEN.finditer(text):
        if not _is_own(text, match.start()) and (
            identifier := _of_token(match[0], _as_typed(typed, text, match.span()))
        ):
            yield identifier
    for match in _CAPITALS.finditer(typed):
        yield Identifier(match[0], tuple(_RUNS.findall(match[0].lower())))
    for match in _LETTER_AND_NUMBER.finditer(text):
        group = 1 if match[1] else 2
        if group == 2 and (len(text.split()) > _FEW_WORDS or len(match[3]) < 3):
            continue  # "e" and "f" are words too, of other languages
        if not _is_own(text, match.start(group)):
            yield Identifier(_as_typed(typed, text, (match.start(group), match.end())), (match[group], match[3]))
    for match in _NUMBER_OF_CODE.finditer(text):
        group = 1 if match[1] else 2
        if not _is_own(text, match.start(group)):
            yield Identifier(_as_typed(typed, text, match.span(group)), (match[group],))


def _as_typed(typed: str, text: str, span: tuple[int, int]) -> str:
    """The piece of what was typed; normalising an Indic text may have moved it, then the normalised piece."""
    start, end = span
    return typed[start:end] if len(typed) == len(text) else text[start:end]


def _is_own(text: str, start: int) -> bool:
    return _OWN.search(text[max(start - _MOST_BEFORE, 0) : start]) is not None


def _of_token(token: str, typed: str) -> Identifier | None:
    if _HEX.fullmatch(token):
        return Identifier(typed, (token,))
    if _DOTTED.fullmatch(token):
        # 3.0.1 is a version; 2.5 may be anything, 192.168.0.1 is an address, 12.5.24 a day.
        is_version = token.count(".") == 2 and not _DATE.fullmatch(token)
        return Identifier(typed, _version_runs(token), version=True) if is_version else None
    runs = tuple(_RUNS.findall(token))
    digits = [run for run in runs if run.isdigit()]
    if not digits or len(digits) == len(runs) or ("." in token and "-" not in token and "_" not in token):
        return None
    if len(runs) > _MOST_RUNS:
        return None  # a path, a host, the name of a file
    if max(map(len, digits)) > _OWN_DIGITS - 1 and runs[0] not in _KNOWN_PREFIX:
        return None
    if runs[0].isdigit():
        # 64gb, 10am, 2nd, 24x7, 3-day are amounts; 7A42X and 2SC1815 are parts.
        return Identifier(typed, runs) if len(runs) >= 3 and len(token) >= 5 and _has_part_shape(runs) else None
    is_joined = any(joint in token for joint in "-_–/#")
    if runs[0] in _NO_PREFIX or (
        len(runs[0]) > 2 and any(_YEAR.fullmatch(run) for run in digits) and not typed[0].isupper()
    ):
        return None
    in_capitals = any(letter.isupper() for letter in typed[1:]) or (len(runs[0]) == 1 and typed[0].isupper())
    if sum(map(len, digits)) < 2 and not (is_joined and in_capitals and 2 <= len(runs[0]) <= _LONGEST_WORD):
        return None
    if len(runs[0]) > _LONGEST_WORD and not (in_capitals or "_" in token):
        return None
    if len(runs) == 2 and not (is_joined or in_capitals) and len(digits[0]) < 3:
        return None  # "top5", "sec9": two digits after a small word say little
    return Identifier(typed, runs)


def _has_part_shape(runs: tuple[str, ...]) -> bool:
    return (
        all(len(run) <= 6 for run in runs)
        and runs[1] not in _ORDINALS
        and runs[1:] != ("x", runs[-1])
        and sum(map(str.isdigit, runs)) >= 2
    )


def _version_runs(numbers: str) -> tuple[str, ...]:
    parts = [str(int(number)) for number in numbers.split(".")]
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return tuple(parts)


@lru_cache(maxsize=256)
def _pattern(runs: tuple[str, ...], version: bool) -> regex.Pattern[str]:
    if version:
        numbers = r"\.".join(f"0*{run}" for run in runs)
        # A single number is a version only where it is called one; "3.0" says it by itself.
        rest = r"(?:\.0+)*(?![\w]|\.[0-9])"
        bare = rf"|(?<![\w.]){numbers}(?:\.0+)+(?![\w]|\.[0-9])" if len(runs) == 1 else rf"|(?<![\w.]){numbers}{rest}"
        return regex.compile(rf"(?<![\w.])(?:{_VERSION_WORDS})[ \t.:]{{0,2}}{numbers}{rest}{bare}")
    if len(runs) == 1 and runs[0].isdigit():
        return regex.compile(rf"(?<![0-9.,]){runs[0]}(?![0-9]|[.,][0-9])")
    return regex.compile(rf"(?<![a-z0-9]){_JOINT.join(map(regex.escape, runs))}(?![a-z0-9]|[\-_][0-9])")
