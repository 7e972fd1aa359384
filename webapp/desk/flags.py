"""At the desk: what is wrong with an article, said without leaving the conversation, and what became of it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import find_published
from kb.insight.flags.keeping import report_article
from kb.insight.flags.listing import flags_of_rep
from webapp.shared.database import session
from webapp.shared.flag_words import STATES
from webapp.shared.numbers import small_number
from webapp.shared.searching import current_settings
from webapp.shared.ui import is_partial

blueprint = Blueprint("desk_flags", __name__, url_prefix="/desk/flags")


@blueprint.get("/")
def flags() -> ResponseReturnValue:
    """What this person has flagged, and what became of it."""
    return render_template("desk/flags.html", flags=flags_of_rep(session(), current_user.id), states=STATES)


@blueprint.post("/<int:article_id>")
def flag(article_id: int) -> ResponseReturnValue:
    """Works as a form; htmx gets the form's place alone."""
    article = find_published(session(), article_id)
    if article is None:
        abort(404)
    comment = request.form.get("comment", "")
    if not any(map(str.isalnum, comment)):
        problem = _("Say in a few words what is wrong.")
        if is_partial():
            return render_template("desk/_flag.html", article=article, problem=problem, own=None, typed=comment)
        flash(problem, "warn")
        return redirect(url_for("desk.article", article_id=article_id, peek=1), code=303)
    own = report_article(
        session(),
        article,
        comment,
        user_id=current_user.id,
        conversation_id=small_number(request.form.get("conversation", "")),
        region=current_settings().phone_region,
    )
    if is_partial():
        return render_template("desk/_flag.html", article=article, own=own, is_new=True)
    flash(_("Thank you. The trainers have it."), "good")
    return redirect(url_for("desk.article", article_id=article_id, peek=1), code=303)
