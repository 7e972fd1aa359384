"""The studio's page of wordings that are learned from use: accept, rewrite, refuse, undo."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.core.errors import ConflictError
from kb.insight.wordings import (
    Unfit,
    UnfitWordingError,
    accept_wording,
    count_wordings,
    list_wordings,
    refuse_wording,
    undo_wording,
)
from kb.jobs import enqueue
from kb.tables import WordingState
from kb.tables.feedback import LARGEST_ID
from webapp.shared.database import session
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings
from webapp.worker.wordings import WORDINGS

blueprint = Blueprint("studio_wordings", __name__, url_prefix="/studio/wordings")

A_PAGE = 50
VIEWS = {
    "suggested": (WordingState.SUGGESTED, WordingState.CHECKING),
    "applied": (WordingState.APPLIED,),
    "refused": (WordingState.REFUSED,),
    "harmful": (WordingState.HARMFUL,),
}
VIEW_NAMES = {
    "suggested": lazy_gettext("Suggested"),
    "applied": lazy_gettext("In use"),
    "refused": lazy_gettext("Refused"),
    "harmful": lazy_gettext("Would do harm"),
}
UNFIT = {
    Unfit.EMPTY: lazy_gettext("There is no word in it."),
    Unfit.LONG: lazy_gettext("It is too long: a wording is one question."),
    Unfit.PERSONAL: lazy_gettext("It has something personal in it: a name, a number, an address."),
    Unfit.OWN_NUMBER: lazy_gettext("It has a number that is somebody’s own, such as that of an order."),
    Unfit.NO_QUESTION: lazy_gettext("It asks nothing."),
    Unfit.KNOWN: lazy_gettext("The article has this wording already."),
}


@blueprint.get("/")
def wordings() -> ResponseReturnValue:
    """The wordings of one state, those of an article together; `?article=` shows those of one article."""
    view = request.args.get("view", "suggested")
    if view not in VIEWS:
        abort(404)
    return _page(view)


def _page(view: str, *, typed: dict[int, str] | None = None, problem: str = "") -> str:
    """typed: what was written about a wording and cannot be taken, and why not."""
    article = _article()
    page = page_number()
    shown, count = list_wordings(session(), VIEWS[view], article=article, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    counts = count_wordings(session(), article=article)
    return render_template(
        "studio/wordings.html",
        wordings=shown,
        view=view,
        views=[(key, name, sum(counts[state] for state in VIEWS[key])) for key, name in VIEW_NAMES.items()],
        article=article,
        page=page,
        pages=neighbours(page, count, A_PAGE) if request.method == "GET" else ("", ""),
        mode=current_settings().learn_wordings,
        typed=typed or {},
        problem=problem,
    )


@blueprint.post("/<int:wording_id>")
def decide(wording_id: int) -> ResponseReturnValue:
    """Accept as it is or rewritten, refuse, or undo; then on to the next one."""
    step, text = request.form.get("step", ""), request.form.get("text", "")
    try:
        if step == "accept":
            accepted = accept_wording(
                session(), wording_id, text, current_user.id, region=current_settings().phone_region
            )
            if accepted.state == WordingState.APPLIED:
                flash(_("Searches find the article by it now."), "good")
            else:
                enqueue(session(), WORDINGS)
                flash(_("It is tried out first; look again in a minute."), "good")
        elif step == "refuse":
            refuse_wording(session(), wording_id, current_user.id)
            flash(_("Refused, and not suggested again."), "good")
        elif step == "undo":
            undone = undo_wording(session(), wording_id, current_user.id)
            if undone.state == WordingState.REFUSED:
                flash(_("Taken out again."), "good")
            else:
                flash(_("Suggested again."), "good")
        else:
            abort(400)
    except UnfitWordingError as error:
        session().rollback()
        return _page("suggested", typed={wording_id: text}, problem=str(UNFIT[error.why])), 422
    except ConflictError:
        session().rollback()
        flash(_("A colleague was quicker: somebody has decided about this wording already."), "warn")
    view = request.form.get("view", "")
    following = request.form.get("following", "")
    anchor = f"wording-{following}" if following.isascii() and following.isdigit() else None
    page = page_number()
    target = url_for(
        "studio_wordings.wordings",
        view=view if view in VIEWS and view != "suggested" else None,
        article=_article(),
        page=page if page > 1 else None,
        _anchor=anchor,
    )
    return redirect(target, code=303)


def _article() -> int | None:
    text = request.args.get("article", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST_ID else None
