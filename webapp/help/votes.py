"""Whether an article helped, and why not. Works as plain forms; htmx asks for the next piece alone."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.insight.vote_reasons import LONGEST, store_reason
from kb.tables import FeedbackKind
from webapp.help.articles import find_public_article
from webapp.help.blueprint import blueprint, counted_visit, current_settings
from webapp.shared.database import session
from webapp.shared.feedback import note_feedback
from webapp.shared.ui import is_partial

VOTES = {"yes": FeedbackKind.ANSWERED, "no": FeedbackKind.NOT_ANSWERED}


@blueprint.post("/help/<language>/articles/<slug>/vote")
def vote(language: str, slug: str) -> ResponseReturnValue:
    """Whether the article answered the question."""
    found = find_public_article(language, slug)
    choice, search_id = request.form.get("vote", ""), request.form.get("s", "")
    if choice not in VOTES:
        abort(400)
    note_feedback(session(), search_id, VOTES[choice], f"article:{found.id}", counted_visit())
    return _thank(language, slug, choice)


@blueprint.post("/help/<language>/articles/<slug>/reason")
def reason(language: str, slug: str) -> ResponseReturnValue:
    """Why it did not: a choice, some words, both or neither."""
    found = find_public_article(language, slug)
    store_reason(
        session(),
        found,
        choice=request.form.get("why", ""),
        text=request.form.get("text", "")[: 4 * LONGEST],
        search_id=request.form.get("s", ""),
        visit=counted_visit(),
        language=language,
        region=current_settings().phone_region,
    )
    return _thank(language, slug, "reason")


def _thank(language: str, slug: str, voted: str) -> ResponseReturnValue:
    search_id = request.form.get("s", "")
    if is_partial():
        return render_template("help/_thanks.html", voted=voted, slug=slug, search_id=search_id)
    target = url_for("help.article", language=language, slug=slug, s=search_id or None, voted=voted, _anchor="vote")
    return redirect(target, code=303)
