"""Numbers of twelve digits and more, however they are cut: 4111.1111.1111.1111, 4 1 1 1 …"""

import re
from collections.abc import Callable, Iterator

from kb.privacy.redaction.spans import Span

_LONG_NUMBER = re.compile(r"(?<![a-z0-9_+])(?<!\d[.,-])\d(?:(?:[ ./_*-]{0,2}|,)\d){11,18}(?![a-z0-9_]|[.,-]\d)")
_MOST_DIGITS = 19
_GROUP = re.compile(r"\d+")
_GROUP_BEFORE = re.compile(r"\d[ ./_*,-]{1,2}$")


# Start, digits, sizes of the groups, and whether nothing more of the number stands beside them.
Accepts = Callable[[int, str, tuple[int, ...], bool], bool]


def find_long_numbers(view: str, placeholder: str, accepts: Accepts) -> Iterator[Span]:
    """Those that `accepts` takes. Digits that stand singly count as one group.

    Something else may stand beside it without a word between, such as a date of expiry: the longest run of groups counts.
    """
    position = 0
    while match := _LONG_NUMBER.search(view, position):
        groups = [(m.start(), m.end()) for m in _GROUP.finditer(view, match.start(), match.end())]
        # Groups before this one belong to it: an IBAN, or a number that was not accepted from its beginning.
        alone = not _GROUP_BEFORE.search(view, max(0, match.start() - 3), match.start())
        end = _end_of_first(match, groups, alone, accepts)
        if end:
            yield Span(match.start(), end, placeholder)
        # Single digits that go on and on are a table, which is passed over at once.
        table = len(groups) == _MOST_DIGITS and _GROUP.match(view, match.end() + 1) is not None
        position = end or (match.end() if table else groups[0][1])


def _end_of_first(match: re.Match[str], groups: list[tuple[int, int]], alone: bool, accepts: Accepts) -> int:
    """Where the longest accepted run of groups from the first one ends; 0 for none."""
    digits = re.sub(r"\D", "", match.group())
    sizes = tuple(end - start for start, end in groups)
    if len(sizes) > 4 and max(sizes) == 1:
        return match.end() if accepts(match.start(), digits, (len(digits),), alone) else 0
    for count in range(len(groups), 0, -1):
        length = sum(sizes[:count])
        if length >= 12 and accepts(match.start(), digits[:length], sizes[:count], alone and count == len(groups)):
            return groups[count - 1][1]
    return 0
