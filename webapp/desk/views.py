"""The desk: one search over articles, internal articles and past tickets, a preview, and the customers who wait."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import find_published
from kb.articles.flows import text_in
from kb.core.errors import NotFoundError
from kb.insight.flags.listing import own_flag
from kb.insight.translations import count_want
from kb.search.search_as_you_type import drop_partial_queries
from kb.search.types import Audience, SearchAnswer
from kb.service.desk_documents import is_pinned, note_opened, set_pin
from kb.service.queue import View
from kb.service.references import conversation_with, read_reference
from kb.service.used_documents import solved_by
from kb.tables import Channel, FeedbackKind
from kb.tables.feedback import parse_document
from kb.tickets import find_resolved_ticket
from webapp.desk.conversation import conversation
from webapp.desk.copying import copy_forms_of_ticket
from webapp.desk.display import channel_name, customer_language, desk_url, piece_to_mark
from webapp.desk.inbox.flow import flows_for
from webapp.desk.inbox.macros import macros_for_desk
from webapp.desk.listing import best_of, make_listing
from webapp.desk.live import changes, live, present
from webapp.desk.reading import read_article
from webapp.desk.start import start_of_desk
from webapp.shared.access import safe_next
from webapp.shared.after_response import run_after_response
from webapp.shared.database import session
from webapp.shared.feedback import note_feedback, person_visit
from webapp.shared.flag_words import STATES
from webapp.shared.locale import choose_language, offered_languages
from webapp.shared.searching import record_if_typed, search_and_record
from webapp.shared.ui import is_partial, is_typing, render_fresh

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
blueprint.add_app_template_global(channel_name)
blueprint.add_app_template_global(desk_url)
blueprint.add_app_template_global(piece_to_mark)
blueprint.add_url_rule("/live", view_func=live)
blueprint.add_url_rule("/present", view_func=present, methods=["POST"])
blueprint.add_url_rule("/live/changes", view_func=changes)
blueprint.add_url_rule("/conversation", view_func=conversation, methods=["GET", "POST"])

PLACE, SEARCHED = "desk", 30
FEEDBACK = {kind.value: kind for kind in (FeedbackKind.ANSWERED, FeedbackKind.NOT_ANSWERED, FeedbackKind.COPIED)}


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The search page; for what is typed with scripts on, only its results. The number of a request leads to it."""
    text, reading = request.args.get("q", ""), _reading_language()
    if (reference := read_reference(text)) and (asked := conversation_with(session(), reference)):
        there = url_for("desk_inbox.show", conversation_id=asked.id)
        return Response(status=204, headers={"HX-Redirect": there}) if is_partial() else redirect(there, code=303)
    typing = is_typing(text)
    answer = _search(text, reading, typing) if text.strip() else None
    listing = make_listing(answer.results if answer else [], request.args.get("kind", ""))
    values = {
        "answer": answer,
        "listing": listing,
        "best": best_of(answer.outcome, answer.results) if answer else None,
        "tab_urls": {name: _here(kind=name) for name in listing.counts},
        "reading": reading,
        "to": customer_language(),
        "offers": macros_for_desk(text, customer_language() or reading) if answer else [],
        "flows": flows_for(text, customer_language() or reading, answer.results) if answer else [],
        "text_in": text_in,
        "partial": is_partial(),
        "typing": typing,
    }
    start = start_of_desk(current_user.id, reading) if answer is None else None
    known = {"waiting": start.waiting} if start is not None else {}
    response = render_fresh("desk/_results.html" if is_partial() else "desk/home.html", start=start, **known, **values)
    if is_partial():
        response.headers["HX-Replace-Url"] = _here()
    return response


def _here(**changed: str) -> str:
    """This search, with what is changed about it."""
    kept: dict[str, Any] = {"q": request.args.get("q") or None, "lang": request.args.get("lang") or None}
    kept["to"] = customer_language() or None
    return url_for("desk.home", **{**kept, **changed})


def _reading_language() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in offered_languages() else choose_language()


def _search(text: str, reading: str, typing: bool) -> SearchAnswer:
    answer = search_and_record(
        text, audience=Audience.REP, place=PLACE, reader_language=reading, limit=SEARCHED, is_typing=typing
    )
    if not typing:
        run_after_response(lambda separate: drop_partial_queries(separate, answer.public_id))
    return answer


