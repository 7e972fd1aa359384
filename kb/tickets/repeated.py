"""Lines that stand in many tickets of one file: what a help desk, a company or a mailing program puts into each of them."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from kb.text.mail import line_key
from kb.tickets.raw import RawTicket

# Tickets at the beginning of a file that are looked at: the same ones each time, so that importing again changes nothing.
LOOKED_AT = 1_000
# In so many of them, and in this share, a line is repeated.
_LEAST = 4
_LEAST_SHARE = 0.01
# Where such lines stand.
_AT_EDGES = 12
_MOST_LINES = 100_000


def find_repeated_lines(tickets: Iterable[RawTicket]) -> frozenset[str]:
    """The `line_key` of lines at the edges of messages that stand in many tickets."""
    counts: Counter[str] = Counter()
    looked_at = 0
    for ticket in tickets:
        looked_at += 1
        texts = chain((turn.text for turn in ticket.turns), (ticket.problem, ticket.resolution))
        counts.update({key for text in texts for key in _keys(text)})
        if len(counts) > _MOST_LINES:
            break
    least = max(_LEAST, round(looked_at * _LEAST_SHARE))
    return frozenset(key for key, count in counts.items() if count >= least)


def _keys(text: str) -> set[str]:
    lines = [line for line in text.split("\n") if line.strip()]
    return {key for line in (*lines[:_AT_EDGES], *lines[-_AT_EDGES:]) if (key := line_key(line))}
