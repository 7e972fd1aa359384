"""Numbers spoken digit by digit, as transcripts of calls have them: "nine eight double four zero …", "नौ आठ …", "নাইন এইট …"."""

import re
from collections.abc import Iterator

import regex

from kb.privacy.redaction import words
from kb.privacy.redaction.spans import Span

_DIGIT_WORDS = frozenset(words.SPOKEN_DIGITS.split())
_REPEATS = {
    word: count for count, found in ((2, words.SPOKEN_DOUBLE), (3, words.SPOKEN_TRIPLE)) for word in found.split()
}
_WORD = regex.compile(r"[\p{L}\p{M}]+|\d+")
_GAP = regex.compile(r"[ ,.\-]{1,3}")
# Ten digits are a phone number, with or without a country code; shorter ones are order numbers and amounts, unless the
# text says that they are a code.
_LEAST = 10
_CODE_LENGTHS = range(3, 9)
_CODE_BEFORE = re.compile(
    r"(?:\bcvv\b|\botp\b|\bpasscode\b|\bpin\b(?! ?code)|\bcode\b|ओटीपी|ओ\.टी\.पी|(?<!पिन )कोड|पिन(?! ?कोड)|"
    r"ওটিপি|(?<!পিন )কোড|পিন(?! ?কোড))[^.!?।\n]{0,20}$"
)
_PLACEHOLDERS = {12: "[aadhaar]", 15: "[card]", 16: "[card]"}


def find_spoken_numbers(view: str) -> Iterator[Span]:
    """Runs of at least ten spoken digits, and of three to eight after "OTP" and the like."""
    start = end = 0
    digits = spoken = 0
    repeat = 1
    for match in _WORD.finditer(view):
        word = match.group()
        is_word = word in _DIGIT_WORDS
        is_digit = is_word or (len(word) == 1 and word.isdigit())
        is_part = is_digit or word in _REPEATS
        joined = (digits == 0 and repeat == 1) or bool(_GAP.fullmatch(view, end, match.start()))
        if not joined or not is_part:
            yield from _found(view, start, end, digits, spoken)
            digits, spoken, repeat = 0, 0, 1
        if not is_part:
            continue
        if digits == 0 and repeat == 1:
            start = match.start()
        end = match.end()
        if is_digit:
            digits += repeat
            spoken += is_word
            repeat = 1
        else:
            repeat = _REPEATS[word]
    yield from _found(view, start, end, digits, spoken)


def _found(view: str, start: int, end: int, digits: int, spoken: int) -> Iterator[Span]:
    if digits >= _LEAST and spoken:
        yield Span(start, end, _PLACEHOLDERS.get(digits, "[phone]"))
    elif digits in _CODE_LENGTHS and spoken >= 3 and _CODE_BEFORE.search(view, max(0, start - 40), start):
        yield Span(start, end, "[code]")
