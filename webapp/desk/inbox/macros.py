"""Macros beside a conversation: found by their words, filled from what was said in it, put into the draft."""

from dataclasses import dataclass

from flask import flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from kb.articles import find_published
from kb.core.clock import utc_now
from kb.service.conversations import get_conversation
from kb.service.drafts import get_draft, save_draft
from kb.service.macro_filling import Filled, Variable, fill
from kb.service.macros import Found, find_macros, get_macro, list_macros, note_macro_used, values_of
from kb.service.messages import recipient_of
from kb.service.timeline import newest_messages
from kb.service.used_documents import last_article
from kb.tables import Conversation, Macro
from webapp.desk.inbox.returning import back_to
from webapp.shared.access import wants_json
from webapp.shared.database import session
from webapp.shared.formatting import format_day
from webapp.shared.locale import choose_language, in_language
from webapp.shared.ui import is_partial, render_fresh

LISTED, BESIDE_RESULTS = 30, 3


@dataclass(frozen=True)
class Offer:
    """A macro as it would be inserted now. wanted: the language of the customer where it is in another one."""

    macro: Macro
    wanted: str
    filled: Filled


def macros(conversation_id: int) -> ResponseReturnValue:
    """A page, or the list in the composer's box; q: words to look for."""
    conversation = get_conversation(session(), conversation_id)
    query = request.args.get("q", "").strip()[:200]
    return render_fresh(
        "desk/inbox/_macros.html" if is_partial() else "desk/inbox/macros.html",
        conversation=conversation,
        query=query,
        offers=offers_for(conversation, query, limit=LISTED),
    )


def offers_for(conversation: Conversation, query: str, *, limit: int = BESIDE_RESULTS) -> list[Offer]:
    """Those that fit, filled in. Three statements, one where none fits."""
    language = conversation.language or choose_language()
    found = find_macros(list_macros(session(), current_user.id), query, language, limit=limit)
    if not found:
        return []
    values = _values(conversation)
    return [_offer(one, values) for one in found]


def macros_for_desk(query: str, language: str) -> list[Offer]:
    """Those that fit a search without a conversation: only what everybody knows is filled in. One statement."""
    found = find_macros(list_macros(session(), current_user.id), query, language, limit=BESIDE_RESULTS)
    return [_offer(one, {Variable.REP.value: current_user.name}) for one in found]


def _offer(found: Found, values: dict[str, str]) -> Offer:
    dated = {**values, Variable.DATE.value: _today(found.macro.language)}
    return Offer(found.macro, found.wanted, fill(found.macro.text, dated))


def _today(language: str) -> str:
    """The day in words, as the macro's readers write it."""
    with in_language(language):
        return format_day(utc_now(), "long")


def _values(conversation: Conversation) -> dict[str, str]:
    values = values_of(session(), conversation, current_user.name)
    number = last_article(session(), conversation)
    article = find_published(session(), number) if number is not None else None
    if article is not None and article.audience != "internal":
        values[Variable.LINK.value] = url_for(
            "help.article", language=article.language, slug=article.slug, _external=True
        )
    return values


def insert(conversation_id: int, macro_id: int) -> ResponseReturnValue:
    """The text to insert, for scripts; without them it is put below what the draft has."""
    conversation = get_conversation(session(), conversation_id)
    macro = get_macro(session(), macro_id, current_user.id)
    offer = _offer(Found(macro), _values(conversation))
    note_macro_used(session(), macro)
    if wants_json():
        return jsonify({"text": offer.filled.text, "missing": offer.filled.missing})
    insert_into_draft(conversation, offer.filled.text)
    if offer.filled.missing:
        number = len(offer.filled.missing)
        flash(
            ngettext("%(num)s place is still to be filled in.", "%(num)s places are still to be filled in.", number),
            "warn",
        )
    return back_to(conversation.id)


def insert_into_draft(conversation: Conversation, text: str) -> None:
    """Below what was written so far."""
    draft = get_draft(session(), conversation.id, current_user.id)
    newest = newest_messages(session(), conversation, limit=1) if draft is None else []
    save_draft(
        session(),
        conversation,
        current_user.id,
        f"{draft.text.rstrip()}\n\n{text}" if draft else text,
        is_note=draft.is_note if draft else False,
        recipient=draft.recipient if draft else recipient_of(conversation),
        last_message_id=draft.last_message_id if draft else (newest[-1].id if newest else None),
    )
    flash(_("It is in your draft."), "good")
