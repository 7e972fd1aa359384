"""Cases: what there is to practise on, what is taken out, and making one by hand."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.training.cases import (
    LEVELS,
    edit_case,
    exclude_case,
    get_case,
    make_case,
    solving_articles,
)
from kb.insight.training.lost import tell_gaps
from kb.insight.training.paths import CaseFilter, list_cases, topics_of_cases
from kb.insight.training.practising import attempts_on
from kb.jobs import enqueue
from kb.search.types import Audience
from kb.tables import CaseKind
from webapp.desk.practice import words
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.numbers import small_number
from webapp.shared.paging import neighbours, page_number
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings
from webapp.studio.training.blueprint import blueprint
from webapp.worker.training import TRAINING, documents_for

A_PAGE, LONGEST_SEARCH = 40, 200
VIEWS = {"on": False, "out": True}


@blueprint.get("/cases/")
def cases() -> ResponseReturnValue:
    """Filtered; those that were taken out by themselves."""
    page, wanted = page_number(), _wanted()
    found, count = list_cases(session(), wanted, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    earlier, later = neighbours(page, count, A_PAGE)
    return render_template(
        "studio/training/cases.html",
        cases=found,
        count=count,
        wanted=wanted,
        topics=topics_of_cases(session()),
        levels=LEVELS,
        kinds=CaseKind,
        previous_url=earlier,
        next_url=later,
        words=words,
    )


def _wanted() -> CaseFilter:
    """The filters of the address; nonsense is no condition."""
    kind, level = request.args.get("kind", ""), small_number(request.args.get("level", "")) or 0
    return CaseFilter(
        kind=kind if kind in set(CaseKind) else "",
        topic=request.args.get("topic", "")[:100],
        level=level if level in LEVELS else 0,
        excluded=VIEWS.get(request.args.get("view", "on"), False),
        words=request.args.get("q", "").strip()[:LONGEST_SEARCH],
    )


@blueprint.post("/cases/")
def make() -> ResponseReturnValue:
    """From a ticket or conversation by its number; or let the job look for new ones now."""
    if request.form.get("act") == "look":
        enqueue(session(), TRAINING)
        flash(_("The job looks through what was resolved. New cases appear here within minutes."), "good")
        return redirect(url_for("studio_training.cases"), code=303)
    number = small_number(request.form.get("number", ""))
    try:
        if number is None:
            raise InvalidInputError(_("Give the number of a ticket or a conversation."))
        kind = request.form.get("kind", "")
        case = make_case(session(), kind, number, _find, region=current_settings().phone_region)
    except (InvalidInputError, NotFoundError) as error:
        session().rollback()
        flash(words_of(error), "bad")
        return redirect(url_for("studio_training.cases"), code=303)
    return redirect(url_for("studio_training.case", case_id=case.id), code=303)


def _find(of: Session, text: str, language: str) -> Sequence[str]:
    return documents_for(search_runtime().searcher(Audience.REP), of, text, language)


@blueprint.get("/cases/<int:case_id>")
def case(case_id: int) -> ResponseReturnValue:
    """The whole case, with what was sent then."""
    return _case(case_id)


def _case(case_id: int, problem: str = "") -> str:
    found = get_case(session(), case_id)
    return render_template(
        "studio/training/case.html",
        case=found,
        articles=solving_articles(session(), found),
        attempts=attempts_on(session(), case_id),
        levels=LEVELS,
        problem=problem,
        words=words,
    )


@blueprint.post("/cases/<int:case_id>")
def change(case_id: int) -> ResponseReturnValue:
    """Title, topic and level; take it out or bring it back; tell the gaps."""
    act = request.form.get("act", "save")
    try:
        if act in {"exclude", "include"}:
            exclude_case(session(), case_id, current_user.id, excluded=act == "exclude")
        elif act == "gap":
            tell_gaps(session(), case_id)
            flash(_("The gaps have it within a minute, marked as from training."), "good")
        else:
            level = small_number(request.form.get("level", "")) or 0
            title, topic = request.form.get("title", ""), request.form.get("topic", "")
            edit_case(session(), case_id, title=title, topic=topic, level=level)
            flash(_("Saved."), "good")
    except InvalidInputError as error:
        session().rollback()
        return _case(case_id, words_of(error)), 422
    return redirect(url_for("studio_training.case", case_id=case_id), code=303)
