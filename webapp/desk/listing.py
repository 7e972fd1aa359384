"""What a search or a conversation found, as the desk lists it: one list, with a tab for each kind of result."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.search.types import Outcome, Result

ALL = "all"
# What can be sent comes first, then what is for the rep.
KINDS = ("public", "internal", "tickets")
SHOWN_PER_KIND = 8


@dataclass(frozen=True)
class Listing:
    """results: in the order of the search; kind: the tab that is chosen; counts: how many results each tab has."""

    results: Sequence[Result]
    kind: str
    counts: Mapping[str, int]
    _firsts: frozenset[tuple[str, int]]

    def is_shown(self, result: Result) -> bool:
        """Whether the chosen tab has it."""
        return self.kind in (ALL, result.audience)

    def shown_of(self, results: Sequence[Result]) -> list[Result]:
        """Those of them that the chosen tab has."""
        return list(filter(self.is_shown, results))

    def is_first(self, result: Result) -> bool:
        """Whether it is the one that the chosen tab shows in full."""
        return next(filter(self.is_shown, self.results), None) is result

    def can_be_first(self, result: Result) -> bool:
        """Whether some tab begins with it."""
        return (result.kind, result.id) in self._firsts

    @property
    def only_less_likely(self) -> bool:
        """Whether all that the chosen tab has is folded away."""
        shown = self.shown_of(self.results)
        return bool(shown) and all(result.less_likely for result in shown)


def make_listing(results: Sequence[Result], kind: str = "") -> Listing:
    """At most SHOWN_PER_KIND of each kind; `kind`: the tab that was asked for, all of them where it is none."""
    counts: Counter[str] = Counter()
    listed: list[Result] = []
    firsts = set()
    for result in results:
        if counts[result.audience] < SHOWN_PER_KIND:
            if not listed or not counts[result.audience]:
                firsts.add((result.kind, result.id))
            counts[result.audience] += 1
            listed.append(result)
    by_tab = {ALL: len(listed), **{name: counts[name] for name in KINDS}}
    return Listing(listed, kind if kind in KINDS else ALL, by_tab, frozenset(firsts))


def best_of(outcome: Outcome | None, results: Sequence[Result]) -> Result | None:
    """The result that gets the star: an article that answers. A past ticket is another customer's case, nothing to send on."""
    first = results[0] if results else None
    return first if first is not None and outcome == Outcome.ANSWERED and first.kind == "article" else None
