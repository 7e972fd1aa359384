"""One act on many articles of the list: what it would do, doing it, what came of it, and undoing it."""

import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kb.accounts.people import find_person
from kb.articles.bulk import ACTS, Chosen, act_on, get_act, newest_acts, undo_act
from kb.articles.pointing import pointing_to_any
from kb.articles.studio_list import articles_by_id
from kb.core.errors import ConflictError, InvalidInputError
from webapp.shared.database import session
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint
from webapp.studio.writing.listing import list_page
from webapp.studio.writing.reviewing import me
from webapp.studio.writing.words import BULK_ACTS, STATUSES, WHY_NOT

_CHOSEN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


@blueprint.post("/acts")
def act() -> ResponseReturnValue:
    """Archiving first says what points to the chosen ones; everything else is done at once, and can be undone at once."""
    name, ticked = request.form.get("act", ""), request.form.getlist("chosen")
    if name not in ACTS:
        return list_page(problem=_("Choose what is to be done."), ticked=ticked), 422
    chosen = [Chosen(int(found[1]), int(found[2])) for text in ticked if (found := _CHOSEN.fullmatch(text))]
    if name == "archive" and chosen and "sure" not in request.form:
        return _before_archiving(chosen)
    value = request.form.get(name, "") if name not in {"archive", "publish"} else ""
    try:
        done = act_on(session(), chosen, name, value, by=me(), needs_approval=current_settings().needs_approval)
    except InvalidInputError as error:
        session().rollback()
        return list_page(problem=_problem(name, value, chosen, error), ticked=ticked), 422
    return redirect(url_for("studio_articles.one_act", act_id=done.id), code=303)


@blueprint.get("/acts")
def acts() -> ResponseReturnValue:
    """The last ones, of everybody."""
    return render_template("studio/article_acts.html", acts=newest_acts(session()), names=BULK_ACTS)


@blueprint.get("/acts/<int:act_id>")
def one_act(act_id: int) -> ResponseReturnValue:
    """What was done, and what was not and why."""
    found = get_act(session(), act_id)
    number = str(found.details.get("value", ""))
    reviewer = find_person(session(), int(number)) if found.act == "review" and number else None
    return render_template("studio/article_act.html", act=found, names=BULK_ACTS, why=WHY_NOT, reviewer=reviewer)


@blueprint.post("/acts/<int:act_id>/undo")
def undo(act_id: int) -> ResponseReturnValue:
    try:
        undone = undo_act(session(), act_id, by=me())
    except ConflictError:
        session().rollback()
        flash(_("It has been undone already."), "warn")
        return redirect(url_for("studio_articles.one_act", act_id=act_id), code=303)
    back = len(undone.details["done"]) - len(undone.details["kept"])
    flash(
        ngettext("%(num)s article is what it was before.", "%(num)s articles are what they were before.", back), "good"
    )
    return redirect(url_for("studio_articles.one_act", act_id=act_id), code=303)


def _before_archiving(chosen: list[Chosen]) -> str:
    found = articles_by_id(session(), [one.id for one in chosen])
    if not found:
        abort(404)
    return render_template(
        "studio/article_archive_many.html",
        articles=found,
        chosen=chosen,
        pointing=pointing_to_any(session(), found),
        statuses=STATUSES,
    )


def _problem(name: str, value: str, chosen: list[Chosen], error: InvalidInputError) -> str:
    if not chosen:
        return str(_("No article is chosen. Tick those that it is about."))
    if name == "topic":
        return str(_("A topic needs a letter or a digit."))
    if name == "review_by":
        return str(_("This is no day. Write it as 2027-03-01."))
    if name == "review" and value:
        return str(_("This person cannot be asked. Choose a colleague."))
    return str(error)
