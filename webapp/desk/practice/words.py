"""What the pages of practice, announcements and training say, beside their templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from kb.core.settings import Settings
from kb.insight.numbers import Figure, Point
from kb.insight.training.likeness import IS_PART, IS_SAME
from kb.insight.training.progress import Week
from kb.insight.training.tone import SERIOUS, Tone
from webapp.shared.formatting import date_in, value_in
from webapp.shared.locale import choose_language
from webapp.studio.numbers.drawing import ShownFigure, draw
from webapp.studio.numbers.words import running_of, with_running

LEVELS = {1: lazy_gettext("easy"), 2: lazy_gettext("middle"), 3: lazy_gettext("hard")}
KINDS = {"replay": lazy_gettext("Real conversation"), "calm": lazy_gettext("Frustrated customer")}
RATINGS = {
    1: lazy_gettext("went wrong, comes again"),
    2: lazy_gettext("with trouble, comes again"),
    3: lazy_gettext("went well"),
    4: lazy_gettext("went very well"),
}
FEELINGS = {1: lazy_gettext("annoyed"), 2: lazy_gettext("angry")}
STEPS = {
    "search": lazy_gettext("Searched"),
    "open": lazy_gettext("Opened"),
    "answer": lazy_gettext("Answered"),
    "gave_up": lazy_gettext("Gave up"),
}
OUTCOMES = {
    "answered": lazy_gettext("an answer"),
    "unsure": lazy_gettext("perhaps an answer"),
    "none": lazy_gettext("nothing that fits"),
}
# Of each remark its name, and why the guide has it so.
REMARKS: Mapping[Tone, tuple[Any, Any]] = {
    Tone.CALM_DOWN: (
        lazy_gettext("Tells the customer how to feel"),
        lazy_gettext(
            "Nobody has ever calmed down because of these words. Say what you do instead, where they can hear it."
        ),
    ),
    Tone.BLAME: (
        lazy_gettext("Puts it on the customer"),
        lazy_gettext("Even where it is true it only makes things worse. “From here on it works like this: …”"),
    ),
    Tone.SORRY_BUT: (
        lazy_gettext("Sorry, with a “but” after it"),
        lazy_gettext("The “but” takes the apology back. Say sorry for something concrete and stop there."),
    ),
    Tone.EMPTY_NO: (
        lazy_gettext("A no, and nothing that is possible"),
        lazy_gettext("Say the no once, clearly, and go straight to what is possible."),
    ),
    Tone.NO_UNDERSTANDING: (
        lazy_gettext("Does not say back what happened"),
        lazy_gettext(
            "Say in one sentence what went wrong for them, with the detail that hurts, or be sorry for it once."
        ),
    ),
    Tone.FAMILIAR: (
        lazy_gettext("Too familiar"),
        lazy_gettext("Customers are always आप and আপনি, whatever they call us."),
    ),
    Tone.LINK_ALONE: (
        lazy_gettext("A link alone"),
        lazy_gettext("It feels like a closed door. Give the answer in your own words first."),
    ),
    Tone.OTHER_LANGUAGE: (
        lazy_gettext("Another language or script than theirs"),
        lazy_gettext("Answer in the language of their last message, in the same script."),
    ),
    Tone.NO_NEXT_STEP: (
        lazy_gettext("Neither a step nor a time"),
        lazy_gettext("Say what you do now, and until when. Silence is what makes people start again."),
    ),
    Tone.STOCK_PHRASE: (
        lazy_gettext("Words of an office"),
        lazy_gettext("Like a bank, not like a good shopkeeper. Say what actually went wrong, and who does what."),
    ),
    Tone.VAGUE_TIME: (
        lazy_gettext("A feeling instead of a time"),
        lazy_gettext("“By 6 o’clock today” instead of “soon”. Promise the latest time that is realistic."),
    ),
    Tone.MANY_SORRIES: (
        lazy_gettext("Sorry more than once"),
        lazy_gettext("One apology, for a concrete thing. Several sound like a recording."),
    ),
    Tone.LOUD: (
        lazy_gettext("Loud"),
        lazy_gettext("No capitals, one exclamation mark at most, and no emoji while something is wrong."),
    ),
    Tone.LONG_SENTENCE: (
        lazy_gettext("A long sentence"),
        lazy_gettext("One thought per sentence: whoever is upset does not read to the end."),
    ),
}


@dataclass(frozen=True)
class SaidRemark:
    name: str
    why: str
    sentence: str
    words: str
    is_serious: bool


def say_remarks(kept: Sequence[Mapping[str, str]]) -> list[SaidRemark]:
    """As an exercise keeps them."""
    return [
        SaidRemark(
            str(REMARKS[Tone(one["kind"])][0]),
            str(REMARKS[Tone(one["kind"])][1]),
            one["sentence"],
            one["words"],
            Tone(one["kind"]) in SERIOUS,
        )
        for one in kept
        if one["kind"] in {kind.value for kind in Tone}
    ]


def say_likeness(value: float | None) -> str:
    """Honest words: it compares meaning, not quality."""
    if value is None:
        return str(_("not compared"))
    if value >= IS_SAME:
        return str(_("says the same as what was sent"))
    return str(_("says a part of what was sent") if value >= IS_PART else _("says something else than what was sent"))


def was_said(likeness: float) -> bool:
    """Of one sentence of what was sent then."""
    return likeness >= IS_SAME


def say_line(line: Mapping[str, Any]) -> str:
    """What changed in an article, in one line."""
    if "new" in line:
        return str(line["new"]) or _("A new article.")
    was, now, places = line.get("was", ""), line.get("is", ""), int(line.get("places", 1))
    if was and now:
        text = _("“%(was)s” is now “%(now)s”", was=was, now=now)
    elif now:
        text = _("Added: “%(text)s”", text=now)
    else:
        text = _("Removed: “%(text)s”", text=was)
    if line.get("under"):
        text += f" ({line['under']})"
    if places > 1:
        text += " " + ngettext("and %(num)s more place", "and %(num)s more places", places - 1)
    return str(text)


def plot_of(weeks: Sequence[Week], settings: Settings) -> list[ShownFigure]:
    """How much was practised, and how much of it went well and was found, week by week."""
    tag = choose_language()
    names = [date_in(tag, week.monday, settings) for week in weeks]

    def made(
        key: str, kind: str, unit: str, title: str, series: Sequence[str], values: Sequence[Sequence[float | None]]
    ) -> ShownFigure:
        points = [Point(week.monday, some) for week, some in zip(weeks, values, strict=True)]
        figure = Figure(key, kind, unit, None, None, 0, series, points, "week")

        def said(value: float | None) -> str:
            return "–" if value is None else value_in(tag, unit, value, settings)

        running = running_of(figure, names)
        drawing = draw(figure, names, series, said, running)
        cells = [[said(value) for value in some] for some in values]
        return ShownFigure(
            figure, title, _("Week from"), series, with_running(names, running), cells, drawing,
            running=names[running[0]] if running else "",
        )  # fmt: skip

    counts = [(float(week.progress.finished),) for week in weeks]
    shares = [(week.progress.well_share, week.progress.found_share) for week in weeks]
    return [
        made("practised", "columns", "count", _("Exercises finished, by week"), [_("Exercises")], counts),
        made(
            "went_well",
            "lines",
            "share",
            _("What went well, by week"),
            [_("Went well"), _("Article among the first three")],
            shares,
        ),
    ]
