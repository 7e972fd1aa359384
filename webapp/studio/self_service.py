"""The studio's page of self-service: how visits of the help centre end, with what each figure means."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from kb.insight.numbers.sample_history import has_sample_history
from kb.insight.self_service import COUNTED, article_figures, first_day, help_days, total_of
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.locale import offered_languages
from webapp.studio.numbers.words import so_far

blueprint = Blueprint("studio_self_service", __name__, url_prefix="/studio/self-service")

RANGES = (7, 28, 90)
# What the six ends are called and what they mean; every visit is in exactly one. The order is that of the chart, from below.
ENDS = {
    "confirmed": (
        lazy_gettext("Confirmed"),
        lazy_gettext("They said that it helped, and did not ask the same again within a week."),
    ),
    "assumed": (
        lazy_gettext("Assumed"),
        lazy_gettext("They read something or got a sure answer and left without a word. It may have helped, or not."),
    ),
    "came_back": (
        lazy_gettext("Came back"),
        lazy_gettext("They left without a word and searched or read on after half an hour or more."),
    ),
    "not_helped": (lazy_gettext("Not helped"), lazy_gettext("The last thing they said was that it did not help.")),
    "to_a_person": (lazy_gettext("To a person"), lazy_gettext("They asked for a person, before or after reading.")),
    "left_without": (lazy_gettext("Left without"), lazy_gettext("They found no sure answer, read nothing and left.")),
}
FIGURES = {
    "visits": (
        lazy_gettext("Visits"),
        lazy_gettext("Browser sessions that searched or opened an article, on the day they began."),
    ),
    "views": (lazy_gettext("Articles opened"), lazy_gettext("Each article once in a visit; programs are left out.")),
    "searches": (lazy_gettext("Searches"), lazy_gettext("Those that typing came to rest on.")),
    "answered": (lazy_gettext("with a sure answer"), lazy_gettext("Searches whose first result surely answers.")),
    "unsure": (lazy_gettext("unsure"), lazy_gettext("Searches with results of which none is sure.")),
    "unanswered": (lazy_gettext("without an answer"), lazy_gettext("Searches of which nothing here answers.")),
    "reads_after_search": (
        lazy_gettext("Opened after a search"),
        lazy_gettext("Articles opened after the first search of the visit."),
    ),
    "said_yes": (lazy_gettext("Said yes"), lazy_gettext("Votes that an answer or an article helped.")),
    "said_no": (lazy_gettext("Said no"), lazy_gettext("Votes that it did not.")),
    "contacts": (lazy_gettext("Asked for a person"), lazy_gettext("Visits in which a person was asked for.")),
    "contacts_after_reading": (
        lazy_gettext("after reading"),
        lazy_gettext("Of these, visits that had opened an article before."),
    ),
}
assert set(ENDS) | set(FIGURES) == set(COUNTED)


@blueprint.get("/")
def figures() -> ResponseReturnValue:
    """`?days=7|28|90&lang=`: as the job has counted them."""
    days = next((days for days in RANGES if str(days) == request.args.get("days")), RANGES[1])
    language = request.args.get("lang", "")
    language = language if language in offered_languages() else ""
    today = shop_day()
    since = today - timedelta(days=days - 1)
    found = help_days(session(), since, language)
    return render_template(
        "studio/self_service.html",
        days=found,
        today=today,
        so_far=so_far,
        counted_since=None if found else first_day(session()),
        has_sample=not found and has_sample_history(session()),
        total=total_of(found),
        highest=max((day.counts["visits"] for day in found), default=0),
        articles=article_figures(session(), since, language),
        ends=ENDS,
        figures=FIGURES,
        ranges=RANGES,
        chosen=days,
        language=language,
        tags=offered_languages(),
    )
