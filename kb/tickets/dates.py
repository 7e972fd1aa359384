"""Dates as exports write them. Which of 03 and 04 is the month is decided once, over the whole file."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from kb.text.months import MONTHS

ORDERS = ("auto", "dmy", "mdy")
_YEARS = range(1990, 2201)
# dateparser takes about a millisecond for what it cannot read; a file full of such values must not take hours.
_MOST_ASKED = 2_000
_LONGEST = 80

_DIGITS = str.maketrans("०१२३४५६७८९০১২৩৪৫৬৭৮৯", "01234567890123456789")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<sep>[/.\-])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.\-年](?P<month>\d{1,2})[/.\-月](?P<day>\d{1,2})(?!\d)日?")
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:(?=T)|(?!\d))")
_DAY_NAME = r"(?:[^\W\d_]{2,9}\.?,?\s+)?"
_MONTH_NAME = r"(?P<name>[^\W\d_][^\s\d,./\-]{1,14})\.?"
_DAY_FIRST = re.compile(
    rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[\s\-/]+(?:of |de )?{_MONTH_NAME}(?:,? |-|/|\s+de\s+)"
    r"(?P<year>\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"{_DAY_NAME}{_MONTH_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)", re.IGNORECASE
)
# As programs print it: Sun Mar 01 10:00:00 IST 2026
_YEAR_LAST = re.compile(
    rf"[^\W\d_]{{3}}\s+{_MONTH_NAME}\s+(?P<day>\d{{1,2}})\s+(?P<time>\d{{1,2}}:\d\d:\d\d)\s+(?P<zone>[A-Z]{{2,5}}\s+)?(?P<year>\d{{4}})$"
)
_CLOCK = re.compile(
    r"^[\s,T]*(?:at\s+|um\s+|à\s+|kl\.?\s+)?(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?|पूर्वाह्न|अपराह्न|পূর্বাহ্ণ|অপরাহ্ণ)?(?:\s*Uhr)?)?\s*(?P<zone>\S.*)?$",
    re.IGNORECASE,
)
_COMPACT_CLOCK = re.compile(r"^T(\d\d)(\d\d)(\d\d)?")
_OFFSET = re.compile(r"^(?:UTC|GMT|Z)?\s*(?P<sign>[+\-−])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?$", re.IGNORECASE)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ist": 330, "pkt": 300, "npt": 345, "bdt": 360, "sgt": 480, "gst": 240, "jst": 540,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "cet": 60, "cest": 120, "bst": 60, "wet": 0, "west": 60, "eet": 120, "eest": 180, "aest": 600, "aedt": 660,
}  # fmt: skip
_IN_BRACKETS = re.compile(r"\s*[\[(][^\])]{1,40}[\])]\s*$")
_NUMBER = re.compile(r"\d{5}(?:\.\d+)?|\d{10}(?:\.\d+)?|\d{13}")
_PM = frozenset(("p", "अपराह्न", "অপরাহ্ণ"))


@dataclass
class OrderEvidence:
    """What the dates of a file say: how many can only be day first, only month first, or are either."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0

    def add(self, text: str) -> None:
        match = _NUMERIC.match(text.strip()[:_LONGEST].translate(_DIGITS))
        if match and match["sep"] != ".":
            self.add_pair(int(match["a"]), int(match["b"]))

    def add_pair(self, first: int, second: int) -> None:
        if first > 12 >= second:
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        elif first <= 12 and second <= 12 and first != second:
            self.either += 1

    @property
    def order(self) -> str:
        """`dmy`, `mdy`, or "" where the file does not say."""
        if self.day_first == self.month_first:
            return ""
        return "dmy" if self.day_first > self.month_first else "mdy"


