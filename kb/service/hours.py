"""Hours of service: which a text says, whether somebody is there at a moment, and when the next time is.

One line, or part before a semicolon, a rule; later ones hold over earlier ones, days over days of the week:

    mon-fri 9:00-18:00, 19-21
    sat 10-14
    sun closed
    2026-12-25 closed
    2026-12-24..2026-12-31 10:00-13:00
    always
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from kb.core.errors import InvalidInputError

LONGEST_TEXT, MOST_RULES = 5_000, 400
# Where no opening is found within so many days there is none.
_FAR = 400
_DAY = 24 * 60
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*-\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|to)\s*(\d{4}-\d{2}-\d{2}))?", re.ASCII)
_DAYS = re.compile(r"[a-z]+(?:\s*-\s*[a-z]+)?(?:\s*,\s*[a-z]+(?:\s*-\s*[a-z]+)?)*", re.ASCII)
_LONGEST_RANGE = 366  # days of one rule
_EXAMPLE = "An example: mon-fri 9:00-18:00; sat 10-14; sun closed; 2026-12-25 closed"

# Minutes of the day, from and until; until is past 1,440 where it ends in the night after.
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ServiceHours:
    """weekly: by day of the week, Monday first; days: those that are otherwise."""

    zone: ZoneInfo
    weekly: tuple[Spans, ...]
    days: Mapping[date, Spans] = field(default_factory=dict)

    def spans_on(self, day: date) -> Spans:
        return self.days.get(day, self.weekly[day.weekday()])

    def is_open(self, at: datetime) -> bool:
        return self.closes_at(at) is not None

    def closes_at(self, at: datetime) -> datetime | None:
        """Until when somebody is there without a break, at most two weeks ahead; None where nobody is there now."""
        found: datetime | None = None
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        for _ in range(16):
            for start, end in self._moments(day):
                if found is None and start <= at < end:
                    found = end
                elif found is not None and start <= found:
                    found = max(found, end)
                elif found is not None:
                    return found
            day += timedelta(days=1)
        return found

    def opens_at(self, at: datetime) -> datetime | None:
        """The next moment at which somebody is there: `at` itself during the hours; None where there is none for a year."""
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        for _ in range(_FAR):
            for start, end in self._moments(day):
                if at < end:
                    return max(start, at)
            day += timedelta(days=1)
        return None

    def _moments(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(self._moment(day, start), self._moment(day, end)) for start, end in self.spans_on(day)]

    def _moment(self, day: date, minutes: int) -> datetime:
        """In UTC, so that an hour is an hour when clocks are changed."""
        days, minutes = divmod(minutes, _DAY)
        local = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), self.zone)
        return local.astimezone(UTC)

    def special_days(self, since: date) -> list[tuple[date, Spans]]:
        """Those that are otherwise from a day on, the nearest first."""
        days = sorted(self.days)
        return [(day, self.days[day]) for day in days[bisect_right(days, since - timedelta(days=1)) :]]


def parse_hours(text: str, zone: ZoneInfo) -> ServiceHours:
    """Raises InvalidInputError that names the rule which cannot be read."""
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(
            "The hours have %(length)s characters; %(longest_text)s at most.",
            length=len(text),
            longest_text=LONGEST_TEXT,
        )
    weekly: list[Spans] = [()] * 7
    days: dict[date, Spans] = {}
    rules = [" ".join(rule.lower().split()) for rule in re.split(r"[;\n]", text)]
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    if not rules:
        raise InvalidInputError("No hours are named.", remedy=_EXAMPLE)
    if len(rules) > MOST_RULES:
        raise InvalidInputError(
            "There are %(length)s rules; %(most_rules)s at most.", length=len(rules), most_rules=MOST_RULES
        )
    for rule in rules:
        if rule == "always":
            weekly = [((0, _DAY),)] * 7
        elif found := _DATES.match(rule):
            spans = _spans(rule, rule[found.end() :])
            days.update(dict.fromkeys(_dates(rule, found[1], found[2] or found[1]), spans))
        elif found := _DAYS.match(rule.removesuffix(" closed")):
            spans = _spans(rule, rule[found.end() :])
            for weekday in _weekdays(rule, found[0]):
                weekly[weekday] = spans
        else:
            raise _unreadable(rule)
    return ServiceHours(zone, tuple(weekly), days)


def _unreadable(rule: str) -> InvalidInputError:
    return InvalidInputError("%(rule)r is no rule of hours.", remedy=_EXAMPLE, rule=rule[:80])


def _weekdays(rule: str, text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        names = [name.strip()[:3] for name in part.split("-")]
        if any(name not in _WEEKDAYS for name in names):
            raise _unreadable(rule)
        first, last = _WEEKDAYS.index(names[0]), _WEEKDAYS.index(names[-1])
        found |= {number % 7 for number in range(first, (last if last >= first else last + 7) + 1)}
    return found


def _dates(rule: str, first_text: str, last_text: str) -> Sequence[date]:
    try:
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text)
    except ValueError as error:
        raise InvalidInputError("%(rule)r names a day that does not exist.", remedy=_EXAMPLE, rule=rule[:80]) from error
    if not timedelta(0) <= last - first < timedelta(days=_LONGEST_RANGE) or first.year < 2000 or last.year > 9000:
        raise InvalidInputError("%(rule)r names days that are too many, or end before they begin.", rule=rule[:80])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _spans(rule: str, text: str) -> Spans:
    text = text.strip(" :=")
    if text in {"closed", "off"}:
        return ()
    spans = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise _unreadable(rule)
        start, end = (int(found[hour]) * 60 + int(found[minute] or 0) for hour, minute in ((1, 2), (3, 4)))
        if max(start, end) > _DAY or int(found[2] or 0) > 59 or int(found[4] or 0) > 59 or start == end:
            raise InvalidInputError(
                "%(part)r is no span of hours such as 9:00-18:00.", remedy=_EXAMPLE, part=part.strip()
            )
        spans.append((start, end if end > start else end + _DAY))
    spans.sort()
    if any(following[0] < before[1] for before, following in pairwise(spans)):
        raise InvalidInputError("%(rule)r has hours that overlap.", remedy=_EXAMPLE, rule=rule[:80])
    return tuple(spans)
