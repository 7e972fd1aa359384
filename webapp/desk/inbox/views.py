"""The pages of the inbox: the queue, and one conversation beside it."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.search.safety import SafetyWarning, conversation_safety
from kb.service.before_contact import tried_before
from kb.service.chat_state import customer_at
from kb.service.conversations import get_conversation
from kb.service.drafts import Colleague, colleagues_of, get_draft
from kb.service.heard import SPOKEN, roles_as_heard
from kb.service.macro_filling import gaps_in
from kb.service.messages import find_message, newer_reply, recipient_of
from kb.service.queue import Filter, View, count_views, list_conversations, next_for
from kb.service.stored_facts import facts_of
from kb.service.timeline import Timeline, timeline_of
from kb.service.used_documents import inserted_by
from kb.tables import Channel, Conversation, MessageRole
from webapp.desk.inbox import answers, checking, composer, feeling, files, flow, macros, saving, starting, steps
from webapp.desk.inbox.checking import FACT_NAMES
from webapp.desk.inbox.listing import conversation_url, filter_arguments, list_url, wanted_filter
from webapp.desk.inbox.words import (
    DELIVERY_NAMES,
    LEVEL_NAMES,
    VIEW_NAMES,
    clock,
    due,
    due_words,
    event_words,
    name_of,
    settings,
    short_due,
)
from webapp.shared.database import session
from webapp.shared.locale import choose_language
from webapp.shared.numbers import small_number
from webapp.shared.ui import is_partial, render_fresh

blueprint = Blueprint("desk_inbox", __name__, url_prefix="/desk/inbox")
for rule, view, methods in (
    ("/new", starting.new, ["GET"]),
    ("/new", starting.start, ["POST"]),
    ("/keep", starting.keep, ["POST"]),
    ("/<int:conversation_id>/messages", composer.send, ["POST"]),
    ("/<int:conversation_id>/messages/<int:message_id>/undo", composer.undo, ["POST"]),
    ("/<int:conversation_id>/messages/<int:message_id>/again", composer.again, ["POST"]),
    ("/<int:conversation_id>/check", checking.check, ["POST"]),
    ("/<int:conversation_id>/draft", composer.keep_draft, ["POST"]),
    ("/<int:conversation_id>/presence", composer.presence, ["GET", "POST"]),
    ("/<int:conversation_id>/assign", steps.assign_to, ["POST"]),
    ("/<int:conversation_id>/snooze", steps.snooze_until, ["POST"]),
    ("/<int:conversation_id>/escalate", feeling.escalate_it, ["POST"]),
    ("/<int:conversation_id>/close", steps.close_it, ["POST"]),
    ("/<int:conversation_id>/reopen", steps.reopen_it, ["POST"]),
    ("/<int:conversation_id>/draft-article", saving.draft_from, ["POST"]),
    ("/<int:conversation_id>/ticket", saving.save_as_ticket, ["POST"]),
    ("/<int:conversation_id>/language", steps.answer_in, ["POST"]),
    ("/<int:conversation_id>/answers", answers.answers, ["GET", "POST"]),
    ("/<int:conversation_id>/steps", flow.steps, ["GET"]),
    ("/<int:conversation_id>/steps", flow.take_step, ["POST"]),
    ("/<int:conversation_id>/macros", macros.macros, ["GET"]),
    ("/<int:conversation_id>/macros/<int:macro_id>", macros.insert, ["POST"]),
    ("/<int:conversation_id>/files", files.add, ["POST"]),
    ("/<int:conversation_id>/files/<int:file_id>", files.fetch, ["GET"]),
    ("/<int:conversation_id>/files/<int:file_id>/remove", files.remove, ["POST"]),
):
    blueprint.add_url_rule(rule, view_func=view, methods=methods)
for helper in (clock, due, due_words, event_words, name_of, short_due):
    blueprint.add_app_template_global(helper, f"inbox_{helper.__name__}")

# Parts of the page that a page with scripts fetches again when the conversation has changed.
PARTS = frozenset({"head", "feeling", "facts"})
# Characters of a message that stand in the timeline; the rest on request.
SHOWN = 2_000


def _queue(wanted: Filter) -> dict[str, Any]:
    """What the list and the navigation need: two statements."""
    return {
        "wanted": wanted,
        "queue": list_conversations(session(), wanted, current_user.id),
        "counts": count_views(session(), current_user.id),
        "views": View,
        "view_names": VIEW_NAMES,
        "level_names": LEVEL_NAMES,
        "channels": Channel,
        "list_url": list_url,
        "conversation_url": conversation_url,
        "filter_arguments": filter_arguments,
    }


@blueprint.get("")
def inbox() -> ResponseReturnValue:
    """The queue; for a page that refreshes its list, only the list; for one that has a conversation open, what is pinned."""
    if is_partial() and request.args.get("part") == "notices":
        return render_fresh("help/_notices.html")
    values = _queue(wanted_filter())
    template = "desk/inbox/_queue.html" if is_partial() else "desk/inbox/inbox.html"
    return render_fresh(template, chosen=None, waiting=values["counts"][View.WAITING], **values)


@blueprint.post("/next")
def take_next() -> ResponseReturnValue:
    """Whoever has waited longest and has nobody becomes one's own."""
    found = next_for(session(), current_user.id)
    if found is None:
        flash(_("Nobody is waiting without somebody who looks after them."), "good")
        return redirect(url_for("desk_inbox.inbox"), code=303)
    return redirect(url_for("desk_inbox.show", conversation_id=found.id, view=View.MINE.value), code=303)


