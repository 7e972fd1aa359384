"""Lists whose words stand close to each other, in any order or in one. One pass over the places, however many there are."""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import pairwise

from kb.text.danger.places import Places, Span
from kb.text.danger.rules import Combination

Group = tuple[Span, ...]
Part = tuple[str, ...]


class CombinationIndex:
    """Many combinations; of those the ones that a text may hold are found by the lists that it has words of."""

    def __init__(self, combinations: Sequence[Combination]) -> None:
        self._combinations = combinations
        self._parts_of: dict[str, list[Part]] = {}  # name of a list -> the parts it is one of
        self._led_by: dict[Part, list[int]] = {}
        for part in dict.fromkeys(part for combination in combinations for part in combination.parts):
            for name in part:
                self._parts_of.setdefault(name, []).append(part)
        for number, combination in enumerate(combinations):
            self._led_by.setdefault(combination.parts[0], []).append(number)

    def find(self, places: Places) -> Iterator[tuple[int, Iterator[Group]]]:
        """Numbers of the combinations that all parts are there of, from the first on, each with the groups of places in which
        they stand close enough: none, one or more."""
        parts: dict[Part, list[str]] = {}
        for name in places:
            for part in self._parts_of.get(name, ()):
                parts.setdefault(part, []).append(name)
        for number in sorted(number for part in parts for number in self._led_by.get(part, ())):
            combination = self._combinations[number]
            if all(part in parts for part in combination.parts):
                spans = [sorted({span for name in parts[part] for span in places[name]}) for part in combination.parts]
                search = _in_order if combination.in_order else _in_any_order
                yield number, search(spans, combination.within)


def _in_any_order(parts: Sequence[Sequence[Span]], within: int) -> Iterator[Group]:
    last: list[Span | None] = [None] * len(parts)
    for span, part in _by_place(parts):
        last[part] = span
        chosen = [one for one in last if one is not None]
        if len(chosen) == len(parts) and _are_close(chosen, within) and _are_apart(chosen):
            yield tuple(chosen)


def _in_order(parts: Sequence[Sequence[Span]], within: int) -> Iterator[Group]:
    chains: list[Group | None] = [None] * len(parts)
    for span, part in _by_place(parts):
        before = chains[part - 1] if part else ()
        if before is None or (before and before[-1].end > span.start):
            continue
        chains[part] = (*before, span)
        if part == len(parts) - 1 and _are_close((*before, span), within):
            yield (*before, span)


def _by_place(parts: Sequence[Sequence[Span]]) -> Iterator[tuple[Span, int]]:
    # Of places that begin together later parts come first, so that a chain is not continued by the word it began with.
    return merge(*([(span, number) for span in spans] for number, spans in enumerate(parts)))


def _are_close(spans: Sequence[Span], within: int) -> bool:
    return max(span.end for span in spans) - min(span.start for span in spans) <= within


def _are_apart(spans: Sequence[Span]) -> bool:
    ordered = sorted(spans)
    return all(one.end <= other.start for one, other in pairwise(ordered))
