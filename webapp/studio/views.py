"""The studio: what nobody could find, grouped by likeness."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.insight.gaps import change_state, count_gaps, list_gaps, misses_of
from kb.tables import GapState
from webapp.shared.access import safe_next
from webapp.shared.database import session
from webapp.shared.paging import neighbours, page_number

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

GAPS_A_PAGE, MISSES_A_PAGE = 50, 100

VIEWS = {
    "open": (GapState.OPEN, GapState.IN_PROGRESS),
    "closed": (GapState.CLOSED,),
    "dismissed": (GapState.DISMISSED,),
}
VIEW_NAMES = {
    "open": lazy_gettext("Open gaps"),
    "closed": lazy_gettext("Closed gaps"),
    "dismissed": lazy_gettext("Dismissed gaps"),
}
# What the database writes, in words; one table for all templates of the studio.
NAMES = {
    "open": lazy_gettext("Open"),
    "in_progress": lazy_gettext("In progress"),
    "closed": lazy_gettext("Closed"),
    "dismissed": lazy_gettext("Dismissed"),
    "no_content": lazy_gettext("No article about it"),
    "other_words": lazy_gettext("An article says it in other words"),
    "other_language": lazy_gettext("Only in another language"),
    "hidden": lazy_gettext("Only where customers cannot see it"),
    "no_answer": lazy_gettext("Nothing found"),
    "voted_down": lazy_gettext("Voted “did not answer”"),
    "asked_person": lazy_gettext("Asked for a person"),
    "help": lazy_gettext("Help centre"),
    "desk": lazy_gettext("Desk"),
    "conversation": lazy_gettext("Conversation"),
    "api": lazy_gettext("API"),
    "cli": lazy_gettext("Command line"),
    "studio": lazy_gettext("Studio"),
}

# Why an article that answers a gap is not to be seen.
STATUSES = {
    "draft": lazy_gettext("Draft"),
    "in_review": lazy_gettext("In review"),
    "archived": lazy_gettext("Archived"),
}


@blueprint.get("/gaps")
def gaps() -> ResponseReturnValue:
    """The gap list as it is in the database: a job sorts in what is new, every minute."""
    view, language = request.args.get("view", "open"), request.args.get("language") or None
    if view not in VIEWS:
        abort(404)
    page = page_number()
    count, languages = count_gaps(session(), states=VIEWS[view], language=language)
    shown = list_gaps(
        session(), states=VIEWS[view], language=language, limit=GAPS_A_PAGE, offset=(page - 1) * GAPS_A_PAGE
    )
    return render_template(
        "studio/gaps.html",
        gaps=shown,
        count=count,
        pages=neighbours(page, count, GAPS_A_PAGE),
        view=view,
        views=VIEW_NAMES,
        language=language,
        languages=languages,
        names=NAMES,
        statuses=STATUSES,
    )


@blueprint.get("/gaps/<int:gap_id>")
def gap(gap_id: int) -> ResponseReturnValue:
    """One gap with the searches in it."""
    page = page_number()
    found, misses, count = misses_of(session(), gap_id, limit=MISSES_A_PAGE, offset=(page - 1) * MISSES_A_PAGE)
    return render_template(
        "studio/gap.html",
        gap=found,
        misses=misses,
        count=count,
        pages=neighbours(page, count, MISSES_A_PAGE),
        names=NAMES,
        statuses=STATUSES,
    )


@blueprint.post("/gaps/<int:gap_id>/state")
def set_state(gap_id: int) -> ResponseReturnValue:
    """Dismiss, take up, reopen."""
    try:
        state = GapState(request.form.get("state", ""))
    except ValueError:
        abort(400)
    if state is GapState.CLOSED:
        # A gap closes by itself when its questions find an answer, never by somebody saying so.
        abort(400)
    found = change_state(session(), gap_id, state, user_id=current_user.id)
    words = {
        GapState.OPEN: _("Open again: “%(label)s”", label=found.label),
        GapState.IN_PROGRESS: _("In progress: “%(label)s”", label=found.label),
        GapState.DISMISSED: _("Dismissed: “%(label)s”", label=found.label),
    }
    flash(words[state], "good")
    return redirect(safe_next(request.form.get("next")) or url_for("studio.gaps"), code=303)
