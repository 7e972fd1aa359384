"""Paths: which cases, in which order, for which topic and level."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from kb.core.errors import InvalidInputError
from kb.insight.training.cases import LEVELS
from kb.insight.training.paths import (
    LONGEST_TITLE,
    CaseFilter,
    add_to_path,
    delete_path,
    get_path,
    list_cases,
    move_in_path,
    paths_of,
    remove_from_path,
    save_path,
    topics_of_cases,
)
from kb.tables import TrainingPath
from webapp.desk.practice import words
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.numbers import small_number
from webapp.studio.training.blueprint import blueprint

TO_ADD = 25


@blueprint.get("/paths/")
def paths() -> ResponseReturnValue:
    """All of them, hidden ones too, and a form for a new one."""
    return _paths()


def _paths(problem: str = "") -> str:
    return render_template(
        "studio/training/paths.html",
        paths=paths_of(session(), current_user.id, with_hidden=True),
        topics=topics_of_cases(session()),
        levels=LEVELS,
        longest_title=LONGEST_TITLE,
        problem=problem,
        words=words,
    )


@blueprint.post("/paths/")
def new_path() -> ResponseReturnValue:
    try:
        made = _save(None)
    except InvalidInputError as error:
        session().rollback()
        return _paths(words_of(error)), 422
    return redirect(url_for("studio_training.path", path_id=made.id), code=303)


@blueprint.get("/paths/<int:path_id>")
def path(path_id: int) -> ResponseReturnValue:
    """One path, and cases of its topic that could be added."""
    return _path(path_id)


def _path(path_id: int, problem: str = "") -> str:
    found = get_path(session(), path_id)
    looked_for = request.args.get("q", "").strip()[:200]
    there = {step.case_id for step in found.steps}
    wanted = CaseFilter(topic="" if looked_for else found.topic, excluded=False, words=looked_for)
    cases, _count = list_cases(session(), wanted, limit=TO_ADD + len(there))
    return render_template(
        "studio/training/path.html",
        path=found,
        to_add=[case for case in cases if case.id not in there][:TO_ADD],
        looked_for=looked_for,
        topics=topics_of_cases(session()),
        levels=LEVELS,
        longest_title=LONGEST_TITLE,
        problem=problem,
        words=words,
    )


@blueprint.post("/paths/<int:path_id>")
def change_path(path_id: int) -> ResponseReturnValue:
    """Title, topic, level; add, move and remove cases; delete the path (its cases stay)."""
    found, act = get_path(session(), path_id), request.form.get("act", "save")
    case_id = small_number(request.form.get("case", "")) or 0
    try:
        if act == "add":
            numbers = [number for text in request.form.getlist("cases") if (number := small_number(text))]
            count = add_to_path(session(), found, numbers)
            flash(ngettext("%(num)s case was added.", "%(num)s cases were added.", count), "good")
        elif act in {"up", "down"}:
            move_in_path(session(), found, case_id, by=-1 if act == "up" else 1)
        elif act == "remove":
            remove_from_path(session(), found, case_id)
        elif act == "delete":
            delete_path(session(), found)
            flash(_("The path is gone; its cases stay."), "good")
            return redirect(url_for("studio_training.paths"), code=303)
        else:
            _save(found)
            flash(_("Saved."), "good")
    except InvalidInputError as error:
        session().rollback()
        return _path(path_id, words_of(error)), 422
    return redirect(url_for("studio_training.path", path_id=path_id), code=303)


def _save(path: TrainingPath | None) -> TrainingPath:
    return save_path(
        session(),
        path,
        title=request.form.get("title", ""),
        topic=request.form.get("topic", ""),
        level=small_number(request.form.get("level", "")) or 0,
        hidden=request.form.get("hidden") == "1",
    )
