"""Articles to be reviewed: the list by day, and that somebody has read one and found it right."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.articles import get_article
from kb.articles.due import NOBODY, count_due, due_articles
from kb.articles.store import mark_reviewed
from kb.core.errors import ConflictError
from kb.service.review_reminders import reminders_of, unsent
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint, sent_number

A_PAGE = 50
AHEAD = timedelta(days=30)
# Days until it is to be read again.
AGAIN = {
    91: lazy_gettext("in three months"),
    182: lazy_gettext("in half a year"),
    365: lazy_gettext("in a year"),
}
WHOSE = {
    "": lazy_gettext("All"),
    "me": lazy_gettext("Mine"),
    NOBODY: lazy_gettext("Without an owner"),
}


@blueprint.get("/due")
def due() -> ResponseReturnValue:
    """What is due and what will be within a month, the longest due first. Five statements."""
    whose = request.args.get("whose", "")
    if whose not in WHOSE:
        abort(404)
    owner = current_user.email if whose == "me" else whose
    page, until = page_number(), shop_day() + AHEAD
    count = count_due(session(), until, owner=owner)
    found = due_articles(session(), until, owner=owner, limit=A_PAGE, offset=(page - 1) * A_PAGE)
    earlier, later = neighbours(page, count, A_PAGE)
    failed, why = unsent(session())
    return render_template(
        "studio/articles_due.html",
        articles=found,
        reminders=reminders_of(session(), [one.id for one in found]),
        count=count,
        whose=whose,
        choices=WHOSE,
        again=AGAIN,
        today=shop_day(),
        failed=failed,
        why=why,
        has_mail=current_settings().mail_smtp is not None,
        previous_url=earlier,
        next_url=later,
    )


@blueprint.post("/<int:article_id>/reviewed")
def reviewed(article_id: int) -> ResponseReturnValue:
    """It was read and is right; it is to be read again after so many days."""
    days = sent_number("again")
    if days not in AGAIN:
        abort(400)
    found = get_article(session(), article_id)
    try:
        if found.revision != sent_number("seen"):
            raise ConflictError("It has changed.")
        today = shop_day()
        mark_reviewed(session(), found, today, author=current_user.email, review_by=today + timedelta(days=days))
    except ConflictError:
        session().rollback()
        flash(_("It has changed since you opened this page. Please read it again."), "warn")
    else:
        flash(_("Noted: reviewed today."), "good")
    return redirect(url_for("studio_articles.due", whose=request.form.get("whose") or None), code=303)
