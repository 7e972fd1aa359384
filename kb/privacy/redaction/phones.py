"""Phone numbers: international ones, and those of a country as people there write them."""

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import Span

# At most 15 digits (E.164) with at most three separators between two of them. An Indic ending may hang on.
_NUMBER = re.compile(
    r"(?=[\d+(])(?<![a-z0-9_])(?<!\d[.,:])(?<![^\W\d]/)(?P<prefix>\+ ?|\(\+?)?\d(?:[ ().*~_,/—+:='|\\-]{0,3}\d){6,14}"
    r"(?![0-9_%]|\.\d|(?!(?:pe|par|pr|ko|ka|ki|se|te|ta|e|hai|he|or|and|ext)(?![a-z0-9]))[a-z])"
)
_GROUP = re.compile(r"\d+")
_TABLE = re.compile(r"(?:\d[^\w\n]{1,3}){16}")
_LABEL_BEFORE = re.compile(r"([a-z]{2,})[-#]$")
_PHONE_LABELS = frozenset(words.PHONE_LABELS.split())
# With one of these just before it, ten digits are a number to call whatever country they are from.
_CALL_BEFORE = re.compile(
    r"(?:\b(?:call|phone|ph|mob|mobile|cell|whats ?app|tel|telephone|ring|dial|contact)\b|फ़ोन|फोन|मोबाइल|व्हाट्स ?[एऐ]प|कॉल|"
    r"ফোন|মোবাইল|হোয়াটসঅ্যাপ|হোয়াটসঅ্যাপ|কল)"
    r"(?:[ ](?:me|us|him|her|at|on|to|no|number|num|is|hai|है|नंबर|নম্বর|back|kar[oe]n?|:)){0,3}[ .:#-]{0,3}$"
)
# Numbers that anybody may call say nothing about a person.
_PUBLIC_TYPES = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN})
_PUBLIC_PREFIXES = ("1800", "1860", "01800", "01860")  # of India, however the rest is grouped
# Separators that lists, amounts and fractions have as well: only for a mobile number in two or three long groups.
_ODD_SEPARATOR = re.compile(r"[*~_,/—+:='|\\]")


@lru_cache(maxsize=8)
def _patterns(region: str) -> tuple[re.Pattern[str], re.Pattern[str], str, str] | None:
    """Mobile and fixed-line numbers of a country, its calling code, and what it puts before national numbers."""
    code = phonenumbers.country_code_for_region(region.strip().upper())
    # Those that share a code call each other without it: Britain, Jersey, Guernsey, Man; all of North America.
    regions = [PhoneMetadata.metadata_for_region(other) for other in phonenumbers.region_codes_for_country_code(code)]
    found = [metadata for metadata in regions if metadata is not None]
    if not found:
        return None
    mobile = "|".join(m.mobile.national_number_pattern for m in found if m.mobile and m.mobile.national_number_pattern)
    fixed = "|".join(
        m.fixed_line.national_number_pattern for m in found if m.fixed_line and m.fixed_line.national_number_pattern
    )
    return re.compile(mobile or "(?!)"), re.compile(fixed or "(?!)"), str(code), found[0].national_prefix or ""


def find_phones(view: str, region: str) -> Iterator[Span]:
    """Mobile and fixed-line numbers. A `region` that is no country makes every number of ten to thirteen digits one."""
    position = 0
    while match := _NUMBER.search(view, position):
        label = _LABEL_BEFORE.search(view, max(0, match.start() - 12), match.start())
        span = None
        if _TABLE.match(view, match.start()):
            position = match.end()  # single digits that go on and on
            continue
        if label is None or label[1].lower() in _PHONE_LABELS:
            called = _CALL_BEFORE.search(view, max(0, match.start() - 32), match.start()) is not None
            span = _first_phone(match.group(), match.start(), region, called)
        if span is not None:
            yield span
            position = span.end
        else:
            # Perhaps one begins with the next group: "12 98330 12345".
            following = _GROUP.search(view, match.start())
            position = following.end() if following else match.end()


