"""The studio's pages of training: reps, their exercises and comments. Cases, paths and announcements: the modules beside it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.accounts.people import get_person, list_users, role_allows
from kb.core.errors import InvalidInputError
from kb.insight.training.pairing import pair, trainer_of
from kb.insight.training.practising import get_attempt, running_attempts
from kb.insight.training.progress import attempts_of, count_attempts, list_reps, progress_of, weeks_of
from kb.tables import Role
from webapp.desk.practice import words
from webapp.desk.practice.views import add_comment, result_of
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.numbers import small_number
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings
from webapp.studio.training import announcements, cases, paths
from webapp.studio.training.blueprint import blueprint

__all__ = ["announcements", "blueprint", "cases", "paths"]

SHOWN, A_PAGE = 12, 40


@blueprint.get("/")
def training() -> ResponseReturnValue:
    """Everybody's progress of the last 30 days, who practises now, and the newest exercises."""
    reps = list_reps(session())
    trainers = [one.user for one in reps if role_allows(one.user.role, Role.TRAINER)]
    return render_template(
        "studio/training/training.html",
        reps=reps,
        trainers=trainers,
        names={one.user.id: one.user.name or one.user.email for one in reps},
        running=running_attempts(session(), limit=SHOWN),
        attempts=attempts_of(session(), None, limit=SHOWN),
        plots=words.plot_of(weeks_of(session()), current_settings()),
        words=words,
    )


@blueprint.get("/reps/<int:user_id>")
def rep(user_id: int) -> ResponseReturnValue:
    """One rep's progress and exercises."""
    person, page = get_person(session(), user_id), page_number()
    count = count_attempts(session(), user_id)
    earlier, later = neighbours(page, count, A_PAGE)
    return render_template(
        "studio/training/rep.html",
        person=person,
        progress=progress_of(session(), user_id),
        plots=words.plot_of(weeks_of(session(), user_id), current_settings()),
        attempts=attempts_of(session(), user_id, limit=A_PAGE, offset=(page - 1) * A_PAGE),
        count=count,
        trainer=trainer_of(session(), user_id),
        trainers=[one for one in list_users(session()) if one.active and role_allows(one.role, Role.TRAINER)],
        previous_url=earlier,
        next_url=later,
        words=words,
    )


@blueprint.post("/reps/<int:user_id>")
def pair_rep(user_id: int) -> ResponseReturnValue:
    """Who looks at this rep's exercises."""
    try:
        pair(session(), user_id, small_number(request.form.get("trainer", "")))
    except InvalidInputError as error:
        flash(words_of(error), "bad")
    else:
        flash(_("Saved."), "good")
    return redirect(url_for("studio_training.rep", user_id=user_id), code=303)


@blueprint.get("/exercises/<int:attempt_id>")
def exercise(attempt_id: int) -> ResponseReturnValue:
    """Its steps, also while it goes on; comments on each or on the whole."""
    attempt = get_attempt(session(), attempt_id)
    return render_template(
        "studio/training/exercise.html",
        person=get_person(session(), attempt.user_id),
        words=words,
        **result_of(attempt),
    )


@blueprint.post("/exercises/<int:attempt_id>")
def comment_on(attempt_id: int) -> ResponseReturnValue:
    attempt = get_attempt(session(), attempt_id)
    try:
        add_comment(attempt)
    except InvalidInputError as error:
        flash(words_of(error), "bad")
    else:
        flash(_("The rep sees it with the exercise and on the page of practice."), "good")
    return redirect(url_for("studio_training.exercise", attempt_id=attempt_id, _anchor="comments"), code=303)
