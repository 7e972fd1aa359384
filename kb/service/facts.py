"""Facts that a customer gives in a message: order numbers, devices, days, sums, addresses, what they tried, and so on.

Pure text. English, Hindi, Bengali, and the latter two in Latin letters; digits of all three scripts. What was measured stands in
docs/decisions/0029-leak-guard-and-facts.md.
"""

from collections.abc import Iterator
from datetime import date, datetime

import regex

from kb.core.clock import utc_now
from kb.privacy.redaction.spans import lower, plain
from kb.service.fact_attempts import find_attempts
from kb.service.fact_dates import find_dates
from kb.service.fact_devices import THINGS, find_devices
from kb.service.fact_kinds import Fact, FactKind
from kb.service.fact_numbers import Found, find_numbers, find_quantities
from kb.service.fact_payments import find_payments
from kb.service.fact_people import find_names, find_postal_addresses, find_reach

__all__ = ["Fact", "FactKind", "find_facts"]

# Of longer messages the beginning is looked through: a letter has 3,000 characters, a log is no place for facts.
LONGEST = 20_000
LONGEST_VALUE, LONGEST_WORDS = 200, 300
MOST_FACTS = 60  # of one message
# Between these every day that a message can name is in the calendar.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2999, 1, 1)
# Kinds that say something beside others: a phone as a device within an attempt, a quantity of things.
_BESIDE = frozenset(
    {FactKind.TRIED, FactKind.QUANTITY, FactKind.DEVICE, FactKind.PAYMENT, FactKind.ADDRESS, FactKind.PIN_CODE}
)
_URL = regex.compile(r"https?://\S{1,500}|www\.\S{1,300}")


def find_facts(text: str, sent_at: datetime | None = None, *, region: str = "IN") -> list[Fact]:
    """The facts of a message in their order in it, each once. sent_at: what "yesterday" is seen from, now by default.

    Of two that overlap the surer kind is kept. Never raises; linear in the length of the text, of which LONGEST characters are
    looked at.
    """
    text = text[:LONGEST]
    view = _URL.sub(lambda match: "\ufffc" * len(match[0]), plain(text))
    small = lower(view)
    today = min(max((sent_at or utc_now()).date(), _FIRST_DAY), _LAST_DAY)
    taken: list[tuple[int, int]] = []
    taken_by: dict[FactKind, list[tuple[int, int]]] = {}
    seen: set[tuple[FactKind, str]] = set()
    facts: list[Fact] = []
    for kind, value, start, end in _found(text, view, small, today=today, region=region):
        of_others = taken if kind not in _BESIDE else taken_by.setdefault(kind, [])
        if any(start < until and begin < end for begin, until in of_others):
            continue
        of_others.append((start, end))
        value = " ".join(value.split())[:LONGEST_VALUE]
        if value and (kind, value) not in seen and len(facts) < MOST_FACTS:
            seen.add((kind, value))
            facts.append(Fact(kind, value, text[start:end][:LONGEST_WORDS], start, end))
    return sorted(facts, key=lambda fact: (fact.start, fact.end))


def _found(text: str, view: str, small: str, *, today: date, region: str) -> Iterator[Found]:
    """All that is found, the surest kinds first."""
    yield from (found for found in find_reach(small, text, region) if found[0] is FactKind.EMAIL)
    yield from find_numbers(small)
    yield from (found for found in find_reach(small, text, region) if found[0] is FactKind.PHONE)
    yield from find_dates(small, today)
    yield from find_names(view)
    yield from find_postal_addresses(small)
    yield from find_payments(small)
    yield from find_attempts(small)
    yield from find_devices(small)
    yield from find_quantities(small, THINGS)