def _first_phone(candidate: str, offset: int, region: str, called: bool) -> Span | None:
    """The longest run of groups from the first one that is a number: two numbers may stand side by side."""
    groups = [(m.start(), m.end()) for m in _GROUP.finditer(candidate)]
    sizes = [end - start for start, end in groups]
    start = groups[0][0]
    lead = candidate[:start].strip()
    # A number in more than six groups is in single digits throughout.
    most = 6 if sizes[0] > 1 or "+" in lead else len(groups)
    for count in range(min(len(groups), most), 0, -1):
        if sum(sizes[:count]) < 7 or (count < 10 and max(sizes[:count]) == 1):
            break
        end = groups[count - 1][1]
        if candidate[end : end + 1] == "." and candidate[end + 1 : end + 2].isdigit() and count < len(groups):
            continue  # the beginning of an address of a host, or of a version
        if _is_phone(candidate[start:end], lead, sizes[:count], region, called):
            closing = 1 if ")" in candidate[end : end + 1] and "(" in candidate[:end] else 0
            return Span(offset, offset + end + closing, "[phone]")
    return None


def _is_phone(text: str, lead: str, sizes: list[int], region: str, called: bool) -> bool:
    digits = "".join(_GROUP.findall(text))
    if not 7 <= len(digits) <= 15 or _is_host_address(text, sizes):
        return False
    patterns = _patterns(region)
    singles = len(sizes) >= 10 and max(sizes) == 1 and _is_evenly_spaced(text)
    if singles:
        sizes = [len(digits)]
    if "+" in lead and "+" in text:
        return False  # the next one begins
    if "+" in lead or digits.startswith("00"):
        return (
            max(sizes) >= 2
            and not digits.startswith("000")
            and _is_international(digits.removeprefix("00"), certain="+" in lead)
        )
    if region.upper() == "IN" and len(digits) >= 10 and digits.startswith(_PUBLIC_PREFIXES):
        return False
    if patterns is None:
        return 10 <= len(digits) <= 13 and max(sizes) >= 3
    mobile, fixed, country, trunk = patterns
    national = digits.removeprefix(trunk) if trunk else digits
    if digits.startswith(country) and len(digits) > 10 and mobile.fullmatch(digits[len(country) :]):
        national = digits[len(country) :]
    is_mobile = mobile.fullmatch(national) is not None
    if called and is_mobile and sizes == [2] * 5 and ", " not in text:
        return True
    if _ODD_SEPARATOR.search(text) and not singles:
        # "900, 701, 1223" is a list.
        return is_mobile and max(sizes) >= 4 and len(sizes) <= 3 and ", " not in text
    if is_mobile and (len(sizes) == 1 or max(sizes) >= 3):
        # Groups of one digit between longer ones are nothing but a way round a filter: 98300-1-2345.
        return len(national) >= 9 or all(size > 1 for size in sizes)
    if any(size == 1 for size in sizes[1:]) or max(sizes) < 3:
        return False
    if called and 10 <= len(digits) <= 13:
        return True
    # Fixed lines share their shape with invoices, tickets and the like: only those that are prefixed or formatted like one.
    prefixed = national != digits or "(" in lead or (len(sizes) > 1 and sizes[0] <= 4)
    return prefixed and bool(fixed.fullmatch(national)) and not (trunk and digits == national and len(sizes) < 2)


def _is_evenly_spaced(text: str) -> bool:
    """One separator throughout, spaces apart: "9.8.3.0.0…", "9 8 3 3 0 - 1 2 …", and no list of versions."""
    separators = {piece.strip() for piece in _GROUP.split(text)[1:-1]}
    return len(separators) == 1 or separators == {"", "-"}


def _is_host_address(text: str, sizes: list[int]) -> bool:
    """98.100.12.245: four numbers up to 255."""
    return (
        len(sizes) == 4
        and max(sizes) <= 3
        and text.count(".") == 3
        and all(int(part) < 256 for part in _GROUP.findall(text))
    )


def _is_international(digits: str, *, certain: bool) -> bool:
    try:
        number = phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return False
    # Who writes a plus means a number to call, even one that nobody has been given yet.
    exists = phonenumbers.is_possible_number(number) if certain else phonenumbers.is_valid_number(number)
    return exists and phonenumbers.number_type(number) not in _PUBLIC_TYPES
