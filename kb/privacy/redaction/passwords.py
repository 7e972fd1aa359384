"""Passwords and the codes of vouchers."""

import re
from collections.abc import Iterator

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import FILLER, Span

_VALUE = rf"(?P<value>[^\s{FILLER}]{{4,64}})"
_STRONG_WORD = r"password|passwd|passphrase|pass[ ]?word|pwd|पासवर्ड|পাসওয়ার্ড|পাসওয়ার্ড"
_WEAK_WORD = r"pass|pw|पास|পাস|(?<=wifi[ ])key|(?<=wi-fi[ ])key|(?<=network[ ])key"
_IS = r"(?:is|was|are|hai|he|h|tha|thi|rakha|chilo|holo|है|था|थी|रखा|হল|হলো|ছিল)"
_PASSWORD = re.compile(
    rf"(?<!\w)(?:(?P<strong>{_STRONG_WORD})|(?P<weak>{_WEAK_WORD}))(?![a-z])"
    rf"(?:(?:[ ][^\W\d_]{{1,12}}){{0,4}}?[ ](?P<is>{_IS})(?=[ :=])"
    rf"|[ ](?:set[ ]to|to|ta|টা)(?=[ :=]))?(?P<sign>[ ]?(?:[:=]|->|[ ]-[ ]|-[ ]))?[ ]{{0,2}}[\"'(]?{_VALUE}"
)
_OWNER = re.compile(r"(?:my|mera|meri|amar|login|user|mail|id|wi-?fi|network|router|मेरा|आईडी|আমার|\ufffc)[ ,/:-]{0,3}$")
_TAIL = ".,;:!?)\"'।"
_ORDINARY = frozenset(words.BESIDE_SECRETS.split())
# At least one letter and at least one digit or sign: no word of a sentence.
_MIXED = re.compile(r"(?=.*[^\W\d_])(?=.*[\d@#$%^&*!_+=~?<>])\S+")
_SIGNED = re.compile(r"[@#$%^&*!_+=~?]")
_CREDENTIALS = re.compile(
    rf"(?<![a-z])(?:login|log[ ]in|user(?:[ ]?name|[ ]?id)?|credentials?)[^\n/|]{{0,60}}[ ][/|][ ]{_VALUE}"
)
_VOUCHER = re.compile(
    r"(?<!\w)(?:gift[ ]?card|voucher|गिफ़्ट कार्ड|गिफ्ट कार्ड|গিফট কার্ড|গিফ্ট কার্ড)"
    rf"(?:[ ]{{1,3}}[^\s.!?।;,0-9{FILLER}]{{1,24}}){{0,4}}?"
    r"[ :#=-]{1,3}(?P<value>[a-z0-9]{4}(?:-[a-z0-9]{4}){2,4}|(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{10,20})(?!\w)"
)


def find_passwords(view: str) -> Iterator[Span]:
    """ "my pass: mango2010", "password is Blue$ky9", "password: sunflower" at the end of a line."""
    for match in _PASSWORD.finditer(view):
        value = match["value"].rstrip(_TAIL)
        end = match.start("value") + len(value)
        if len(value) < 4 or value.casefold() in _ORDINARY or not _is_set_apart(view, match):
            continue
        mixed = _MIXED.fullmatch(value) is not None
        if match["weak"]:
            owned = _OWNER.search(view, max(0, match.start() - 12), match.start()) is not None
            said = match["is"] is not None and _SIGNED.search(value) is not None
            mixed = mixed and (owned or said or bool(match["sign"]))
        if mixed or (match["sign"] and _is_plain_word(value) and _ends_the_clause(view, end)):
            yield Span(match.start("value"), end, "[code]")


def find_credentials(view: str) -> Iterator[Span]:
    """ "login asha@example.com / Rain&Sun7"; the address has been claimed already."""
    for match in _CREDENTIALS.finditer(view):
        value = match["value"].rstrip(_TAIL)
        if _MIXED.fullmatch(value):
            yield Span(match.start("value"), match.start("value") + len(value), "[code]")


def find_vouchers(view: str) -> Iterator[Span]:
    """Codes that are worth money."""
    for match in _VOUCHER.finditer(view):
        yield Span(match.start("value"), match.end("value"), "[code]")


def _is_set_apart(view: str, match: re.Match[str]) -> bool:
    """Something stands between the word and the value, which "password123" lacks."""
    return match["sign"] is not None or view[match.start("value") - 1 : match.start("value")] in {" ", '"', "'", "("}


def _is_plain_word(value: str) -> bool:
    return value.isascii() and not value.startswith(("[", "http", "("))


def _ends_the_clause(view: str, end: int) -> bool:
    rest = view[end : end + 2]
    return rest[:1] in {",", ";"} or not rest.strip(_TAIL + " ") or rest.strip(_TAIL + " ").startswith("\n")
