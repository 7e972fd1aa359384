"""Where somebody can be reached: web addresses with secrets in them, e-mail, UPI, phone."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import FILLER, Span

# --- Web addresses --------------------------------------------------------------------------------------------------

_URL = re.compile(
    rf"(?<![\w@])(?:https?://|www\.)[^\s<>\"'`{FILLER}]+"
    # Without a scheme only with a path, or "file.name" would be one. The look-behind keeps this linear.
    rf"|(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.)+[a-z]{{2,24}}/[^\s<>\"'`{FILLER}]+",
    re.IGNORECASE,
)
_URL_TAIL = ".,;:!?)]}…।'\""
# Cuts an address into scheme, host, path parts, names and values of parameters.
_URL_PART = re.compile(r"[^/?#&=;]+")
_SECRET_NAME = re.compile(
    r"(?:.*[_-])?(?:token|auth|key|sig|signature|code|otp|password|passwd|pwd|pass|session|sessionid|sid|jwt|secret|hash|nonce|"
    r"e?mail|phone|mobile|tel|user|uid|account|iban|card|pan|aadhaar)",
    re.IGNORECASE,
)
_SECRET_FOLDER = re.compile(
    r"(?:reset|verify|verification|confirm|magic|invite|unsubscribe|activate|token|auth|login)", re.I
)
_PLAIN_WORDS = re.compile(r"(?:[^\W\d_]+|\d{1,4}|v\d+)(?:[-_.+~](?:[^\W\d_]+|\d{1,4}|v\d+))*")


def find_links(view: str) -> Iterator[Span]:
    """Secrets within web addresses are replaced, host and plain path stay (and are protected from other detectors)."""
    for match in _URL.finditer(view):
        url = match.group().rstrip(_URL_TAIL)
        yield from _link_spans(url, match.start())


def _link_spans(url: str, offset: int) -> Iterator[Span]:
    position = 0
    before = ""
    in_query = False
    for number, match in enumerate(_URL_PART.finditer(url)):
        part = match.group()
        separator = url[match.start() - 1] if match.start() else ""
        in_query = in_query or separator in {"?", "#"}
        is_value = separator == "="
        if _is_scheme_or_host(number, url, match):
            secret = "@" in part  # user:password@host
        elif is_value:
            secret = bool(_SECRET_NAME.fullmatch(before)) or _looks_secret(part)
        else:
            folder = not in_query and _SECRET_FOLDER.fullmatch(before) and not _PLAIN_WORDS.fullmatch(part)
            secret = bool(folder) or _looks_secret(part)
        if secret:
            yield Span(offset + position, offset + match.start(), None)
            yield Span(offset + match.start(), offset + match.end(), "[link]")
            position = match.end()
        before = part
    yield Span(offset + position, offset + len(url), None)


def _is_scheme_or_host(number: int, url: str, match: re.Match[str]) -> bool:
    return number == 0 or (number == 1 and url[max(0, match.start() - 3) : match.start()] == "://")


def _looks_secret(part: str) -> bool:
    """True for a part that carries much information: a token, an id of a session, a number to call, an address."""
    if "@" in part or "%40" in part:
        return True
    if sum(character.isdigit() for character in part) >= 10:
        return True
    if len(part) < 16 or _PLAIN_WORDS.fullmatch(part):
        return False
    counts = Counter(part)
    entropy = -sum(count / len(part) * math.log2(count / len(part)) for count in counts.values())
    mixed = any(c.isdigit() for c in part) and any(c.isalpha() for c in part)
    return entropy > 3.0 and (mixed or len(part) >= 32)


# --- E-mail and UPI -------------------------------------------------------------------------------------------------

_WEBMAIL = "gmail|googlemail|yahoo|ymail|hotmail|outlook|live|rediffmail|rediff|icloud|protonmail|zoho|aol"
_ADDRESS = re.compile(
    r"(?<![\w.+%-])(?P<local>[\w.+%-]+)@(?P<host>[^\W_](?:[\w-]{0,62}[^\W_])?(?:\.[^\W_](?:[\w-]{0,62}[^\W_])?)*)",
)
_SPELLED_ADDRESS = re.compile(
    rf"(?<![\w.+%-])[\w.+%-]+[ ]{{0,2}}(?:@|\(at\)|\[at\]|[ ]at[ ])[ ]{{0,2}}(?:{_WEBMAIL})\b"
    r"(?:[ ]{0,2}(?:\.|\(dot\)|\[dot\]|[ ]dot[ ])[ ]{0,2}(?:com|co\.in|in|co))?",
    re.IGNORECASE,
)


def find_spelled_addresses(view: str) -> Iterator[Span]:
    """ "ramesh.k at gmail dot com"."""
    for match in _SPELLED_ADDRESS.finditer(view):
        yield Span(match.start(), match.end(), "[email]")


def find_addresses(view: str, own_domains: frozenset[str], names: frozenset[str]) -> Iterator[Span]:
    """E-mail addresses and UPI ids. Role addresses of the own house (bulk@shop.example) are no person and stay."""
    for match in _ADDRESS.finditer(view):
        local, host = match["local"], match["host"].lower()
        if "." in host:
            # Romanised Bengali hangs its endings on with a hyphen: parts@shop.example-e.
            own = host in own_domains or any(host.startswith(domain + "-") for domain in own_domains)
            role = own and local.isalpha() and local.lower() not in names
            yield Span(match.start(), match.end(), None if role else "[email]")
        elif host in _WEBMAIL.split("|"):
            yield Span(match.start(), match.end(), "[email]")
        elif len(host) >= 2 and host[0].isalpha() and len(local) >= 2:
            yield Span(match.start(), match.end(), "[upi]")


# --- Phone ----------------------------------------------------------------------------------------------------------

# At most two separators between digits, at most 15 digits (E.164).
_NUMBER = re.compile(r"(?<![\w.,:])(?<![^\W\d]/)(?P<prefix>\+ ?|\(\+?)?\d(?:[ \u00a0().–-]{0,2}\d){6,14}(?![\w%])")
_GROUP = re.compile(r"\d+")
_LABEL_BEFORE = re.compile(r"([A-Za-z]{2,})[-#]$")
_PHONE_LABELS = frozenset(words.PHONE_LABELS.split())
# Numbers that anybody may call say nothing about a person.
_PUBLIC_TYPES = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN})


@lru_cache(maxsize=8)
def _patterns(region: str) -> tuple[re.Pattern[str], re.Pattern[str], str, str] | None:
    """Mobile and fixed-line numbers of a country, its calling code, and what it puts before national numbers."""
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        return None
    mobile = (metadata.mobile and metadata.mobile.national_number_pattern) or "(?!)"
    fixed = (metadata.fixed_line and metadata.fixed_line.national_number_pattern) or "(?!)"
    return re.compile(mobile), re.compile(fixed), str(metadata.country_code), metadata.national_prefix or ""


def find_phones(view: str, region: str) -> Iterator[Span]:
    """Mobile and fixed-line numbers: international ones, and those of `region` as people there write them."""
    for match in _NUMBER.finditer(view):
        label = _LABEL_BEFORE.search(view, max(0, match.start() - 12), match.start())
        if label and label[1].lower() not in _PHONE_LABELS:
            continue
        yield from _phones_within(match.group(), match.start(), region)


def _phones_within(candidate: str, offset: int, region: str) -> Iterator[Span]:
    """Runs of groups that are numbers, longest first: two numbers may stand side by side."""
    groups = [(m.start(), m.end()) for m in _GROUP.finditer(candidate)]
    if max(end - start for start, end in groups) < 3:
        return
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + 6) - 1, first - 1, -1):
            start, end = groups[first][0], groups[last][1]
            lead = candidate[:start].strip() if first == 0 else ""
            if _is_phone(candidate[start:end], lead, [b - a for a, b in groups[first : last + 1]], region):
                begin = 0 if first == 0 else start
                closing = 1 if ")" in candidate[end : end + 1] else 0
                yield Span(offset + begin, offset + end + closing, "[phone]")
                first = last + 1
                break
        else:
            first += 1


def _is_phone(text: str, lead: str, sizes: list[int], region: str) -> bool:
    digits = "".join(character for character in text if character.isdigit())
    if not 7 <= len(digits) <= 15 or max(sizes) < 3 or any(size == 1 for size in sizes[1:]):
        return False
    patterns = _patterns(region)
    if "+" in lead or digits.startswith("00"):
        return _is_valid_international(digits.removeprefix("00"))
    if patterns is None:
        return False
    mobile, fixed, country, trunk = patterns
    # Prefixes first: only numbers that are formatted or prefixed like one pass as fixed lines, which share their shape
    # with invoices, tickets and the like.
    national = digits
    prefixed = "(" in lead or (len(sizes) > 1 and sizes[0] <= 4)
    if trunk and digits.startswith(trunk):
        national, prefixed = digits[len(trunk) :], True
    elif digits.startswith(country) and mobile.fullmatch(digits[len(country) :]):
        return True
    if mobile.fullmatch(national) and (len(sizes) == 1 or max(sizes) >= 4 or sizes[0] == 3):
        return True
    return prefixed and bool(fixed.fullmatch(national)) and not (trunk and digits == national and len(sizes) < 2)


def _is_valid_international(digits: str) -> bool:
    try:
        number = phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) not in _PUBLIC_TYPES
