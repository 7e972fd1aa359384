"""What figures, their parts and the wishes are called, and how each is defined."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kb.insight.numbers import Figure, Period
from webapp.desk.display import channel_name
from webapp.shared.formatting import format_day, format_length, format_number, format_share, shop_day
from webapp.shared.survey_words import ANSWERS
from webapp.shared.ui import language_name
from webapp.studio.gap_words import NAMES

# key: title, definition.
FIGURES = {
    "searches": (
        _l("Searches of customers"),
        _l(
            "Each search in the help centre, the widget, the machine or the API, by what it was told: sure, "
            "not sure, no answer."
        ),
    ),
    "found": (
        _l("Searches with a sure answer"),
        _l(
            "Of the searches of customers, the share that was called answered. Nothing is shown for days "
            "with fewer than 5 searches."
        ),
    ),
    "languages": (
        _l("Languages of searches"),
        _l(
            "In which language customers asked, as it was guessed from the words. “Latin letters” is Hindi "
            "or Bengali typed that way."
        ),
    ),
    "places": (
        _l("Searches of reps"),
        _l(
            "The number is of searches at the desk and in conversations; the picture shows every place where "
            "somebody searched."
        ),
    ),
    "asked_person": (
        _l("Asked for a person after a search"),
        _l("Of the searches of customers, the share after which they asked for a person. A search counts once."),
    ),
    "sure": (
        _l("How often “sure” was right"),
        _l(
            "Of the searches that were called answered and that somebody judged by a vote, a copy or asking "
            "for a person, the share whose first result was right."
        ),
    ),
    "conversations": (
        _l("Conversations"),
        _l("Conversations that began, by channel. Those of the sample are not counted."),
    ),
    "spoken": (
        _l("Languages of conversations"),
        _l("In which language the customers of these conversations are answered."),
    ),
    "first_response": (
        _l("Time to the first answer"),
        _l(
            "From the beginning of a conversation to our first answer, counted on the day of the answer: "
            "half were faster than the first bar, nine in ten faster than the second. Whoever still waits is "
            "not in it."
        ),
    ),
    "resolution": (
        _l("Time to the end"),
        _l("From the beginning of a conversation to its closing, counted on the day of closing: half and nine in ten."),
    ),
    "handling": (
        _l("Handling time with and without a suggestion"),
        _l(
            "Of chats and calls, half of the times from our first answer to the end. With: the rep used an "
            "article or a past ticket in it. It says nothing of why: easy questions may have articles more "
            "often."
        ),
    ),
    "told": (
        _l("Waits against what was told"),
        _l(
            "Of the customers in line who were told from when to when they would be answered, the share that "
            "was answered in that time (four in five are aimed at)."
        ),
    ),
    "waits": (
        _l("Told and real waits"),
        _l("Half of the waits: the middle of what customers were told when they came, and what it really took."),
    ),
    "escalations": (
        _l("Escalations"),
        _l(
            "How often a conversation was escalated by a rule or a rep, and how often one was handed over to "
            "a colleague."
        ),
    ),
    "feeling": (
        _l("Frustrated customers"),
        _l("Of the conversations that began, the share whose customer was annoyed or angry, as their words were read."),
    ),
    "satisfaction": (
        _l("Satisfaction"),
        _l("The mean of the answers from 1 (worst) to 5 (best) to the one question after a contact."),
    ),
    "effort": (
        _l("Ease"),
        _l("How easy it was to get help: the mean of the answers from 1 (very hard) to 5 (very easy)."),
    ),
}
GROUPS = (
    (_l("What customers search"), ("searches", "found", "languages", "asked_person", "sure", "places")),
    (_l("What we answer"), ("conversations", "spoken", "first_response", "resolution", "handling", "escalations")),
    (_l("Waiting and feeling"), ("told", "waits", "feeling", "satisfaction", "effort")),
)
SERIES = {
    "answered": _l("Sure (“answered”)"),
    "unsure": _l("Not sure"),
    "none": _l("No answer"),
    "asked_person": _l("Asked for a person"),
    "now": _l("This time"),
    "before": _l("The time before"),
    "half": _l("Half within"),
    "most": _l("Nine in ten within"),
    "escalated": _l("Escalated"),
    "handed_over": _l("Handed over"),
    "calm": _l("Calm"),
    "annoyed": _l("Annoyed"),
    "angry": _l("Angry"),
    "right": _l("Right"),
    "wrong": _l("Wrong"),
    "inside": _l("Answered in the told time"),
    "shorter": _l("Answered earlier"),
    "longer": _l("Answered later"),
    "place_only": _l("Only the place was told"),
    "gave_up": _l("Gave up"),
    "with": _l("With a suggestion"),
    "without": _l("Without one"),
    "told_wait": _l("Told"),
    "waited": _l("Real"),
}
_PARTS = {
    "day": _l("Day"),
    "week": _l("Week from"),
    "languages": _l("Language"),
    "places": _l("Place"),
    "channel": _l("Channel"),
    "suggestion": _l("Handling"),
    "fate": _l("What became of it"),
    "wait": _l("Wait"),
    "score": _l("Answer"),
}
_PLACES = {"ask": _l("Asking the machine"), "widget": _l("Widget"), "article": _l("Article page")}


def value_words(unit: str, value: float | None) -> str:
    """A value as people read it; "–" where nothing is known."""
    if value is None:
        return "–"
    if unit == "share":
        return format_share(value)
    if unit == "length":
        return format_length(timedelta(seconds=max(1, round(value))))
    return format_number(round(value, 1) if unit == "score" else round(value))


def point_name(figure: Figure, key: date | str) -> str:
    if isinstance(key, date):
        return format_day(key, "short")
    if figure.parts == "languages":
        return language_words(key)
    if figure.parts == "places":
        return place_name(key)
    if figure.parts == "channel":
        return channel_name(key)
    if figure.parts == "score":
        return f"{format_number(int(key))} · {ANSWERS[figure.key][int(key) - 1]}"
    return str(SERIES.get(key, key))


def language_words(tag: str) -> str:
    return language_name(tag) if tag not in ("", "und") else str(_("not known"))


def place_name(place: str) -> str:
    return str(_PLACES.get(place) or NAMES.get(place, place))


def series_name(figure: Figure, key: str) -> str:
    if figure.key == "sure":
        return language_words(key) if key else str(_("All languages"))
    return str(SERIES.get(key, key))


def parts_name(figure: Figure) -> str:
    return str(_PARTS["week" if figure.is_weekly else figure.parts])


def so_far(name: str) -> str:
    """Of a day or a week that is not over."""
    return str(_("%(day)s, so far", day=name))


def running_of(figure: Figure, names: Sequence[str]) -> tuple[int, str] | None:
    """The place of the point that is not over yet, and what is said of it; None where all are. names: of the points."""
    place = figure.running(shop_day())
    return None if place is None else (place, so_far(names[place]))


def with_running(names: Sequence[str], running: tuple[int, str] | None) -> list[str]:
    """names, with what is said of the one that is not over yet."""
    place, said = running or (None, "")
    return [said if number == place else name for number, name in enumerate(names)]


def comparison(unit: str, value: float | None, before: float | None, rising: int) -> str:
    """In words, so that no colour says it alone; "" where there is nothing to compare."""
    if value is None or before is None:
        return ""
    words = value_words(unit, before)
    if value_words(unit, value) == words:
        text = _("before: %(value)s, the same", value=words)
    elif not rising:
        is_more = value > before
        text = (
            _("before: %(value)s, now more", value=words) if is_more else _("before: %(value)s, now less", value=words)
        )
    else:
        is_better = (value > before) == (rising > 0)
        text = (
            _("before: %(value)s, now better", value=words)
            if is_better
            else _("before: %(value)s, now worse", value=words)
        )
    return str(text)


def period_words(period: Period) -> str:
    return str(_("%(first)s to %(last)s", first=format_day(period.first), last=format_day(period.last)))