@blueprint.get("/articles/<int:article_id>")
def article(article_id: int) -> ResponseReturnValue:
    """An article in full, as a page or as the preview; `to`: the language in which it is handed over."""
    found = find_published(session(), article_id)
    if found is None:
        raise NotFoundError(_("There is no such article, or it is not published."))
    _note_opening(f"article:{found.id}")
    read = read_article(found, customer_language())
    return _render(
        "article",
        article=found,
        rendered=read.rendered,
        translations=read.translations,
        forms=read.forms,
        document=f"article:{found.id}",
        own=own_flag(session(), found.id, current_user.id),
        flag_states=STATES,
        solved=solved_by(session(), [f"article:{one.id}" for one in (found, *read.translations.values())]),
    )


@blueprint.get("/tickets/<int:ticket_id>")
def ticket(ticket_id: int) -> ResponseReturnValue:
    """A past ticket: the problem, what resolved it, and the redacted conversation."""
    found = find_resolved_ticket(session(), ticket_id)
    if found is None:
        raise NotFoundError(_("There is no such ticket."))
    _note_opening(f"ticket:{found.id}")
    document = f"ticket:{found.id}"
    solved = solved_by(session(), [document])
    return _render("ticket", ticket=found, forms=copy_forms_of_ticket(found), document=document, solved=solved)


def _render(kind: str, *, document: str, **values: object) -> ResponseReturnValue:
    template = f"desk/_{kind}.html" if is_partial() else f"desk/{kind}.html"
    return render_fresh(
        template,
        search_id=request.args.get("s", ""),
        voted=request.args.get("voted", ""),
        level=2 if is_partial() else 1,
        document=document,
        pinned=is_pinned(session(), current_user.id, document),
        to=customer_language(),
        **values,
    )


def _note_opening(document: str) -> None:
    """A result that was opened counts as clicked and is at hand; what the page previewed by itself (`peek`) does not."""
    if "peek" in request.args:
        return
    user_id, search_id = current_user.id, request.args.get("s", "")
    run_after_response(lambda separate: note_opened(separate, user_id, document))
    if search_id:
        record_if_typed(
            search_id, audience=Audience.REP, place=PLACE, reader_language=_reading_language(), limit=SEARCHED
        )
        run_after_response(lambda separate: note_feedback(separate, search_id, FeedbackKind.CLICK, document))


@blueprint.post("/pins")
def pin() -> ResponseReturnValue:
    """Keep a document at hand, or no longer. Works as a form; htmx gets the button alone."""
    document, pinned = request.form.get("document", ""), request.form.get("pinned") == "1"
    if parse_document(document) is None:
        abort(400)
    set_pin(session(), current_user.id, document, pinned=pinned)
    if is_partial():
        return render_template("desk/_pin.html", document=document, pinned=pinned)
    return redirect(safe_next(request.form.get("next")) or url_for("desk.home"), code=303)


@blueprint.post("/feedback")
def feedback() -> ResponseReturnValue:
    """Copied, answered it, or did not. Works as a form; htmx gets the thanks alone."""
    kind, document = FEEDBACK.get(request.form.get("kind", "")), request.form.get("document", "")
    found = parse_document(document)
    if kind is None or found is None:
        abort(400)
    search_id = request.form.get("s", "")
    note_feedback(session(), search_id, kind, document, person_visit())
    wanted = request.form.get("wanted", "")
    if found[0] == "article" and kind is FeedbackKind.COPIED and wanted in offered_languages():
        count_want(session(), found[1], wanted)
    if is_partial():
        return render_template("desk/_thanks.html", voted=kind.value)
    s, voted = search_id or None, kind.value
    if found[0] == "article":
        return redirect(url_for("desk.article", article_id=found[1], s=s, voted=voted, peek=1), code=303)
    return redirect(url_for("desk.ticket", ticket_id=found[1], s=s, voted=voted, peek=1), code=303)


@blueprint.get("/requests")
def requests() -> ResponseReturnValue:
    """Customers who asked for a person stand in the inbox; the address stays for those who have it."""
    return redirect(url_for("desk_inbox.inbox", view=View.OPEN.value, channel=Channel.WEB.value), code=301)
