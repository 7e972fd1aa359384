"""Publishing and archiving at a time: what is planned for an article, planning it, cancelling it."""

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import get_article
from kb.articles.approval import is_approved
from kb.articles.kept_drafts import find_draft, open_drafts
from kb.articles.schedules import FURTHEST, OrderError, PastTimeError, TooFarError, cancel, plan, planned
from kb.articles.store import source_of_article
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.tables import Article
from webapp.shared.database import session
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint
from webapp.studio.writing.words import KINDS, PLANNED_ACTS, STATUSES, WHY_NOT


@blueprint.get("/<int:article_id>/schedule")
def schedule(article_id: int) -> ResponseReturnValue:
    return _page(get_article(session(), article_id))


@blueprint.post("/<int:article_id>/schedule")
def plan_it(article_id: int) -> ResponseReturnValue:
    """Times are the shop's. What was typed stands in the form again where it cannot be."""
    found = get_article(session(), article_id)
    draft_key, act = request.form.get("draft", ""), request.form.get("act", "")
    try:
        at = _moment(request.form.get("at", ""))
        if draft_key:
            find_draft(session(), draft_key, current_user.id)
        plan(
            session(), found, act, at, user_id=current_user.id, draft_key=draft_key if act == "publish" else ""
        )  # fmt: skip
    except (InvalidInputError, NotFoundError) as error:
        session().rollback()
        return _page(get_article(session(), article_id), problem=_words(error), values=request.form.to_dict()), 422
    flash(_("It is planned. Until then it can be cancelled here."), "good")
    return redirect(url_for("studio_articles.schedule", article_id=article_id), code=303)


@blueprint.post("/schedules/<int:schedule_id>/cancel")
def cancel_plan(schedule_id: int) -> ResponseReturnValue:
    try:
        found = cancel(session(), schedule_id)
    except ConflictError:
        session().rollback()
        flash(_("It has been done already. The article's history can undo it."), "warn")
        return redirect(url_for("studio_articles.articles"), code=303)
    flash(_("Cancelled. Nothing happens by itself."), "good")
    return redirect(url_for("studio_articles.schedule", article_id=found.article_id), code=303)


def _page(found: Article, *, problem: str = "", values: dict[str, str] | None = None) -> str:
    zone = current_settings().time_zone
    tomorrow = (utc_now().astimezone(zone) + timedelta(days=1)).replace(hour=9, minute=0)
    unapproved = current_settings().needs_approval and found.status in {"draft", "in_review"}
    usual = {"act": "archive" if found.status == "published" else "publish", "at": f"{tomorrow:%Y-%m-%dT%H:%M}"}
    return render_template(
        "studio/article_schedule.html",
        article=found,
        planned=planned(session(), article_id=found.id),
        drafts=open_drafts(session(), current_user.id, article_id=found.id),
        values=usual | (values or {}),
        acts=PLANNED_ACTS,
        why=WHY_NOT,
        zone=current_settings().time_zone_text,
        problem=problem,
        warns=unapproved and not is_approved(session(), found, source_of_article(session(), found)),
        statuses=STATUSES,
        kinds=KINDS,
    )


class _NoMomentError(InvalidInputError):
    """What was typed is no date with a time."""


def _moment(text: str) -> datetime:
    """As a browser sends date and time."""
    try:
        return datetime.fromisoformat(text.strip()[:16]).replace(tzinfo=current_settings().time_zone)
    except ValueError as error:
        raise _NoMomentError("A date and a time are needed.") from error


def _words(error: Exception) -> str:
    if isinstance(error, PastTimeError):
        return str(_("This time is over already. Choose a later one, or do it now."))
    if isinstance(error, TooFarError):
        return str(_("That is too far off: %(number)s days at most.", number=FURTHEST.days))
    if isinstance(error, OrderError):
        return str(_("It would be archived before it is published."))
    if isinstance(error, NotFoundError):
        return str(_("There is no such draft (any more)."))
    if isinstance(error, _NoMomentError):
        return str(_("A date and a time are needed."))
    return str(_("That is so already. Changes of a published article come out once they are kept: choose them below."))
