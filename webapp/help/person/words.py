"""Hours and waits in the words of the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from math import ceil

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _

from kb.core.clock import utc_now
from kb.service.first_responses import FirstResponses
from kb.service.hours import ServiceHours, Spans
from kb.service.waiting import Estimate
from kb.service.waiting_record import Place
from webapp.shared.formatting import format_day, format_length, format_near_day, format_time, native_digits

_DAY = 24 * 60
# From so many minutes on waits are told in hours.
_IN_HOURS = 100
# Days ahead that are called by their name.
_NAMED = 6


@dataclass(frozen=True)
class HoursRow:
    """`Monday – Friday`, `9:00–18:00`."""

    days: str
    hours: str


def day_and_time(at: datetime, hours: ServiceHours, now: datetime | None = None) -> str:
    """`today at 14:00`, `tomorrow at 08:00`, `on Monday at 08:00`, `on 26 January at 08:00`; by itself or within a sentence."""
    local, today = at.astimezone(hours.zone), (now or utc_now()).astimezone(hours.zone).date()
    time, ahead = format_time(at), (local.date() - today).days
    if ahead == 0:
        return str(_("today at %(time)s", time=time))
    if ahead == 1:
        return str(_("tomorrow at %(time)s", time=time))
    day = get_day_names("wide", locale=get_locale())[local.weekday()] if 1 < ahead <= _NAMED else format_near_day(at)
    return str(_("on %(day)s at %(time)s", day=day, time=time))


def hours_now(hours: ServiceHours, now: datetime | None = None) -> str:
    """Whether somebody is there now, and until when or from when."""
    now = now or utc_now()
    closes = hours.closes_at(now)
    if closes is not None:
        if closes - now > timedelta(days=1):
            return str(_("Open now, day and night."))
        return str(_("Open now, until %(time)s.", time=format_time(closes)))
    opens = hours.opens_at(now)
    if opens is None:
        return str(_("Closed until further notice."))
    return str(_("Closed now. Open again %(when)s.", when=day_and_time(opens, hours, now)))


def weekly_rows(hours: ServiceHours) -> list[HoursRow]:
    """Days in a row with the same hours share a line."""
    names = get_day_names("wide", locale=get_locale())
    rows = []
    for spans, group in groupby(range(7), key=lambda day: hours.weekly[day]):
        days = list(group)
        name = names[days[0]] if len(days) == 1 else f"{names[days[0]]} – {names[days[-1]]}"
        rows.append(HoursRow(str(name), _spans_words(spans)))
    return rows


def special_rows(hours: ServiceHours, now: datetime | None = None, *, limit: int = 5) -> list[HoursRow]:
    """The next days that are otherwise, for the weeks in which somebody may plan."""
    today: date = (now or utc_now()).astimezone(hours.zone).date()
    found = [(day, spans) for day, spans in hours.special_days(today) if day - today < timedelta(days=60)]
    return [HoursRow(format_day(day), _spans_words(spans)) for day, spans in found[:limit]]


def _spans_words(spans: Spans) -> str:
    if not spans:
        return str(_("closed"))
    if spans == ((0, _DAY),):
        return str(_("day and night"))
    return native_digits(", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans))


def _clock(minutes: int) -> str:
    minutes = minutes if minutes == _DAY else minutes % _DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"


def position_words(place: Place, taken_by: str = "") -> str:
    """taken_by: the name of who has the conversation already: then it is no question any more who is next."""
    if taken_by:
        return str(_("%(name)s has your message.", name=taken_by))
    if place.position == 1:
        return str(_("You are next."))
    return str(_("You are number %(number)s in line.", number=place.position))


def wait_words(place: Place, hours: ServiceHours, now: datetime | None = None) -> str:
    """How long it probably takes, or honestly why that cannot be said."""
    if place.estimate is not None:
        return interval_words(place.estimate)
    if place.reps:
        return str(_("How long it takes we cannot say yet: too little is known."))
    opens = hours.opens_at(now or utc_now())
    if opens is not None and opens > (now or utc_now()):
        when = day_and_time(opens, hours, now)
        return str(_("Nobody is at the desk now. Somebody is there again %(when)s.", when=when))
    return str(_("Just now nobody is at the desk, so we cannot say how long it takes."))


def interval_words(told: Estimate) -> str:
    """Four of five waits are inside: whole minutes, rounded outwards."""
    low, high = int(told.low // 60), max(1, ceil(told.high / 60))
    if high >= _IN_HOURS:
        most = format_length(timedelta(hours=ceil(high / 60)))
        if low < 60:
            return str(_("Probably less than %(time)s.", time=most))
        return str(
            _("Probably between %(low)s and %(time)s.", low=format_length(timedelta(hours=low // 60)), time=most)
        )
    if low < 1:
        return str(_("Probably less than %(time)s.", time=format_length(timedelta(minutes=high))))
    if low == high:
        high = low + 1
    return str(_("Probably between %(low)s and %(high)s minutes.", low=low, high=high))


def response_words(found: FirstResponses | None) -> str:
    """What the record says of first answers by a channel."""
    if found is None:
        return str(_("How long an answer takes we do not know yet."))
    half, most = _rounded(found.half), _rounded(found.most)
    if half == most:
        return str(_("Nine of ten are answered within %(time)s.", time=format_length(most)))
    return str(
        _(
            "Half are answered within %(half)s, nine of ten within %(time)s.",
            half=format_length(half),
            time=format_length(most),
        )
    )


def _rounded(length: timedelta) -> timedelta:
    """Up to whole minutes, hours or days: nobody is promised less than it takes."""
    minutes = max(1, ceil(round(length.total_seconds()) / 60))
    for unit in (_DAY, 60):
        if minutes > 2 * unit:
            return timedelta(minutes=unit * ceil(minutes / unit))
    return timedelta(minutes=minutes)


def rows_of(hours: ServiceHours) -> Sequence[HoursRow]:
    return [*weekly_rows(hours), *special_rows(hours)]
