"""Dates, times and numbers as the readers of a page write them: one style for each language, in every page and every text.

The order of a date and the grouping of digits are those of the language in the shop's own country (`KB_PHONE_REGION`): English in
India has 3 November 2026 and 12,34,567. The digits are those that the language is mostly written with (CLDR's default numbering
system): Bengali ০–৯, Hindi and English 0–9. Times have 24 hours. Numbers that somebody has to type (codes, phone numbers, what an
article says) are texts and stay as they are written.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent
from flask import Flask, current_app, has_app_context
from flask_babel import Babel, Domain, get_locale
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from kb.core.clock import utc_now
from kb.core.settings import Settings

# The zero of each numbering system of which the digits follow each other in Unicode.
_ZEROS = {
    "arab": "\u0660",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "deva": "\u0966",
    "gujr": "\u0ae6",
    "guru": "\u0a66",
    "khmr": "\u17e0",
    "knda": "\u0ce6",
    "laoo": "\u0ed0",
    "mlym": "\u0d66",
    "mymr": "\u1040",
    "orya": "\u0b66",
    "tamldec": "\u0be6",
    "telu": "\u0c66",
    "thai": "\u0e50",
    "tibt": "\u0f20",
}


def init_formatting(app: Flask, babel: Babel) -> None:
    """Templates get `numberformat`, `percentformat`, `dateformat`, `moment`, `digits` and `ago`; numbers in translated texts
    follow."""
    babel.domain_instance = _InDigits()
    app.jinja_env.filters.update(
        numberformat=format_number,
        percentformat=format_share,
        dateformat=format_day,
        moment=format_moment,
        digits=native_digits,
    )
    app.jinja_env.globals["ago"] = ago
    _replace_gettext(app.jinja_env)


def _replace_gettext(templates: Environment) -> None:
    """Jinja's own functions stay, for what they know of escaping; what goes into the text is put into digits before."""
    gettext, ngettext = templates.globals["gettext"], templates.globals["ngettext"]

    @pass_context
    def in_digits(context: Context, string: str, /, **variables: Any) -> str:
        return gettext(context, string, **_shown(variables))  # type: ignore[no-any-return, operator]

    @pass_context
    def plural_in_digits(context: Context, singular: str, plural: str, num: int, /, **variables: Any) -> str:
        variables.setdefault("num", format_number(num))
        return ngettext(context, singular, plural, num, **_shown(variables))  # type: ignore[no-any-return, operator]

    templates.globals.update(gettext=in_digits, ngettext=plural_in_digits, _=in_digits)


class _InDigits(Domain):  # type: ignore[misc]
    """Translated texts in which numbers stand in the digits of their language; `num` of a plural is grouped too."""

    def gettext(self, string: str, **variables: Any) -> str:
        return str(super().gettext(string, **_shown(variables)))

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        variables.setdefault("num", format_number(num))
        return str(self.get_translations().ungettext(singular, plural, num) % _shown(variables))


def _shown(variables: dict[str, Any]) -> dict[str, Any]:
    return {name: _digits_of(value) if type(value) in {int, float} else value for name, value in variables.items()}


def _digits_of(value: float) -> str:
    """A number that may name a thing as well as count some: not grouped."""
    return native_digits(str(value) if isinstance(value, int) else format_decimal(value, locale=_locale()))


def format_number(value: float) -> str:
    """`12,345` in the digits of the page's language."""
    return _number(value, _locale())


@lru_cache(maxsize=4096)  # a list shows small numbers by the hundred
def _number(value: float, locale: Locale) -> str:
    return format_decimal(value, locale=locale).translate(_table(locale.default_numbering_system))


def format_share(value: float) -> str:
    """A share of 1 as a percentage: `82%`."""
    return native_digits(format_percent(value, locale=_locale()))


def shop_day() -> date:
    """Today, where the shop is."""
    return utc_now().astimezone(_settings().time_zone).date()


def format_day(day: date | datetime, form: str = "medium") -> str:
    """A day: `3 November 2026` (long), `3 Nov 2026` (medium), `3 Nov` (short, for days of this year).

    A moment counts in the shop's time zone. Raises KeyError for another form.
    """
    if isinstance(day, datetime):
        day = day.astimezone(_settings().time_zone).date()
    if form == "long":
        return native_digits(format_date(day, "long", locale=_locale()))
    skeleton = {"medium": "yMMMd", "short": "MMMd"}[form]
    return native_digits(format_skeleton(skeleton, datetime.combine(day, time.min, UTC), locale=_locale()))


