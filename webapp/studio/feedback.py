"""The studio's page of why articles did not help, as readers said it; and that an article was read through and found right."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.articles import get_article
from kb.articles.store import mark_reviewed
from kb.insight.vote_reasons import Why, count_reasons, list_reasons
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.paging import neighbours, page_number

blueprint = Blueprint("studio_feedback", __name__, url_prefix="/studio/feedback")

A_PAGE = 50
CHOICES = {
    Why.MISSING.value: lazy_gettext("What I need is not here"),
    Why.UNCLEAR.value: lazy_gettext("It is hard to follow"),
    Why.OUTDATED.value: lazy_gettext("It is wrong or out of date"),
    Why.FAILED.value: lazy_gettext("I did it and it did not work"),
}


@blueprint.get("/")
def reasons() -> ResponseReturnValue:
    """The newest first. Two statements."""
    page, count = page_number(), count_reasons(session())
    found = list_reasons(session(), limit=A_PAGE, offset=(page - 1) * A_PAGE)
    earlier, later = neighbours(page, count, A_PAGE)
    return render_template(
        "studio/feedback.html", reasons=found, choices=CHOICES, count=count, previous_url=earlier, next_url=later
    )


@blueprint.post("/articles/<int:article_id>/reviewed")
def reviewed(article_id: int) -> ResponseReturnValue:
    """Somebody has read the article through and found it right: readers see the day."""
    article = get_article(session(), article_id)
    mark_reviewed(session(), article, shop_day(), author=current_user.email)
    flash(_("Noted: reviewed today."), "good")
    return redirect(url_for("desk.article", article_id=article.id), code=303)
