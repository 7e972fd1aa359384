"""Cards, bank accounts and IBANs."""

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from kb.privacy.redaction.long_numbers import find_long_numbers
from kb.privacy.redaction.spans import FILLER, Span

_IBAN = re.compile(r"(?<![\w-])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?!\w)")

# First digit -> lengths in use, so that not every tenth long number is one.
_CARD_LENGTHS = {"2": {16}, "3": {14, 15, 16}, "4": {13, 16, 19}, "5": {16}, "6": {16, 18, 19}, "8": {16}}
_CARD_SHAPES = frozenset(
    {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (4, 6, 6), (6, 4, 6), (6, 10), (8, 8), (4, 4, 4, 1)}
)
_CARD_WORD = re.compile(r"card|visa|master|rupay|debit|credit|amex|कार्ड|কার্ড")


def find_ibans(view: str) -> Iterator[Span]:
    for match in _IBAN.finditer(view):
        # The pattern may have swallowed a following word: try shorter and shorter ends, group by group.
        text = match.group()
        while len(text) >= 15:
            # Without the lists of banks, in which not all are.
            if iban.is_valid(text, check_country=False):
                yield Span(match.start(), match.start() + len(text), "[iban]")
                break
            text = re.sub(r"[ -]?[a-z0-9]{1,4}\Z", "", text)


def find_cards(view: str) -> Iterator[Span]:
    def is_card(start: int, digits: str, sizes: tuple[int, ...], alone: bool) -> bool:
        if len(digits) not in _CARD_LENGTHS.get(digits[0], ()) or len(set(digits)) == 1:
            return False
        # Mistyped ones are cards all the same where their form or the text says so.
        # Years and prices stand between commas, too.
        if sizes == (4, 4, 4, 4) and alone and "," not in view[start : start + 20]:
            return True
        if len(digits) in {15, 16} and _CARD_WORD.search(view, max(0, start - 40), start):
            return True
        return (len(sizes) == 1 or sizes in _CARD_SHAPES) and luhn.is_valid(digits)

    return find_long_numbers(view, "[card]", is_card)


# Up to so many words between the telling word and the number, within one sentence. Lengths are bounded, or a text
# without spaces would take quadratic time.
_BETWEEN = rf"(?:[ ]{{1,3}}[^\s.!?।;,0-9{FILLER}]{{1,24}}){{0,3}}?"
_ACCOUNT_WORD = r"a/c|acc|acct?|ac|account|bank|beneficiary|khata|khate|खाता|खाते|अकाउंट|अकाउण्ट|অ্যাকাউন্ট|একাউন্ট|এ্যাকাউন্ট|খাতা"
_ACCOUNT = re.compile(
    rf"(?<![\w/])(?:{_ACCOUNT_WORD})(?:[ ]?(?:no|number|num|नंबर|संख्या|নম্বর)\.?)?{_BETWEEN}"
    r"[ .:#=-]{1,4}(?P<number>\d(?:[ -]?\d){8,17})(?![a-z0-9_]|[.-]\d)"
)
# An eight-digit account is one only where the number is called the account's (or a sort code stands by it).
_SHORT_ACCOUNT = re.compile(
    r"(?<![\w/])(?:account|acct?|a/c)[ ](?:no|number|num)\.?(?:[ ](?:is|hai))?[ .:#=-]{1,3}(?P<number>\d{8})(?![\w]|[.-]\d)"
)
_AT_BANK = re.compile(
    r"(?<![\w.,+-])(?P<number>\d(?:[ -]?\d){8,17})[ ]?,?[ ](?:at|in|with|of|mein|me|में)[ ](?:[a-z]{2,12}[ ]){0,3}bank(?![a-z])"
)
_BY_SORT_CODE = re.compile(
    rf"(?<!\w)sort[ ]code[ :]{{1,3}}(?:is[ ])?(?:\d\d-\d\d-\d\d|\d{{6}}|{FILLER}{{8}})(?![\d-])"
    r"[^\d\n]{1,24}(?P<number>\d{8})(?![\w]|[.-]\d)"
    r"|(?:account|acct?|a/c)[^\d\n]{1,12}(?P<before>\d{8})[^\d\n]{1,20}sort[ ]code"
)
_ACCOUNT_AFTER = re.compile(
    r"(?<![\w.,+-])(?P<number>\d{9,18})(?:[ ](?:is|my|our|the|hai|mera|meri|amar|है|मेरा|আমার)){1,3}"
    r"(?:[ ][^\s.!?।;,0-9]{2,16}){0,2}[ ]"
    r"(?:account|a/c|acct?|khata|खाता|अकाउंट|অ্যাকাউন্ট)"
)
# A bank's branch. It is nobody's, but the number beside it is somebody's account.
_IFSC = re.compile(r"(?<![a-z0-9])[a-z]{4}0[a-z0-9]{6}(?![a-z0-9])")
_BESIDE_IFSC = re.compile(r"(?<![a-z0-9_.,+-])\d(?:[ -]?\d){8,17}(?![a-z0-9_]|[.-]\d)")
_NEAR = 48


def find_accounts(view: str) -> Iterator[Span]:
    for pattern in (_ACCOUNT, _SHORT_ACCOUNT, _ACCOUNT_AFTER, _AT_BANK):
        for match in pattern.finditer(view):
            yield Span(match.start("number"), match.end("number"), "[account]")
    if "sort" in view:
        for match in _BY_SORT_CODE.finditer(view):
            group = "number" if match["number"] else "before"
            yield Span(match.start(group), match.end(group), "[account]")


def find_accounts_by_branch(view: str) -> Iterator[Span]:
    """Nine to eighteen digits beside an IFSC."""
    for branch in _IFSC.finditer(view):
        for match in _BESIDE_IFSC.finditer(view, max(0, branch.start() - _NEAR), branch.end() + _NEAR):
            yield Span(match.start(), match.end(), "[account]")
