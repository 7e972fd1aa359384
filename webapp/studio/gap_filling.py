"""Filling a gap: what there is to link, to publish, to translate or to draft from, what that would do, and doing it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.articles import get_article
from kb.articles.approval import NotApprovedError
from kb.insight.gaps import (
    begin_article,
    draft_from_tickets,
    link_article,
    misses_of,
    publish_article,
    start_translation,
)
from kb.insight.gaps.editing import note_replay
from kb.insight.gaps.fills import DRAFTS, last_fill
from kb.insight.gaps.golden import GoldenSet
from kb.insight.gaps.listing import get_gap
from kb.insight.gaps.previewing import preview_fill
from kb.insight.gaps.proving import summary_of
from kb.insight.gaps.replay import NOT_ANSWERED, NOT_FOUND, replay_gap
from kb.search.types import Audience, Outcome
from kb.tables import Article
from kb.tickets import find_resolved_ticket
from webapp.shared.database import session
from webapp.shared.locale import choose_language, offered_base, offered_languages
from webapp.shared.runtime import search_runtime
from webapp.shared.searching import search_unrecorded
from webapp.studio.blueprint import blueprint, current_settings
from webapp.studio.gap_words import NAMES, STATUSES

FOUND, LONGEST_SEARCH, EXAMPLES = 12, 300, 5
WHY = {
    NOT_FOUND: lazy_gettext("The article is not among the first three."),
    NOT_ANSWERED: lazy_gettext("It is found, but the search is not sure."),
}
OUTCOMES = {
    "answered": lazy_gettext("answered"),
    "unsure": lazy_gettext("not sure"),
    "none": lazy_gettext("nothing found"),
}


@blueprint.get("/gaps/<int:gap_id>/fill")
def fill(gap_id: int) -> ResponseReturnValue:
    """Articles and tickets that may answer it, found by `?q=`, else by its title."""
    gap, misses, count = misses_of(session(), gap_id, limit=EXAMPLES)
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH] or gap.label
    answer = search_unrecorded(
        words,
        audience=Audience.REP,
        place="studio",
        reader_language=choose_language(),
        limit=FOUND,
        is_typing=False,
    )
    tickets = [result for result in answer.results if result.kind == "ticket"]
    filled = last_fill(session(), gap_id)
    return render_template(
        "studio/gap_fill.html",
        gap=gap,
        examples=list(dict.fromkeys(miss.event.query for miss in misses)),
        count=count,
        words=words,
        articles=[result for result in answer.results if result.kind == "article"],
        tickets=tickets,
        # Nothing is proposed that the search itself does not believe: a draft would be about something else.
        proposed=tickets[0] if tickets and answer.outcome is not Outcome.NONE and not tickets[0].less_likely else None,
        hidden=[
            fact for fact in gap.evidence if fact["kind"] == "article" and fact["status"] in ("draft", "in_review")
        ],
        begun=get_article(session(), filled.article_id) if filled and filled.way in DRAFTS else None,
        sources=filled.tickets if filled else (),
        said_by=filled.said_by if filled else (),
        is_composed=current_settings().llm is not None,
        languages=offered_languages(),
        wanted=offered_base(misses[0].language) if misses else "",
        names=NAMES,
        statuses=STATUSES,
    )


@blueprint.get("/gaps/<int:gap_id>/preview/<int:article_id>")
def preview(gap_id: int, article_id: int) -> ResponseReturnValue:
    """What linking or publishing this article would do; nothing is changed by it."""
    gap, article = get_gap(session(), gap_id), get_article(session(), article_id)
    if article.status == "archived":
        abort(404)
    from indexer.unpublished import passages_if_published

    runtime = search_runtime()
    tried = preview_fill(
        session(),
        runtime.encoder,
        _golden(),
        gap_id,
        article,
        passages_if_published,
        region=current_settings().phone_region,
    )
    return render_template(
        "studio/gap_preview.html",
        gap=gap,
        article=article,
        is_public=is_public(article),
        tried=tried,
        why=WHY,
        outcomes=OUTCOMES,
        statuses=STATUSES,
    )


@blueprint.post("/gaps/<int:gap_id>/fill")
def fill_with(gap_id: int) -> ResponseReturnValue:
    """Link an article that is public, or publish one that is not."""
    article = get_article(session(), _number("article"))
    if is_public(article):
        link_article(
            session(),
            gap_id,
            article.id,
            user_id=current_user.id,
            author=current_user.email,
            region=current_settings().phone_region,
        )
        flash(_("The article has its questions now. They are asked again in a minute."), "good")
    else:
        try:
            publish_article(
                session(), gap_id, article.id, user_id=current_user.id, author=current_user.email,
                needs_approval=current_settings().needs_approval,
            )  # fmt: skip
        except NotApprovedError:
            session().rollback()
            flash(
                _("A colleague has to approve this article, as customers are to read it, before it is published."),
                "warn",
            )
            return redirect(url_for("studio_articles.article", article_id=article.id), code=303)
        flash(_("The article is public now. The questions are asked again in a minute."), "good")
    return redirect(url_for("studio.gap", gap_id=gap_id), code=303)


@blueprint.post("/gaps/<int:gap_id>/draft")
def draft(gap_id: int) -> ResponseReturnValue:
    """A draft from the chosen tickets, with its sources beside it."""
    numbers = [
        int(text) for text in request.form.getlist("ticket") if text.isascii() and text.isdigit() and len(text) < 10
    ]
    language = _language()
    tickets = [ticket for number in numbers if (ticket := find_resolved_ticket(session(), number)) is not None]
    sources = [
        (_("Ticket %(number)s", number=str(ticket.id)), url_for("desk.ticket", ticket_id=ticket.id))
        for ticket in tickets
    ]
    made = draft_from_tickets(
        session(),
        gap_id,
        [ticket.id for ticket in tickets],
        sources,
        language=language,
        user_id=current_user.id,
        author=current_user.email,
        compose=composer.compose_draft if (composer := search_runtime().composer) else None,
    )
    flash(_("A draft was made. Read it, then see here what publishing it would do."), "good")
    return redirect(url_for("studio_drafts.draft", article_id=made.id), code=303)


@blueprint.post("/gaps/<int:gap_id>/begin")
def begin(gap_id: int) -> ResponseReturnValue:
    """An article from an empty page, with the gap's questions; it is written where all articles are."""
    begun = begin_article(
        session(),
        gap_id,
        _language(),
        user_id=current_user.id,
        author=current_user.email,
        region=current_settings().phone_region,
    )
    flash(_("A draft was begun with the questions of this gap. Once it is published, they are asked again."), "good")
    return redirect(url_for("studio_articles.article", article_id=begun.id), code=303)


