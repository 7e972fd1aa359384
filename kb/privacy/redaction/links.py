"""Web addresses: what is secret in them."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from kb.privacy.redaction.spans import FILLER, Span

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
