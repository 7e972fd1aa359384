"""Drafts that reps made of what they solved: a trainer reads them, takes them as Markdown, or puts them away."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.articles import archive_article, get_article, list_articles, render_markdown, source_of_article, write_article
from kb.core.errors import NotFoundError
from kb.tables import Article
from webapp.shared.database import session
from webapp.shared.ui import render_fresh

blueprint = Blueprint("studio_drafts", __name__, url_prefix="/studio/drafts")


@blueprint.get("/")
def drafts() -> ResponseReturnValue:
    """Every draft, the newest first."""
    found = sorted(list_articles(session(), status="draft"), key=lambda one: one.updated_at, reverse=True)
    return render_fresh("studio/drafts.html", drafts=found)


@blueprint.get("/<int:article_id>")
def draft(article_id: int) -> ResponseReturnValue:
    found = _draft(article_id)
    return render_fresh("studio/draft.html", draft=found, rendered=render_markdown(found.body))


@blueprint.get("/<int:article_id>.md")
def markdown(article_id: int) -> Response:
    """The draft as a file for the folder of articles: edited there and synchronised, it is published."""
    found = _draft(article_id)
    answer = Response(write_article(source_of_article(session(), found)), mimetype="text/markdown")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''draft-{found.id}.md"
    return answer


@blueprint.post("/<int:article_id>/archive")
def archive(article_id: int) -> ResponseReturnValue:
    found = _draft(article_id)
    archive_article(session(), found, author=current_user.email, note="a draft that is not needed")
    flash(_("The draft was put away."), "good")
    return redirect(url_for("studio_drafts.drafts"), code=303)


def _draft(article_id: int) -> Article:
    found = get_article(session(), article_id)
    if found.status != "draft":
        raise NotFoundError(_("There is no such draft (any more)."))
    return found
