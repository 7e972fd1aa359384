"""What is new: articles that were written or changed, what changed in them, and that one has read it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from kb.insight.training.receipts import (
    get_news,
    list_news,
    news_of,
    note_read,
    unread_that_need_no_confirming,
    versions_of,
)
from webapp.desk.practice import words
from webapp.shared.database import session
from webapp.shared.locale import choose_language

blueprint = Blueprint("desk_news", __name__, url_prefix="/desk/news")

MOST = 60


@blueprint.get("/")
def news() -> ResponseReturnValue:
    """Unread first, of these what must be read. Two statements."""
    found = list_news(session(), current_user.id, choose_language(), limit=MOST)
    return render_template("desk/practice/news.html", news=found, words=words)


@blueprint.get("/<int:announcement_id>")
def one(announcement_id: int) -> ResponseReturnValue:
    """What changed, in each language of the document."""
    language = choose_language()
    announcement = get_news(session(), announcement_id)
    return render_template(
        "desk/practice/news_one.html",
        news=news_of(session(), announcement, current_user.id, language),
        versions=versions_of(session(), announcement, language),
        words=words,
    )


@blueprint.post("/<int:announcement_id>/read")
def read(announcement_id: int) -> ResponseReturnValue:
    """A read receipt."""
    get_news(session(), announcement_id)
    note_read(session(), [announcement_id], current_user.id)
    return redirect(url_for("desk_news.news"), code=303)


@blueprint.post("/read")
def read_all() -> ResponseReturnValue:
    """All but those that must be confirmed one by one."""
    count = note_read(session(), unread_that_need_no_confirming(session(), current_user.id), current_user.id)
    if count:
        flash(ngettext("%(num)s is marked as read.", "%(num)s are marked as read.", count), "good")
    else:
        flash(_("Nothing was left but what must be confirmed one by one."), "plain")
    return redirect(url_for("desk_news.news"), code=303)
