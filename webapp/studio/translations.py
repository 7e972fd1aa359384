"""The studio's pages of translations: which are wanted and missing, articles by languages, one beside its source."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import get_article
from kb.articles.differences import Piece, differences
from kb.articles.translating import begin_translation
from kb.core.errors import ConflictError, InvalidInputError
from kb.insight.translations import list_missing
from kb.insight.translations.page import beside_source, confirm_section, matrix, seen_hash, undo_section
from webapp.shared.database import session
from webapp.shared.locale import offered_languages
from webapp.shared.numbers import small_number
from webapp.shared.paging import neighbours, page_number

blueprint = Blueprint("studio_translations", __name__, url_prefix="/studio/translations")
blueprint.add_app_template_global(seen_hash, "seen_hash")

A_PAGE = 50
ONLY = ("", "missing", "behind")


@blueprint.get("/")
def translations() -> ResponseReturnValue:
    """What is missing, the most wanted first."""
    return render_template("studio/translations.html", missing=list_missing(session()))


@blueprint.get("/matrix")
def by_language() -> ResponseReturnValue:
    """Articles by languages. `?language=` decides the order; `?only=` missing or behind."""
    language, only = request.args.get("language", ""), request.args.get("only", "")
    language = language if language in offered_languages() else ""
    only = only if only in ONLY else ""
    page = page_number()
    rows, count = matrix(
        session(), offered_languages(), language=language, only=only, limit=A_PAGE, offset=(page - 1) * A_PAGE
    )
    earlier, later = neighbours(page, count, A_PAGE)
    return render_template(
        "studio/translation_matrix.html",
        rows=rows,
        count=count,
        languages=offered_languages(),
        language=language,
        only=only,
        previous_url=earlier,
        next_url=later,
    )


@blueprint.get("/<int:article_id>")
def translation(article_id: int) -> ResponseReturnValue:
    """One translation beside its source: what the source said, what it says now, what the translation says."""
    return _translation(article_id)


def _translation(article_id: int, *, problem: str = "") -> str:
    beside = beside_source(session(), article_id)
    return render_template(
        "studio/translation.html", beside=beside, old_and_new=old_and_new, problem=problem,
        work=[one for one in beside.sections if one.needs_work],
    )  # fmt: skip


def old_and_new(before: str, now: str) -> tuple[list[Piece], list[Piece]]:
    """The same comparison twice: with what was removed, and with what was added."""
    pieces = differences(before, now)
    return [one for one in pieces if one.kind != "added"], [one for one in pieces if one.kind != "removed"]


@blueprint.post("/<int:article_id>")
def decide(article_id: int) -> ResponseReturnValue:
    """A section is up to date, or what was said of it holds no longer."""
    row = small_number(request.form.get("row", ""))
    try:
        if request.form.get("step") == "undo":
            undo_section(session(), article_id, row or 0)
            flash(_("Taken back."), "good")
        else:
            place = request.form.get("source_place", "")
            confirm_section(
                session(),
                article_id,
                row=row,
                source_place=int(place) if place.isascii() and place.isdigit() and len(place) < 4 else None,
                seen=request.form.get("seen", ""),
                by=current_user.email,
            )
            flash(_("This section is up to date now."), "good")
    except ConflictError:
        session().rollback()
        return _translation(article_id, problem=_("This section has changed meanwhile. Please look again.")), 409
    return redirect(url_for("studio_translations.translation", article_id=article_id), code=303)


@blueprint.post("/<int:article_id>/begin")
def begin(article_id: int) -> ResponseReturnValue:
    """Begin a version in another language: a draft that has the text of the original."""
    language = request.form.get("language", "")
    if language not in offered_languages():
        raise InvalidInputError(_("Choose one of the languages."))
    begun = begin_translation(session(), get_article(session(), article_id), language, author=current_user.email)
    flash(_("A translation was begun: a draft that has the text of the original."), "good")
    return redirect(url_for("studio_articles.article", article_id=begun.id), code=303)
