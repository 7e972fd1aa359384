"""The studio's page of service: hours with their history, told waits beside real ones, surveys."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import ConflictError, InvalidInputError
from kb.core.settings import Settings
from kb.insight.numbers.sample_history import has_sample_history
from kb.service.hours import parse_hours
from kb.service.hours_record import change_hours, hours_history, hours_text
from kb.service.surveys import last_comments, survey_figures
from kb.service.waiting_record import compare_told
from webapp.help.person.words import hours_now, rows_of
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.formatting import format_length
from webapp.shared.numbers import small_number
from webapp.shared.survey_words import ANSWERS, KINDS, QUESTIONS

blueprint = Blueprint("studio_service", __name__, url_prefix="/studio/service")


@blueprint.get("/")
def service() -> ResponseReturnValue:
    return _page()


@blueprint.post("/")
def change() -> ResponseReturnValue:
    """Save other hours; they hold at once and everywhere."""
    text, seen = request.form.get("hours", ""), small_number(request.form.get("seen", "")) or 0
    settings = _settings()
    try:
        changed = change_hours(
            session(),
            text,
            settings.time_zone,
            current_user.id,
            seen_change=seen,
            default=settings.service_hours_text,
        )
    except InvalidInputError as error:
        session().rollback()
        return _page(text, problem=words_of(error)), 422
    except ConflictError:
        session().rollback()
        problem = _(
            "A colleague has changed the hours meanwhile. What you wrote is still here; their version is in the history."
        )
        return _page(text, problem=problem), 409
    flash(_("Saved. It holds from now on, everywhere.") if changed else _("Nothing was changed."), "good")
    return redirect(url_for("studio_service.service"), code=303)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["kb_settings"]
    return settings


def _page(text: str | None = None, *, problem: str = "") -> str:
    settings = _settings()
    holds, history = hours_text(session(), settings.service_hours_text), hours_history(session())
    hours = parse_hours(holds, settings.time_zone)
    return render_template(
        "studio/service.html",
        now=hours_now(hours),
        rows=rows_of(hours),
        zone=settings.time_zone_text,
        text=holds if text is None else text,
        seen=history[0].id if history else 0,
        history=history,
        problem=problem,
        told=compare_told(session()),
        length=lambda seconds: format_length(timedelta(seconds=seconds)),
        figures=survey_figures(session()),
        comments=last_comments(session()),
        has_sample=has_sample_history(session()),
        questions=QUESTIONS,
        kinds=KINDS,
        answers=ANSWERS,
    )