@blueprint.post("/gaps/<int:gap_id>/translate")
def translate(gap_id: int) -> ResponseReturnValue:
    """Begin a translation of an article into the language in which it is asked."""
    language = _language()
    begun = start_translation(
        session(),
        gap_id,
        _number("article"),
        language,
        user_id=current_user.id,
        author=current_user.email,
        region=current_settings().phone_region,
    )
    flash(_("A translation was begun: a draft that has the text of the original."), "good")
    return redirect(url_for("studio_drafts.draft", article_id=begun.id), code=303)


@blueprint.post("/gaps/<int:gap_id>/replay")
def replay(gap_id: int) -> ResponseReturnValue:
    """Ask its questions again now."""
    searcher = search_runtime().searcher(Audience.CUSTOMER)
    replayed = replay_gap(session(), searcher, gap_id, golden=_golden())
    note_replay(session(), gap_id, summary_of(replayed), user_id=current_user.id)
    if replayed.closed:
        flash(_("Its questions are answered: the gap is closed."), "good")
    else:
        flash(_("Not closed: see which questions fail, and why."), "warn")
    return redirect(url_for("studio.gap", gap_id=gap_id, _anchor="replay"), code=303)


def is_public(article: Article) -> bool:
    return article.status == "published" and article.audience == "public"


def _golden() -> GoldenSet:
    runtime = search_runtime()
    return GoldenSet(session(), runtime.all_views(), runtime.make_searcher)


def _language() -> str:
    language = request.form.get("language", "")
    if language not in offered_languages():
        abort(400)
    return language


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10):
        abort(400)
    return int(text)
