"""Announcements for trainers: what must be read, who has read it, reminders."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from kb.insight.training.receipts import receipts, remind, set_must_read, withdraw
from webapp.desk.practice import words
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.paging import neighbours, page_number
from webapp.shared.searching import current_settings
from webapp.studio.training.blueprint import blueprint

A_PAGE = 20


@blueprint.get("/news/")
def news() -> ResponseReturnValue:
    """The newest first, each with who has read it. Five statements."""
    page = page_number()
    found, count = receipts(session(), choose_language(), limit=A_PAGE, offset=(page - 1) * A_PAGE)
    earlier, later = neighbours(page, count, A_PAGE)
    return render_template(
        "studio/training/news.html",
        news=found,
        can_mail=current_settings().mail_smtp is not None,
        previous_url=earlier,
        next_url=later,
        words=words,
    )


@blueprint.post("/news/<int:announcement_id>")
def change_news(announcement_id: int) -> ResponseReturnValue:
    act = request.form.get("act", "")
    if act in {"must", "may"}:
        set_must_read(session(), announcement_id, must_read=act == "must")
    elif act in {"withdraw", "bring_back"}:
        withdraw(session(), announcement_id, withdrawn=act == "withdraw")
    elif act == "remind":
        count = remind(session(), announcement_id, by_mail=current_settings().mail_smtp is not None)
        flash(ngettext("%(num)s person is reminded.", "%(num)s people are reminded.", count), "good")
    else:
        abort(400)
    return redirect(url_for("studio_training.news", _anchor=f"news-{announcement_id}"), code=303)
