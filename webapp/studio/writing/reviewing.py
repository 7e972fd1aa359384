"""Reading what a colleague wrote: the list of what waits, the text with comments on its paragraphs, and the word about it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from kb.accounts.people import list_users, role_allows
from kb.articles.comments import LONGEST_TEXT, answer_comment, comment_on, set_resolved, threads_of
from kb.articles.differences import around_changes, differences
from kb.articles.editing import AddressTakenError, FaultyTextError
from kb.articles.paragraphs import Paragraph, paragraphs_of
from kb.articles.reviewers import approvals_missing, readers_of
from kb.articles.reviews import (
    Editor,
    TextToRead,
    approve,
    ask_review,
    close_reviews,
    may_approve,
    others_missing,
    publish_read_text,
    reviews_of,
    send_back,
    text_to_read,
    waiting_review,
    waiting_reviews,
)
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError
from kb.tables import ReviewState, Role, User
from webapp.shared.database import session
from webapp.shared.formatting import shop_day
from webapp.shared.personal_data import without_personal_data
from webapp.shared.searching import current_settings
from webapp.studio.writing.blueprint import blueprint, sent_number
from webapp.studio.writing.preview import preview_of
from webapp.studio.writing.words import KINDS, REVIEW_STATES, STATUSES, fault_words


def me() -> Editor:
    return Editor(current_user.id, current_user.email)


def colleagues() -> list[User]:
    """Who can be asked: everybody who may write, but oneself."""
    people = list_users(session())
    return [one for one in people if one.active and role_allows(one.role, Role.TRAINER) and one.id != current_user.id]


def chosen_reviewers() -> list[int]:
    """Of the form; none for anybody."""
    ticked = set(request.form.getlist("reviewer"))
    return [one.id for one in colleagues() if str(one.id) in ticked]


@blueprint.get("/reviews")
def reviews() -> ResponseReturnValue:
    """What waits to be read, what this person is asked for first. Three statements."""
    found = waiting_reviews(session(), current_user.id)
    return render_template(
        "studio/reviews.html",
        mine=[one for one in found if one.waits_for(current_user.id)],
        others=[one for one in found if not one.waits_for(current_user.id)],
    )


@blueprint.get("/<int:article_id>/review")
def review(article_id: int) -> ResponseReturnValue:
    """The text with its comments; `?draft=` reads the change of a published article."""
    return _page(article_id, request.args.get("draft", ""))


@blueprint.post("/<int:article_id>/review")
def decide(article_id: int) -> ResponseReturnValue:
    """Ask, take back, approve (and publish), send back."""
    draft_key, step, word = request.form.get("draft", ""), request.form.get("step", ""), request.form.get("word", "")
    steps = {
        "ask": _("It waits for a colleague to read it."),
        "withdraw": _("Nobody is asked any more."),
        "approve": _("Approved. It can be published."),
        "publish": _("Approved and published. Readers find it within a second."),
        "send_back": _("Sent back. The writer sees your word."),
    }
    if step not in steps:
        abort(400)
    try:
        reading = text_to_read(session(), article_id, draft_key)
        missing = _decide(reading, step, without_personal_data(word))
    except (ConflictError, InvalidInputError, NotAllowedError) as error:
        session().rollback()
        status = 409 if isinstance(error, ConflictError) else 403 if isinstance(error, NotAllowedError) else 422
        return _page(article_id, draft_key, problem=_words(error), word=word), status
    if missing:
        said = ngettext(
            "You have approved it. %(num)s colleague has to approve it too.",
            "You have approved it. %(num)s colleagues have to approve it too.",
            missing,
        )
        flash(said, "good")
    else:
        flash(steps[step], "good")
    gone = (step == "publish" and not missing) or (step in {"send_back", "withdraw"} and draft_key)
    return redirect(
        url_for("studio_articles.review", article_id=article_id, draft=None if gone else draft_key or None), code=303
    )


def _decide(reading: TextToRead, step: str, word: str) -> int:
    """Returns how many more colleagues have to approve the text after one has."""
    article, draft_key = reading.article, reading.draft.key if reading.draft else ""
    if step == "ask":
        if not draft_key and article.status != "in_review":
            raise ConflictError("It is not in review.")
        ask_review(session(), article, by=me(), readers=chosen_reviewers(), word=word, draft_key=draft_key)
    elif step == "withdraw":
        close_reviews(session(), article.id, by=me(), state=ReviewState.WITHDRAWN, draft_key=draft_key)
        if reading.draft is not None:
            reading.draft.for_review = False
    elif step == "send_back":
        send_back(session(), reading, by=me(), word=word)
    else:
        found = approve(session(), reading, by=me(), seen=request.form.get("seen", ""), word=word)
        if found.state == ReviewState.WAITING:
            return approvals_missing(readers_of(session(), [found.id])[found.id], reading.digest)
        if step == "publish":
            needed = current_settings().needs_approval
            publish_read_text(session(), reading, by=me(), today=shop_day(), needs_approval=needed)
    return 0


@blueprint.post("/<int:article_id>/comments")
def comment(article_id: int) -> ResponseReturnValue:
    """A word about a paragraph."""
    draft_key, text = request.form.get("draft", ""), request.form.get("text", "")
    reading = text_to_read(session(), article_id, draft_key)
    try:
        made = comment_on(
            session(),
            article_id,
            without_personal_data(text),
            user_id=current_user.id,
            paragraphs=_paragraphs(reading),
            place=sent_number("place"),
            quote=request.form.get("quote", ""),
        )
    except InvalidInputError as error:
        session().rollback()
        return _page(article_id, draft_key, problem=_words(error), typed={sent_number("place"): text}), 422
    return _back(article_id, draft_key, f"comment-{made.id}")


@blueprint.post("/comments/<int:comment_id>")
def settle(comment_id: int) -> ResponseReturnValue:
    """Answer a comment, resolve it, open it again."""
    draft_key, step = request.form.get("draft", ""), request.form.get("step", "")
    if step == "answer":
        try:
            text = without_personal_data(request.form.get("text", ""))
            found = answer_comment(session(), comment_id, text, user_id=current_user.id)
        except InvalidInputError as error:
            session().rollback()
            flash(_words(error), "warn")
            return redirect(request.referrer or url_for("studio_articles.reviews"), code=303)
        return _back(found.article_id, draft_key, f"comment-{found.parent_id}")
    if step not in {"resolve", "reopen"}:
        abort(400)
    found = set_resolved(session(), comment_id, resolved=step == "resolve", user_id=current_user.id)
    return _back(found.article_id, draft_key, f"comment-{found.id}")


def _back(article_id: int, draft_key: str, anchor: str) -> ResponseReturnValue:
    address = url_for("studio_articles.review", article_id=article_id, draft=draft_key or None, _anchor=anchor)
    return redirect(address, code=303)


def _paragraphs(reading: TextToRead) -> list[Paragraph]:
    return paragraphs_of(preview_of(reading.text, reading.article).rendered.html)


def _page(
    article_id: int, draft_key: str, *, problem: str = "", word: str = "", typed: dict[int, str] | None = None
) -> str:
    reading = text_to_read(session(), article_id, draft_key)
    paragraphs = _paragraphs(reading)
    threads = threads_of(session(), article_id, paragraphs)
    waiting = waiting_review(session(), article_id, draft_key)
    readers = readers_of(session(), [waiting.id]).get(waiting.id, ()) if waiting is not None else ()
    return render_template(
        "studio/review.html",
        article=reading.article,
        reading=reading,
        draft_key=draft_key,
        paragraphs=paragraphs,
        threads=threads,
        changes=around_changes(differences(reading.article.body, reading.text.body)) if draft_key else [],
        waiting=waiting,
        readers=readers,
        others_missing=others_missing(readers, reading, current_user.id),
        asked=[str(one.user_id) for one in readers if one.is_asked],
        may_approve=may_approve(session(), reading, me()),
        reviews=reviews_of(session(), article_id),
        colleagues=colleagues(),
        needs_approval=current_settings().needs_approval,
        problem=problem,
        word=word,
        typed=typed or {},
        statuses=STATUSES,
        kinds=KINDS,
        states=REVIEW_STATES,
        open_comments=sum(one.resolved_at is None for one in threads),
    )


def _words(error: Exception) -> str:
    """In the words of the page."""
    if isinstance(error, FaultyTextError):
        return fault_words(error.faults[0])
    if isinstance(error, AddressTakenError):
        return str(_("Another article has this address already."))
    if isinstance(error, NotAllowedError):
        return str(_("Nobody approves what they wrote themselves. Ask a colleague."))
    if isinstance(error, ConflictError):
        return str(
            _("The text has changed since you opened it, or somebody has decided already. Please read it again.")
        )
    if request.form.get("step") == "send_back":
        return str(_("Say what is missing: without a word the writer does not know what to do."))
    if not request.form.get("text", "").strip():
        return str(_("Write a word first."))
    return str(_("This is too long: at most %(number)s letters.", number=LONGEST_TEXT))