@blueprint.get("/<int:conversation_id>")
def show(conversation_id: int) -> ResponseReturnValue:
    """A conversation beside the queue; for a page that refreshes itself or wants what was before, only a part of it."""
    conversation = get_conversation(session(), conversation_id)
    before = small_number(request.args.get("before", ""))
    wanted = wanted_filter()
    here = conversation_url(conversation.id, wanted)
    if is_partial() and (part := request.args.get("part", "")) in PARTS:
        return _part(part, conversation, here)
    colleagues = colleagues_of(session(), conversation.id, current_user.id)
    values = _timeline(conversation, before, colleagues)
    if is_partial() and request.args.get("part") == "safety":
        return render_fresh("desk/inbox/_safety.html", safety=_safety(conversation, values["timeline"]))
    if is_partial():
        return render_fresh("desk/inbox/_timeline.html", wanted=wanted, conversation_url=conversation_url, **values)
    queue = _queue(wanted)
    return render_fresh(
        "desk/inbox/show.html",
        chosen=conversation.id,
        waiting=queue["counts"][View.WAITING],
        here=here,
        facts=facts_of(session(), conversation),
        fact_names=FACT_NAMES,
        safety=_safety(conversation, values["timeline"]),
        safety_url=conversation_url(conversation.id, wanted, part="safety"),
        feeling=feeling.feeling_of(conversation, _said(conversation, values["timeline"])),
        tried=tried_before(session(), [conversation.visit or ""], with_opened=False),
        **values,
        **queue,
        **_composer(conversation, values["timeline"].newest_id),
    )


def _part(part: str, conversation: Conversation, here: str) -> ResponseReturnValue:
    """What may have changed beside the timeline."""
    is_head, is_facts = part == "head", part == "facts"
    return render_fresh(
        f"desk/inbox/_{part}.html",
        conversation=conversation,
        here=here,
        level_names=LEVEL_NAMES,
        feeling=feeling.feeling_of(conversation) if part == "feeling" else {},
        colleagues=colleagues_of(session(), conversation.id, current_user.id) if is_head else [],
        at_chat=customer_at(session(), conversation) if is_head else None,
        facts=facts_of(session(), conversation) if is_facts else {},
        fact_names=FACT_NAMES,
    )


def _timeline(conversation: Conversation, before: int | None, colleagues: list[Colleague]) -> dict[str, Any]:
    people = {one.user_id: one.name for one in colleagues} | {current_user.id: current_user.name}
    return {
        "conversation": conversation,
        "timeline": timeline_of(session(), conversation, before_id=before, shorten=SHOWN, files_of=current_user.id),
        "before": before,
        "people": people,
        "colleagues": colleagues,
        "at_chat": customer_at(session(), conversation),
        "delivery_names": DELIVERY_NAMES,
    }


def _safety(conversation: Conversation, timeline: Timeline) -> SafetyWarning | None:
    """What is to be read out first, by what the customer said of what is shown; in their language and in the rep's own."""
    return conversation_safety(session(), _said(conversation, timeline), reader_language=choose_language())


def _said(conversation: Conversation, timeline: Timeline) -> list[str]:
    entries = [(one.text, one.message) for one in timeline.entries if one.message]
    roles = roles_as_heard([message for _, message in entries], conversation.channel)
    return [text for (text, _), role in zip(entries, roles, strict=True) if role == MessageRole.CUSTOMER]


def _composer(conversation: Conversation, newest_id: int | None) -> dict[str, Any]:
    """What is being written. last_seen, recipient: as they were when it was begun."""
    draft = get_draft(session(), conversation.id, current_user.id)
    last_seen = draft.last_message_id if draft else newest_id
    asked = request.args.get("ask", "") if draft else ""
    reached_by = recipient_of(conversation)
    reply = newer_reply(session(), conversation.id, current_user.id, last_seen) if asked == "colleague" else None
    return {
        "draft": draft,
        "is_spoken": conversation.channel in SPOKEN,
        "documents": inserted_by(session(), conversation, current_user.id) if draft else [],
        "reached_by": reached_by,
        "recipient": draft.recipient if draft else reached_by,
        "last_seen": last_seen or "",
        "asked": asked if reply is not None or (draft and asked in {"recipient", "gaps"}) else "",
        "gaps": gaps_in(draft.text) if draft and asked == "gaps" else [],
        "reply_of_colleague": reply,
        "key": secrets.token_urlsafe(12),
        "undo_seconds": settings().undo_seconds,
        "undo_id": small_number(request.args.get("sent", "")),
    }


@blueprint.get("/<int:conversation_id>/messages/<int:message_id>")
def message(conversation_id: int, message_id: int) -> ResponseReturnValue:
    """A long message in full."""
    found = find_message(session(), conversation_id, message_id)
    template = "desk/inbox/_message_text.html" if is_partial() else "desk/inbox/message.html"
    return render_fresh(template, message=found, conversation_id=conversation_id)
