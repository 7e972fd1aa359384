"""Numbers spoken digit by digit, as transcripts of calls have them: "nine eight double four zero …", "नौ आठ …", "নাইন এইট …"."""

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
# Ten digits are a phone number, with or without a country code; shorter ones are order numbers and amounts.
_LEAST = 10
_PLACEHOLDERS = {12: "[aadhaar]", 15: "[card]", 16: "[card]"}


def find_spoken_numbers(view: str) -> Iterator[Span]:
    """Runs of at least ten spoken digits, whatever is between them that is not a word."""
    start = end = 0
    digits = 0
    repeat = 1
    for match in _WORD.finditer(view):
        word = match.group().casefold()
        is_digit = word in _DIGIT_WORDS or (len(word) == 1 and word.isdigit())
        joined = (digits == 0 and repeat == 1) or bool(_GAP.fullmatch(view, end, match.start()))
        if not joined or not (is_digit or word in _REPEATS):
            yield from _found(start, end, digits)
            digits, repeat = 0, 1
        if not (is_digit or word in _REPEATS):
            continue
        if digits == 0 and repeat == 1:
            start = match.start()
        end = match.end()
        if is_digit:
            digits += repeat
            repeat = 1
        else:
            repeat = _REPEATS[word]
    yield from _found(start, end, digits)


def _found(start: int, end: int, digits: int) -> Iterator[Span]:
    if digits >= _LEAST:
        yield Span(start, end, _PLACEHOLDERS.get(digits, "[phone]"))
