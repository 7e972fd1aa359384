"""The editor: save, ask for a review, publish, archive."""

from dataclasses import dataclass, replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import get_article
from kb.articles.approval import NotApprovedError
from kb.articles.comments import count_open
from kb.articles.differences import around_changes, differences
from kb.articles.editing import (
    AddressTakenError,
    ArticleText,
    ChangedMeanwhileError,
    FaultyTextError,
    save_text,
    set_status,
    text_from,
    text_of,
)
from kb.articles.kept_drafts import drop_drafts, find_draft, keep_draft, open_drafts
from kb.articles.links import former_addresses
from kb.articles.pointing import pointing_to
from kb.articles.reviews import ask_review, close_reviews, reviews_of
from kb.articles.schedules import cancel_of_drafts, planned
from kb.articles.store import get_revision, source_of_revision
from kb.articles.studio_list import article_choices
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.tables import Article, ReviewState
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.flows import flows_of_shop
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.personal_data import without_personal_data
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint, new_key, sent_number, sent_text
from webapp.studio.writing.checks import PresentedChecks, presented
from webapp.studio.writing.preview import preview_of
from webapp.studio.writing.reviewing import chosen_reviewers, colleagues, me
from webapp.studio.writing.templates import template_body
from webapp.studio.writing.tools import add_picture
from webapp.studio.writing.words import AUDIENCES, KINDS, PLANNED_ACTS, STATUSES, WHY_NOT, fault_words


@dataclass(frozen=True)
class Opened:
    """A page of the editor. key: its name; taken_up: the name of the draft that it goes on with; seen: the revision that its text

    began from, 0 for the newest.
    """

    key: str = ""
    taken_up: str = ""
    seen: int = 0


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """A new article from a template, or a draft of one that was never saved. Nothing is stored before it is typed in."""
    key = request.args.get("draft", "")
    if key:
        draft = find_draft(session(), key, current_user.id)
        if draft.article_id is not None:
            return redirect(url_for("studio_articles.article", article_id=draft.article_id, draft=key))
        return _edit(None, text_from(draft.fields, draft.body), opened=Opened(key))
    language = request.args.get("language", "")
    language = language if language in offered_languages() else choose_language()
    body = template_body(request.args.get("template", ""), language)
    return _edit(None, ArticleText(language=language, owner=current_user.email, body=body))


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    return _save(None)


@blueprint.get("/<int:article_id>")
def article(article_id: int) -> ResponseReturnValue:
    """One article to be changed; `?draft=` goes on with what was typed before."""
    found = get_article(session(), article_id)
    key = request.args.get("draft", "")
    if not key:
        return _edit(found, text_of(found))
    draft = find_draft(session(), key, current_user.id)
    if draft.article_id != found.id:
        raise NotFoundError(_("There is no such draft (any more)."))
    is_own = draft.user_id == current_user.id
    text = text_from(draft.fields, draft.body)
    return _edit(found, text, opened=Opened(key if is_own else "", key, draft.revision))


@blueprint.post("/<int:article_id>")
def change(article_id: int) -> ResponseReturnValue:
    return _save(get_article(session(), article_id))


@blueprint.get("/<int:article_id>/archive")
def leave(article_id: int) -> ResponseReturnValue:
    """What points to an article, before customers cannot read it any more."""
    return _leave(get_article(session(), article_id))


@blueprint.post("/<int:article_id>/archive")
def archive(article_id: int) -> ResponseReturnValue:
    """Archive it, or take it back to the drafts. It keeps its text, its versions and its address."""
    found = get_article(session(), article_id)
    status = request.form.get("step", "")
    if status not in {"archived", "draft"}:
        abort(400)
    try:
        set_status(session(), found, status, seen=sent_number("seen"), author=current_user.email)
        close_reviews(session(), found.id, by=me(), state=ReviewState.WITHDRAWN)
    except ConflictError:
        session().rollback()
        problem = _("A colleague has changed this article meanwhile. Please look again.")
        return _leave(get_article(session(), article_id), problem=problem), 409
    flash(
        _("Archived. It can be published again at any time.") if status == "archived" else _("It is a draft again."),
        "good",
    )
    return redirect(url_for("studio_articles.article", article_id=article_id), code=303)


def _leave(found: Article, *, problem: str = "") -> str:
    quoting = [
        flow.name
        for flow in flows_of_shop().flows.values()
        if any(s.quote and s.quote.article == found.slug for s in flow.steps.values())
    ]
    return render_template(
        "studio/article_archive.html",
        article=found,
        problem=problem,
        pointing=pointing_to(session(), found, offered_languages()),
        flows=quoting,
        statuses=STATUSES,
    )