def format_time(moment: datetime) -> str:
    """The time of day in the shop's time zone: `17:05`."""
    return native_digits(moment.astimezone(_settings().time_zone).strftime("%H:%M"))


def format_moment(moment: datetime) -> str:
    """Day and time, the day without its year in this year: `3 Nov, 17:05`."""
    return f"{format_near_day(moment)}, {format_time(moment)}"


def format_near_day(moment: datetime) -> str:
    """The day in the shop's time zone, without its year in this year."""
    zone = _settings().time_zone
    is_this_year = moment.astimezone(zone).year == utc_now().astimezone(zone).year
    return format_day(moment, "short" if is_this_year else "medium")


def moment_in(language: str, moment: datetime, settings: Settings) -> str:
    """Day with its year and time for a text that no page asks for: `3 Nov 2026, 17:05`."""
    locale = _in_region(str(Locale.parse(language, sep="-")), settings.phone_region)
    local = moment.astimezone(settings.time_zone)
    day = format_skeleton("yMMMd", datetime.combine(local.date(), time.min, UTC), locale=locale)
    return f"{day}, {local:%H:%M}".translate(_table(locale.default_numbering_system))


def date_in(language: str, day: date, settings: Settings) -> str:
    """A day for a text that no page asks for: `3 Nov 2026`."""
    locale = _in_region(str(Locale.parse(language, sep="-")), settings.phone_region)
    text = format_skeleton("yMMMd", datetime.combine(day, time.min, UTC), locale=locale)
    return text.translate(_table(locale.default_numbering_system))


def value_in(language: str, unit: str, value: float, settings: Settings) -> str:
    """A count, share (of 1), length (seconds) or score for a text that no page asks for."""
    locale = _in_region(str(Locale.parse(language, sep="-")), settings.phone_region)
    if unit == "share":
        text = format_percent(value, locale=locale)
    elif unit == "length":
        text = format_timedelta(timedelta(seconds=max(1, round(value))), threshold=0.99, locale=locale)
    else:
        text = format_decimal(round(value, 1) if unit == "score" else round(value), locale=locale)
    return text.translate(_table(locale.default_numbering_system))


def format_length(length: timedelta, *, narrow: bool = False) -> str:
    """How long, in its largest unit: `3 minutes`."""
    form = "narrow" if narrow else "long"
    return native_digits(format_timedelta(length, threshold=0.99, format=form, locale=_locale()))  # type: ignore[arg-type]


def ago(moment: datetime) -> str:
    """How long ago or ahead: `5 minutes ago`."""
    return native_digits(format_timedelta(moment - utc_now(), add_direction=True, locale=_locale()))


def native_digits(text: str) -> str:
    """The text with 0–9 written as the page's language writes them."""
    table = _table(_locale().default_numbering_system)
    return text.translate(table) if table else text


@lru_cache(maxsize=64)
def _table(system: str) -> dict[int, int]:
    zero = _ZEROS.get(system)
    return {ord("0") + digit: ord(zero) + digit for digit in range(10)} if zero else {}


def _settings() -> Settings:
    found: Settings = current_app.extensions["kb_settings"]
    return found


def _locale() -> Locale:
    """The page's language, or that of a text in another one, as it is written in the shop's country."""
    locale: Locale = get_locale() or Locale("en")
    region = _settings().phone_region if has_app_context() else ""
    return _in_region(str(locale), region)


@lru_cache(maxsize=64)
def _in_region(name: str, region: str) -> Locale:
    locale = Locale.parse(name)
    if locale.territory or not region:
        return locale
    try:
        return Locale.parse(f"{name}_{region}")
    except (UnknownLocaleError, ValueError):
        return locale


__all__ = [
    "ago",
    "date_in",
    "format_day",
    "format_length",
    "format_moment",
    "format_near_day",
    "format_number",
    "format_share",
    "format_time",
    "init_formatting",
    "moment_in",
    "native_digits",
    "value_in",
]