@dataclass
class Dates:
    """Reads dates of one file.

    `order` as asked for; `look` reads through the file for evidence, and is only called when the first date comes
    that could be read in two ways. Where the file does not say either, `fallback` it is, and `is_assumed` tells so.
    """

    order: str = "auto"
    fallback: str = "dmy"
    look: Callable[[], OrderEvidence] | None = None
    is_assumed: bool = False
    _decided: str = ""
    _cache: dict[str, datetime | None] = field(default_factory=dict)
    _asked: int = 0

    @property
    def decided(self) -> str:
        """The order that is used; "" as long as no date needed one."""
        return self._decided

    def read(self, value: object) -> datetime | None:
        """An aware time in UTC; None for what cannot be read. Without a zone it is UTC. Never raises."""
        if isinstance(value, bool | dict | list) or value is None:
            return None
        text = str(value).strip()
        if not text or len(text) > _LONGEST:
            return None
        found = self._cache.get(text)
        if found is None and text not in self._cache:
            found = _in_range(self._read(text))
            if len(self._cache) < 5_000:
                self._cache[text] = found
        return found

    def _read(self, text: str) -> datetime | None:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        text = _IN_BRACKETS.sub("", text.translate(_DIGITS))
        try:
            return _read_number(text) or self._read_numeric(text) or _read_named(text) or self._ask_library(text)
        except (ValueError, OverflowError):
            return None

    def _read_numeric(self, text: str) -> datetime | None:
        match = _YEAR_FIRST.match(text) or _COMPACT.match(text)
        if match:
            return _with_clock(int(match["year"]), int(match["month"]), int(match["day"]), text[match.end() :])
        match = _NUMERIC.match(text)
        if not match:
            return None
        first, second = int(match["a"]), int(match["b"])
        if first > 12 or second > 12 or first == second:
            day, month = (first, second) if first > 12 else (second, first)
        else:
            # With dots it is day first wherever dates are written so.
            day_first = match["sep"] == "." or self._order() == "dmy"
            day, month = (first, second) if day_first else (second, first)
        return _with_clock(_whole_year(match["year"]), month, day, text[match.end() :])

    def _order(self) -> str:
        if not self._decided:
            evident = self.order if self.order != "auto" else self.look().order if self.look else ""
            self.is_assumed = not evident
            self._decided = evident or self.fallback
        return self._decided

    def _ask_library(self, text: str) -> datetime | None:
        self._asked += 1
        if self._asked > _MOST_ASKED or not any(character.isdigit() for character in text):
            return None
        return _parse_with_library(text, self.order if self.order != "auto" else self.fallback)


def _in_range(found: datetime | None) -> datetime | None:
    if found is None:
        return None
    try:
        found = (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if found.year in _YEARS else None


def _read_number(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, or days since 1900 as spreadsheets count them."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if number >= 1e12:
        return datetime.fromtimestamp(number / 1000, UTC)
    if number >= 1e9:
        return datetime.fromtimestamp(number, UTC)
    return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=number)


def _read_named(text: str) -> datetime | None:
    """With the name of a month: 1 March 2026, Mar 1, 2026, 01-MAR-26, १ मार्च 2026."""
    last = _YEAR_LAST.match(text)
    if last and last["name"].casefold() in MONTHS:
        clock = f"{last['time']} {last['zone'] or ''}"
        return _with_clock(int(last["year"]), MONTHS[last["name"].casefold()], int(last["day"]), clock)
    for form in (_DAY_FIRST, _MONTH_FIRST):
        match = form.match(text)
        month = MONTHS.get(match["name"].casefold().rstrip(".")) if match else None
        if match and month:
            return _with_clock(_whole_year(match["year"]), month, int(match["day"]), text[match.end() :])
    return None


def _whole_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _with_clock(year: int, month: int, day: int, rest: str) -> datetime | None:
    """The date with the time of day in `rest`; a rest that is no time is left to the library (None)."""
    compact = _COMPACT_CLOCK.match(rest)
    if compact:
        rest = f" {compact[1]}:{compact[2]}:{compact[3] or '00'}{rest[compact.end() :]}"
    match = _CLOCK.match(rest)
    zone = _zone_of(match["zone"] or "") if match else None
    if not match or zone is None:
        return None
    hour = int(match["hour"] or 0)
    half = (match["half"] or "").casefold()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half[:1] in _PM or half in _PM else 0)
    return datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0), tzinfo=zone)


def _zone_of(text: str) -> timezone | None:
    text = text.strip()
    if not text or text.casefold() in _ZONES:
        return timezone(timedelta(minutes=_ZONES.get(text.casefold(), 0)))
    offset = _OFFSET.match(text)
    if not offset:
        return None
    minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=minutes if offset["sign"] == "+" else -minutes))


def _parse_with_library(text: str, order: str) -> datetime | None:
    """Anything else that names a whole date, in the languages that dateparser knows."""
    import dateparser

    try:
        found = dateparser.parse(
            text,
            languages=["en", "hi", "bn", "de", "fr", "es", "it", "pt", "nl"],
            settings={
                "DATE_ORDER": order.upper(),
                "PARSERS": ["absolute-time"],
                "STRICT_PARSING": True,
                "TIMEZONE": "UTC",
            },
        )
    # Its own parsers, regular expressions and calendars raise what they like on odd input.
    except (ValueError, TypeError, OverflowError, AttributeError, IndexError, KeyError, RecursionError):
        return None
    return found if isinstance(found, datetime) else None