def _save(found: Article | None) -> ResponseReturnValue:
    """One step of the editor. What was typed is never lost: where it cannot be saved, it stands in the form again."""
    text, step, seen = sent_text(), request.form.get("step", ""), sent_number("seen")
    key, taken_up = request.form.get("key", ""), request.form.get("taken_up", "")
    if found is None and text.language not in offered_languages():
        text = replace(text, language=choose_language())
    if found is not None:
        text = replace(text, language=found.language)
    again = Opened(key, taken_up, seen)
    if step in {"try", "picture", "check"}:
        problem = ""
        if step == "picture":
            text, problem = add_picture(text)
        shown = presented(text, found) if step == "check" else None
        return _edit(found, text, problem=problem, opened=again, checked=shown), 422 if problem else 200
    status = found.status if found is not None else "draft"
    is_live = status == "published"
    if step == "keep" or (step == "submit" and is_live):
        kept = keep_draft(session(), key, current_user.id, text, article_id=found.id if found else None, seen=seen)
        if step == "submit":
            assert found is not None
            kept.for_review = True
            ask_review(session(), found, by=me(), readers=chosen_reviewers(), draft_key=kept.key)
        flash(
            _("Your changes wait for a colleague. Readers see the article as it was until then.")
            if kept.for_review
            else _("Kept. Nobody else sees it before it is saved."),
            "good",
        )
        return redirect(_address(found, kept.key), code=303)
    goals = {"save": status, "submit": "in_review", "publish": "published", "draft": "draft"}
    if step not in goals or (step == "save" and is_live):
        abort(400)
    try:
        saved = save_text(
            session(), text, goals[step], article=found, seen=seen, author=current_user.email,
            note=without_personal_data(request.form.get("note", "").strip()), needs_approval=current_settings().needs_approval,
        )  # fmt: skip
    except FaultyTextError as error:
        session().rollback()
        faults = {fault.field: fault_words(fault) for fault in reversed(error.faults)}
        return _edit(found, text, problem=_("It was not saved: see what is marked."), faults=faults, opened=again), 422
    except InvalidInputError as error:
        session().rollback()
        return _edit(found, text, problem=words_of(error), opened=again), 422
    except AddressTakenError as error:
        session().rollback()
        words = _(
            "“%(title)s” has this address already. Two articles of one language need two addresses.",
            title=error.holder.title,
        )
        return _edit(found, text, problem=words, faults={"slug": words}, holder=error.holder.id, opened=again), 422
    except ChangedMeanwhileError:
        session().rollback()
        assert found is not None
        found = get_article(session(), found.id)
        return _edit(found, text, opened=again), 409
    except NotApprovedError:
        session().rollback()
        words = _(
            "A colleague has to approve this very text before it is published. Ask for a review, or keep it for later."
        )
        return _edit(found, text, problem=words, opened=again), 409
    except ConflictError as error:
        session().rollback()
        found = get_article(session(), found.id) if found is not None else None
        return _edit(found, text, problem=words_of(error), opened=again), 409
    _settle_reviews(saved, step, taken_up)
    cancel_of_drafts(session(), (key, taken_up))
    drop_drafts(session(), (key, taken_up), current_user.id)
    said = {
        "save": _("Saved as a draft."),
        "submit": _("It waits for a colleague to read it."),
        "publish": _("Published. Readers find it within a second."),
        "draft": _("It is a draft again."),
    }
    flash(said[step], "good")
    # The browser's own copy of the page of this name is not needed any more.
    return redirect(url_for("studio_articles.article", article_id=saved.id, saved=key or None), code=303)


def _settle_reviews(saved: Article, step: str, taken_up: str) -> None:
    """What a step of the editor means for those who were asked to read."""
    if step == "submit":
        ask_review(session(), saved, by=me(), readers=chosen_reviewers())
    elif step == "publish":
        close_reviews(session(), saved.id, by=me(), state=ReviewState.PUBLISHED, draft_key=taken_up)
    elif step == "draft":
        close_reviews(session(), saved.id, by=me(), state=ReviewState.WITHDRAWN)


def _address(found: Article | None, key: str) -> str:
    if found is None:
        return url_for("studio_articles.new", draft=key)
    return url_for("studio_articles.article", article_id=found.id, draft=key)


def _edit(
    found: Article | None,
    text: ArticleText,
    *,
    opened: Opened | None = None,
    problem: str = "",
    faults: dict[str, str] | None = None,
    holder: int = 0,
    checked: PresentedChecks | None = None,
) -> str:
    """holder: the article that has the wished address; checked: what the checks found, where they were asked for.

    A text that began from an earlier revision comes with what is new."""
    opened = opened or Opened()
    page_key = opened.key or new_key()
    drafts = [
        (draft, name)
        for draft, name in (open_drafts(session(), current_user.id, article_id=found.id) if found is not None else [])
        if draft.key not in {page_key, opened.taken_up}
    ]
    begun = opened.seen if found is not None and opened.seen not in {0, found.revision} else 0
    theirs = _theirs(found, text, begun) if found is not None and begun else None
    return render_template(
        "studio/article.html",
        article=found,
        text=text,
        key=page_key,
        taken_up=opened.taken_up,
        seen=found.revision if found is not None else 0,
        theirs=theirs,
        problem=problem,
        faults=faults or {},
        holder=holder,
        drafts=drafts,
        former=former_addresses(session(), found) if found is not None else [],
        preview=preview_of(text, found),
        checked=checked,
        choices=article_choices(session()),
        colleagues=colleagues(),
        ticked_reviewers=request.form.getlist("reviewer"),
        needs_approval=current_settings().needs_approval,
        reviews=reviews_of(session(), found.id, limit=1) if found is not None else [],
        open_comments=count_open(session(), found.id) if found is not None else 0,
        planned=planned(session(), article_id=found.id) if found is not None else [],
        planned_acts=PLANNED_ACTS,
        why=WHY_NOT,
        statuses=STATUSES,
        kinds=KINDS,
        audiences=AUDIENCES,
        offered=offered_languages(),
    )


def _theirs(found: Article, text: ArticleText, begun: int) -> dict[str, object]:
    """What a colleague saved meanwhile: against what the writer began from, and against what the writer has now."""
    now = text_of(found)
    try:
        base = text_of(source_of_revision(get_revision(session(), found, begun)))
        newest = get_revision(session(), found, found.revision)
    except NotFoundError:
        return {"by": "", "changes": [], "against": around_changes(differences(now.body, text.body)), "text": now.body}
    return {
        "by": newest.author,
        "at": newest.created_at,
        "changes": around_changes(differences(base.body, now.body)),
        "against": around_changes(differences(now.body, text.body)),
        "title": now.title if now.title != base.title else "",
        "text": now.body,
    }
