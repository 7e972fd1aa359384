"""What a trainer does with a gap: take it up, dismiss, name, hand over, talk about, join and part it, and undo all that."""

from datetime import date

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from kb.accounts.people import get_person
from kb.articles import get_article
from kb.core.errors import InvalidInputError
from kb.insight.gaps import change_state
from kb.insight.gaps.editing import (
    Dismissal,
    assign_gap,
    comment_on_gap,
    merge_gaps,
    rename_gap,
    split_gap,
    undo_change,
)
from kb.tables import Article, Gap, GapState
from webapp.shared.access import safe_next
from webapp.shared.database import session
from webapp.shared.numbers import small_number
from webapp.shared.personal_data import without_personal_data
from webapp.studio.blueprint import blueprint


@blueprint.post("/gaps/<int:gap_id>/state")
def set_state(gap_id: int) -> ResponseReturnValue:
    """Dismiss, take up, reopen."""
    try:
        state = GapState(request.form.get("state", ""))
        because = Dismissal(request.form["because"]) if request.form.get("because") else None
    except ValueError:
        abort(400)
    if state is GapState.CLOSED:
        # A gap closes by itself when its questions find an answer, never by somebody saying so.
        abort(400)
    found = change_state(
        session(), gap_id, state, user_id=current_user.id, because=because if state is GapState.DISMISSED else None
    )
    words = {
        GapState.OPEN: _("Open again: “%(label)s”", label=found.label),
        GapState.IN_PROGRESS: _("In progress: “%(label)s”", label=found.label),
        GapState.DISMISSED: _("Dismissed: “%(label)s”", label=found.label),
    }
    flash(words[state], "good")
    return redirect(safe_next(request.form.get("next")) or url_for("studio.gaps"), code=303)


@blueprint.post("/gaps/<int:gap_id>/name")
def name_gap(gap_id: int) -> ResponseReturnValue:
    """An empty name is that of one of its questions again."""
    rename_gap(session(), gap_id, without_personal_data(request.form.get("title", "")), user_id=current_user.id)
    flash(_("It has the name that you gave it."), "good")
    return _back(gap_id)


@blueprint.post("/gaps/<int:gap_id>/assign")
def assign(gap_id: int) -> ResponseReturnValue:
    to_id, due = small_number(request.form.get("to", "")), request.form.get("due", "").strip()
    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise InvalidInputError(_("This is no day. Write it as year-month-day, such as 2026-11-30.")) from error
    person = get_person(session(), to_id) if to_id else None
    assign_gap(session(), gap_id, to_id=person.id if person else None, due_on=due_on, user_id=current_user.id)
    flash(_("It has somebody who works on it now.") if person else _("Given to nobody."), "good")
    return _back(gap_id)


@blueprint.post("/gaps/<int:gap_id>/comment")
def comment(gap_id: int) -> ResponseReturnValue:
    comment_on_gap(session(), gap_id, without_personal_data(request.form.get("text", "")), user_id=current_user.id)
    return _back(gap_id, "history")


@blueprint.post("/gaps/<int:gap_id>/join")
def join(gap_id: int) -> ResponseReturnValue:
    """Take the questions of other gaps into this one."""
    others = [number for text in request.form.getlist("other") if (number := small_number(text))]
    merge_gaps(session(), gap_id, others, user_id=current_user.id)
    flash(
        ngettext("%(num)s gap was joined with this one.", "%(num)s gaps were joined with this one.", len(others)),
        "good",
    )
    return _back(gap_id)


@blueprint.post("/gaps/<int:gap_id>/part")
def part(gap_id: int) -> ResponseReturnValue:
    """Put the chosen questions into a gap of their own, and go there."""
    misses = [number for text in request.form.getlist("miss") if (number := small_number(text))]
    title = without_personal_data(request.form.get("title", ""))
    parted = split_gap(session(), gap_id, misses, title, user_id=current_user.id)
    flash(_("These questions are a gap of their own now."), "good")
    return _back(parted.id)


@blueprint.post("/gaps/<int:gap_id>/undo")
def undo(gap_id: int) -> ResponseReturnValue:
    number = small_number(request.form.get("change", ""))
    if number is None:
        abort(400)
    found = undo_change(session(), number)
    if found.id != gap_id:
        abort(400)
    flash(_("Undone."), "good")
    return _back(gap_id, "history")


def closing_article(gap: Gap) -> Article | None:
    """What closed a gap, None for one that is open or that no single article closed."""
    if gap.state != GapState.CLOSED.value or gap.closed_by_article_id is None:
        return None
    return get_article(session(), gap.closed_by_article_id)


def _back(gap_id: int, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("studio.gap", gap_id=gap_id, _anchor=anchor), code=303)
