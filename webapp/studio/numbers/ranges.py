"""Which days a page of numbers shows: the last 7, 30 or 90, or any others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from kb.insight.numbers import LONGEST, Period

DAYS = (7, 30, 90)
_USUAL = 30


@dataclass(frozen=True)
class Chosen:
    """days: 0 where the days were chosen one by one. problem: why what was asked for is not shown, "" where it is. arguments: for
    links to other pages with the same days."""

    period: Period
    days: int
    with_sample: bool
    problem: str
    arguments: Mapping[str, str]


def choose(given: Mapping[str, str], today: date) -> Chosen:
    """What nobody can mean is told, and the usual days are shown."""
    with_sample = given.get("sample") != "0"
    sample = {} if with_sample else {"sample": "0"}
    begins, ends = given.get("from", "").strip(), given.get("to", "").strip()
    if begins or ends:
        period, problem = _own(begins, ends, today)
        if period is not None:
            arguments = {"from": period.first.isoformat(), "to": period.last.isoformat(), **sample}
            return Chosen(period, 0, with_sample, "", arguments)
    else:
        text, problem = given.get("days", str(_USUAL)), ""
        days = next((days for days in DAYS if str(days) == text), None)
        if days is not None:
            return Chosen(Period.of_days(days, today), days, with_sample, "", {"days": str(days), **sample})
        problem = _("Choose 7, 30 or 90 days, or a first and a last day.")
    arguments = {"days": str(_USUAL), **sample}
    return Chosen(Period.of_days(_USUAL, today), _USUAL, with_sample, problem, arguments)


def _own(begins: str, ends: str, today: date) -> tuple[Period | None, str]:
    try:
        first, last = (date.fromisoformat(text) if text else today for text in (begins, ends))
    except ValueError:
        return None, _("Write days like 2026-11-03.")
    last = min(last, today)
    if first > last:
        return None, _("The first day is after the last one, or still to come.")
    if not begins or (last - first).days >= LONGEST or first.year < 2000:
        return None, _("Choose a first day, at most two years before the last one.")
    return Period(first, last), ""
