"""Rows of letters that nobody means anything by: "asdfgh", "zzz", "12345", কখগ."""

from itertools import pairwise

import regex

from kb.text.words import LATIN_WORD

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_PLACES = {letter: (row, place) for row, letters in enumerate(_ROWS) for place, letter in enumerate(letters)}
_VOWEL = regex.compile("[aeiouy]")
_CONSONANTS = regex.compile("[b-df-hj-np-tv-xz]{6,}")
_SHORTEST_RUN = 4
# Where hands rest; "asda" is a shop.
_MIDDLE, _SHORTEST_MIDDLE = 1, 5


def is_row_of_letters(word: str) -> bool:
    """Whether nobody means anything by a normalised word: one letter again and again, a run along the keyboard or alphabet."""
    if len(set(word)) == 1:
        return True
    if word.isdigit():
        return len(word) >= 3 and _is_run([int(digit) for digit in word])
    if len(word) >= 3 and not _has_marks(word) and _is_run([ord(letter) for letter in word]):
        return True
    if not LATIN_WORD.match(word) or not word.isascii():
        return False
    chunk = _repeated_chunk(word)
    if len(chunk) >= 3 and _is_on_keyboard(chunk, 3):
        return True
    return _is_on_keyboard(word, _SHORTEST_RUN) or _CONSONANTS.search(word) is not None


def _is_run(numbers: list[int]) -> bool:
    """Whether each is the next after the one before, or each the one before it; Indic letters may leave some out."""
    steps = {after - before for before, after in pairwise(numbers)}
    if numbers[0] > 0x900:
        return min(steps) > 0 and max(steps) <= 2
    return steps in ({1}, {-1})


def _has_marks(word: str) -> bool:
    return regex.search(r"\p{M}", word) is not None


def _repeated_chunk(word: str) -> str:
    """What the word says again and again ("asd" of "asdasd"), "" where it does not."""
    place = (word + word).find(word, 1)
    return word[:place] if place < len(word) else ""


def _is_on_keyboard(word: str, shortest: int) -> bool:
    """Whether its letters lie side by side on one row of the keyboard. In the upper row, where the vowels are, words do so too
    ("were", "tree"): there they must go one way."""
    places = [_PLACES.get(letter) for letter in word]
    if len(word) < shortest or None in places:
        return False
    rows = {place[0] for place in places if place}
    if len(rows) > 1:
        return False
    steps = [after[1] - before[1] for before, after in pairwise(places) if before and after]
    if all(step == 1 for step in steps) or all(step == -1 for step in steps):
        return True
    if rows == {_MIDDLE} and len(word) >= _SHORTEST_MIDDLE and _has_run_of_three(steps):
        return True
    return rows != {0} and _VOWEL.search(word) is None


def _has_run_of_three(steps: list[int]) -> bool:
    return any(one == after and one in (1, -1) for one, after in pairwise(steps))
