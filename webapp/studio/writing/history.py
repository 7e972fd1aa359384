"""The versions of an article: word by word what changed between two of them, and bringing one back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.articles import get_article, get_revision, list_revisions, restore_revision
from kb.articles.approval import NotApprovedError, require_approval
from kb.articles.differences import Piece, around_changes, differences
from kb.articles.editing import ArticleText, text_of
from kb.articles.store import restored_source, source_of_revision
from kb.core.errors import ConflictError
from kb.tables import Article
from webapp.shared.database import session
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint, sent_number
from webapp.studio.writing.words import STATUSES

NAMES = {
    "title": lazy_gettext("Title"),
    "slug": lazy_gettext("Address"),
    "language": lazy_gettext("Language"),
    "topic": lazy_gettext("Topic"),
    "audience": lazy_gettext("Audience"),
    "status": lazy_gettext("State"),
    "also_asked": lazy_gettext("Also asked as"),
    "owner": lazy_gettext("Owner"),
    "review_by": lazy_gettext("To be reviewed by"),
}
MOST_VERSIONS = 200


@blueprint.get("/<int:article_id>/history")
def history(article_id: int) -> ResponseReturnValue:
    """All versions; `?a=` and `?b=` are the two that are compared, else the newest with the one before."""
    found = get_article(session(), article_id)
    return _history(found)


@blueprint.post("/<int:article_id>/history")
def restore(article_id: int) -> ResponseReturnValue:
    """What an earlier version said becomes the newest one. Address, audience and state stay."""
    found = get_article(session(), article_id)
    try:
        if found.status == "published" and current_settings().needs_approval:
            require_approval(session(), found, restored_source(session(), found, sent_number("revision")))
        restore_revision(session(), found, sent_number("revision"), author=current_user.email)
    except NotApprovedError:
        session().rollback()
        problem = _(
            "This version was never published or approved. Bring what you need into the article and ask for a review."
        )
        return _history(get_article(session(), article_id), problem=problem), 409
    except ConflictError:
        session().rollback()
        return _history(
            get_article(session(), article_id), problem=_("A colleague saved at the same moment. Please look again.")
        ), 409
    flash(_("The earlier version holds again."), "good")
    return redirect(url_for("studio_articles.history", article_id=article_id), code=303)


def _history(found: Article, *, problem: str = "") -> str:
    revisions = list_revisions(session(), found)[:MOST_VERSIONS]
    newest = revisions[0].number if revisions else 0
    first = sent_number("a") if request.method == "GET" else 0
    second = sent_number("b") if request.method == "GET" else 0
    second = second or newest
    first = first or max(second - 1, 1)
    changed: list[tuple[object, list[Piece]]] = []
    body: list[Piece] = []
    if revisions:
        before, after = (get_revision(session(), found, number) for number in (first, second))
        old, new = source_of_revision(before), source_of_revision(after)
        changed = _fields(text_of(old), text_of(new))
        if old.status != new.status:
            states = [Piece("removed", str(STATUSES[old.status])), Piece("added", str(STATUSES[new.status]))]
            changed.append((NAMES["status"], states))
        body = around_changes(differences(old.body, new.body))
    return render_template(
        "studio/article_history.html",
        article=found,
        revisions=revisions,
        first=first,
        second=second,
        changed=changed,
        body=body,
        problem=problem,
        statuses=STATUSES,
    )


def _fields(old: ArticleText, new: ArticleText) -> list[tuple[object, list[Piece]]]:
    before, after = old.fields(), new.fields()
    return [(NAMES[name], differences(before[name], after[name])) for name in before if before[name] != after[name]]
