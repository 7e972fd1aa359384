"""Quantities in a text: "10 days", "500 rupees", दस दिन. They say how long or how much, and seldom what somebody asks about.

An article that says "10 days" is no answer to "refund not received after 10 days" for that: there its number and its unit count
for as little as words that only hold a sentence together.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import regex

_DIGITS = regex.compile(r"\p{Nd}{1,6}(?:[.,:/\-–]\p{Nd}{1,6})*")
# A number and its unit in one: 10days, 500rs, 2hrs.
_IN_ONE = regex.compile(r"\p{Nd}{1,6}(\p{L}[\p{L}\p{M}]*)")


def find_quantities(words: Sequence[str]) -> frozenset[int]:
    """Places in `words`, which are normalised, of numbers with a unit, and of the units that are spans of time."""
    lists, places = _lists(), set[int]()
    for place, word in enumerate(words):
        if match := _IN_ONE.fullmatch(word):
            if match[1] in lists["spans_of_time"] or match[1] in lists["other_units"]:
                places.add(place)
            continue
        if word not in lists["numbers"] and not _DIGITS.fullmatch(word):
            continue
        unit = place + 1
        if unit + 1 < len(words) and words[unit] in lists["between"]:  # "10 working days"
            unit += 1
        following = words[unit] if unit < len(words) else ""
        if following in lists["spans_of_time"]:
            places.update(range(place, unit + 1))
        elif following in lists["other_units"] or (place and words[place - 1] in lists["before"]):
            # Money stays a word of the question: "a thing of 350 rupees, what does delivery cost" is about money.
            places.add(place)
    return frozenset(places)


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, frozenset[str]]:
    """The words of quantities.json, where they are normalised."""
    raw: dict[str, str] = json.loads(Path(__file__).with_name("quantities.json").read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}
