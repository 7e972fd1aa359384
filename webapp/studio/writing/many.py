"""One act on many articles of the list: what it would do, doing it, what came of it, and undoing it."""

import re
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kb.accounts.people import list_users
from kb.articles.bulk import (
    ACTS,
    MOST,
    Chosen,
    act_on,
    choose_all,
    get_act,
    is_going_on,
    newest_acts,
    undo_act,
)
from kb.articles.pointing import pointing_to_any
from kb.articles.studio_list import articles_by_id
from kb.core.errors import ConflictError, InvalidInputError
from kb.jobs import enqueue
from kb.tables import BulkAct
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.formatting import format_number
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint
from webapp.studio.writing.listing import list_page, wanted_articles
from webapp.studio.writing.reviewing import me
from webapp.studio.writing.words import BULK_ACTS, STATUSES, WHY_NOT
from webapp.worker.workflow import BULK_ACTS_JOB

_CHOSEN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
# Of what is archived or was done with many: the figures say how many there are.
MOST_SHOWN = 200


@blueprint.post("/acts")
def act() -> ResponseReturnValue:
    """Archiving first says what points to the chosen ones; everything else is done at once, and can be undone at once."""
    name, ticked = request.form.get("act", ""), request.form.getlist("chosen")
    if name not in ACTS:
        return list_page(problem=_("Choose what is to be done."), ticked=ticked), 422
    chosen = _chosen(ticked)
    if name == "archive" and chosen and "sure" not in request.form:
        return _before_archiving(chosen)
    value = ",".join(filter(None, request.form.getlist(name))) if name not in {"archive", "publish"} else ""
    try:
        done = act_on(session(), chosen, name, value, by=me(), needs_approval=current_settings().needs_approval)
    except InvalidInputError as error:
        session().rollback()
        return list_page(problem=_problem(name, value, chosen, error), ticked=ticked), 422
    _leave_rest_to_job(done)
    return redirect(url_for("studio_articles.one_act", act_id=done.id), code=303)


def _chosen(ticked: list[str]) -> list[Chosen]:
    """What is ticked, or all of the list, as it was when it was looked at."""
    if "all" not in request.form:
        return [Chosen(int(found[1]), int(found[2])) for text in ticked if (found := _CHOSEN.fullmatch(text))]
    try:
        looked_at = datetime.fromisoformat(request.form.get("looked_at", ""))
    except ValueError:
        abort(400)
    if looked_at.tzinfo is None:
        abort(400)
    return choose_all(session(), wanted_articles(), looked_at)


def _leave_rest_to_job(act: BulkAct) -> None:
    if is_going_on(act):
        enqueue(session(), BULK_ACTS_JOB, key=str(act.id), payload={"act": act.id})


@blueprint.get("/acts")
def acts() -> ResponseReturnValue:
    """The last ones, of everybody."""
    return render_template("studio/article_acts.html", acts=newest_acts(session()), names=BULK_ACTS)


@blueprint.get("/acts/<int:act_id>")
def one_act(act_id: int) -> ResponseReturnValue:
    """What was done, and what was not and why."""
    found = get_act(session(), act_id)
    numbers = set(str(found.details.get("value", "")).split(",")) if found.act == "review" else set()
    reviewers = [one for one in list_users(session()) if str(one.id) in numbers] if numbers else []
    return render_template(
        "studio/article_act.html",
        act=found,
        names=BULK_ACTS,
        why=WHY_NOT,
        reviewers=reviewers,
        goes_on=is_going_on(found),
        most=MOST_SHOWN,
    )


@blueprint.post("/acts/<int:act_id>/undo")
def undo(act_id: int) -> ResponseReturnValue:
    try:
        undone = undo_act(session(), act_id, by=me())
    except ConflictError:
        session().rollback()
        going = is_going_on(get_act(session(), act_id))
        flash(_("It goes on still: undo it when it is done.") if going else _("It has been undone already."), "warn")
        return redirect(url_for("studio_articles.one_act", act_id=act_id), code=303)
    if is_going_on(undone):
        _leave_rest_to_job(undone)
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
    pointing = pointing_to_any(session(), found)
    return render_template(
        "studio/article_archive_many.html",
        articles=sorted(found, key=lambda one: one.id not in pointing)[:MOST_SHOWN],
        count=len(found),
        chosen=[] if "all" in request.form else chosen,
        looked_at=request.form.get("looked_at", "") if "all" in request.form else "",
        here=request.args.to_dict(),
        pointing=pointing,
        statuses=STATUSES,
    )


def _problem(name: str, value: str, chosen: list[Chosen], error: InvalidInputError) -> str:
    if not chosen:
        return str(_("No article is chosen. Tick those that it is about."))
    if len(chosen) > MOST:
        return str(_("At most %(number)s articles at once: choose fewer by the filters.", number=format_number(MOST)))
    if name == "topic":
        return str(_("A topic needs a letter or a digit."))
    if name == "review_by":
        return str(_("This is no day. Write it as 2027-03-01."))
    if name == "review" and value:
        return str(_("This person cannot be asked. Choose a colleague."))
    return words_of(error)
