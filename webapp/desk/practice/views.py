"""The pages of practice at the desk. Each step of an exercise is a form, with what is typed so far in it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import find_published
from kb.core.errors import ConflictError, InvalidInputError
from kb.insight.training.cases import solving_articles
from kb.insight.training.lost import tell_if_lost
from kb.insight.training.pairing import (
    LONGEST_COMMENT,
    comment,
    comments_on,
    note_seen,
    trainer_of,
    unseen_comments,
)
from kb.insight.training.paths import another_case, calm_cases, paths_of
from kb.insight.training.practising import (
    LONGEST_QUERY,
    LONGEST_REPLY,
    SHOWN,
    finish,
    keep_reply,
    note_opened,
    note_search,
    own_attempt,
    start_attempt,
)
from kb.insight.training.progress import progress_of, weeks_of
from kb.insight.training.repeating import due_cards, next_due
from kb.search.types import Audience
from kb.service.calm_wording import Wording, calm_wording
from kb.tables import CaseKind, StepKind, TrainingAttempt, TrainingCase, TrainingStep
from kb.tables.feedback import parse_document
from kb.tickets import find_resolved_ticket
from webapp.desk.practice import words
from webapp.desk.reading import read_article
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import choose_language
from webapp.shared.numbers import small_number
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import current_settings, search_unrecorded

blueprint = Blueprint("desk_practice", __name__, url_prefix="/desk/practice")

MOST_DUE, MOST_COMMENTS = 10, 10
# More than is shown, as the case's own ticket is taken out.
_SEARCHED = SHOWN + 4


@blueprint.get("/")
def practice() -> ResponseReturnValue:
    """What is due today, paths, frustrated customers, comments, and how far one has come."""
    me = current_user.id
    weeks = weeks_of(session(), me)
    return render_template(
        "desk/practice/practice.html",
        due=due_cards(session(), me, limit=MOST_DUE),
        next_due=next_due(session(), me),
        paths=paths_of(session(), me),
        calm=calm_cases(session(), me),
        another=another_case(session(), me),
        comments=unseen_comments(session(), me, limit=MOST_COMMENTS),
        trainer=trainer_of(session(), me),
        progress=progress_of(session(), me),
        plots=words.plot_of(weeks, current_settings()) if any(week.progress.finished for week in weeks) else [],
        words=words,
    )


@blueprint.post("/cases/<int:case_id>")
def start(case_id: int) -> ResponseReturnValue:
    """Begin a case, or go on with it."""
    attempt = start_attempt(session(), case_id, current_user.id)
    return redirect(url_for("desk_practice.exercise", attempt_id=attempt.id), code=303)


@blueprint.get("/<int:attempt_id>")
def exercise(attempt_id: int) -> ResponseReturnValue:
    """The case and what was done so far; once it has ended what was sent then, and the scores."""
    return _exercise(own_attempt(session(), attempt_id, current_user.id))


def _exercise(attempt: TrainingAttempt, problem: str = "") -> str:
    case = attempt.case
    if attempt.finished_at is not None:
        return render_template("desk/practice/result.html", words=words, **result_of(attempt))
    return render_template(
        "desk/practice/exercise.html",
        attempt=attempt,
        case=case,
        last=_last(attempt, StepKind.SEARCH),
        opened=_opened(attempt),
        wording=_wording(case),
        longest_reply=LONGEST_REPLY,
        longest_query=LONGEST_QUERY,
        problem=problem,
        words=words,
    )


def result_of(attempt: TrainingAttempt) -> dict[str, Any]:
    """What the page of an ended exercise shows; the trainer's page shows the same."""
    case = attempt.case
    return {
        "attempt": attempt,
        "case": case,
        "articles": solving_articles(session(), case),
        "remarks": words.say_remarks(attempt.remarks),
        "wording": _wording(case),
        "comments": comments_on(session(), attempt.id),
        "longest_comment": LONGEST_COMMENT,
    }


@blueprint.post("/<int:attempt_id>")
def step(attempt_id: int) -> ResponseReturnValue:
    """Search, open, answer or give up; the reply that is being written is kept with each."""
    attempt = own_attempt(session(), attempt_id, current_user.id)
    try:
        keep_reply(attempt, request.form.get("reply", ""))
        anchor = _do(attempt)
    except ConflictError as error:
        flash(words_of(error), "bad")
        return redirect(url_for("desk_practice.exercise", attempt_id=attempt_id), code=303)
    except InvalidInputError as error:
        return _exercise(attempt, words_of(error)), 422
    return redirect(url_for("desk_practice.exercise", attempt_id=attempt_id, _anchor=anchor), code=303)


def _do(attempt: TrainingAttempt) -> str | None:
    """One step, and where on the page it leads."""
    opened, act = request.form.get("open", ""), request.form.get("act", "search")
    if opened:
        note_opened(session(), attempt, opened)
        return "opened"
    if act == "search":
        text = request.form.get("q", "").strip()[:LONGEST_QUERY]
        if not text:
            raise InvalidInputError(_("Write what you search for."))
        with session().no_autoflush:  # the reply is written after the search: nobody waits for it to write
            answer = search_unrecorded(
                text,
                audience=Audience.REP,
                place="training",
                reader_language=choose_language(),
                limit=_SEARCHED,
                is_typing=False,
            )
        note_search(session(), attempt, answer, region=current_settings().phone_region)
        return "found"
    if act not in {"answer", "give_up"}:
        abort(400)
    gave_up = act == "give_up"
    needs_encoder = not gave_up and attempt.case.kind == CaseKind.REPLAY
    encoder = search_runtime().encoder if needs_encoder else None
    finish(session(), attempt, encoder, region=current_settings().phone_region, gave_up=gave_up)
    tell_if_lost(session(), attempt.case_id)
    return None


@blueprint.post("/<int:attempt_id>/comments")
def say(attempt_id: int) -> ResponseReturnValue:
    """Answer the trainer, or say that their comments were seen."""
    attempt = own_attempt(session(), attempt_id, current_user.id)
    note_seen(session(), attempt.id)
    if request.form.get("act") != "seen":
        try:
            add_comment(attempt)
        except InvalidInputError as error:
            flash(words_of(error), "bad")
    return redirect(url_for("desk_practice.exercise", attempt_id=attempt_id, _anchor="comments"), code=303)


def add_comment(attempt: TrainingAttempt) -> None:
    """What the form says, of one step or of the whole. Raises InvalidInputError."""
    comment(
        session(),
        attempt,
        current_user.id,
        request.form.get("text", ""),
        step_id=small_number(request.form.get("step", "")),
        region=current_settings().phone_region,
    )


def _last(attempt: TrainingAttempt, kind: StepKind) -> TrainingStep | None:
    return next((step for step in reversed(attempt.steps) if step.kind == kind), None)


def _wording(case: TrainingCase) -> Wording | None:
    """What could be said to a frustrated customer."""
    return calm_wording(case.feeling, case.feeling_reasons, case.language) if case.kind == CaseKind.CALM else None


def _opened(attempt: TrainingAttempt) -> dict[str, Any] | None:
    """What was opened last, as the desk shows it; None before anything was."""
    last = _last(attempt, StepKind.OPEN)
    parsed = parse_document(last.details["document"]) if last else None
    if parsed is None:
        return None
    kind, number = parsed
    if kind == "article":
        article = find_published(session(), number)
        return {"kind": kind, "article": article, "read": read_article(article, "")} if article else None
    if f"{kind}:{number}" in attempt.case.documents_to_hide:
        return None
    ticket = find_resolved_ticket(session(), number)
    return {"kind": kind, "ticket": ticket} if ticket else None
