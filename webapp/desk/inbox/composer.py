"""Writing: drafts that are kept while one types, replies that can be taken back, notes, and who else is typing."""

import re

from flask import Response, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import ConflictError, InvalidInputError
from kb.service.attachments import files_beside_draft, send_files, take_files_back
from kb.service.channels.delivery import send_again
from kb.service.chat_state import customer_at, note_read_by_rep
from kb.service.conversations import get_conversation
from kb.service.drafts import colleagues_of, delete_draft, note_presence, save_draft
from kb.service.macro_filling import gaps_in
from kb.service.messages import (
    ColleagueRepliedError,
    RecipientChangedError,
    find_sent,
    note,
    recipient_of,
    reply,
    withdraw,
)
from kb.service.used_documents import note_taken_back, note_used
from kb.tables import Conversation, Message, UsedState
from webapp.desk.inbox.files import add_uploads
from webapp.desk.inbox.returning import back_to
from webapp.desk.inbox.words import settings
from webapp.shared.access import wants_json
from webapp.shared.database import session
from webapp.shared.numbers import small_number

MOST_DOCUMENTS = 20
# Of a colleague's reply that a rep is asked about.
SHOWN_OF_REPLY = 300
_KEY = re.compile(r"[\w-]{8,40}", re.ASCII)


def send(conversation_id: int) -> ResponseReturnValue:
    """Send a reply, keep a note, or keep the draft; scripts get JSON."""
    conversation = get_conversation(session(), conversation_id)
    step = request.form.get("step", "send")
    if step in {"save", "attach"}:
        _save(conversation)
        add_uploads(conversation)
        return back_to(conversation.id)
    if not request.form.get("text", "").strip():
        if wants_json():
            raise InvalidInputError(_("A message needs words."))
        flash(_("A message needs words."), "warn")
        return back_to(conversation.id)
    if _has_gaps():
        return _ask(conversation, "gaps", "")
    try:
        add_uploads(conversation)
        sent = _write(conversation)
    except ColleagueRepliedError as error:
        return _ask(conversation, "colleague", error.reply.text[:SHOWN_OF_REPLY])
    except RecipientChangedError as error:
        return _ask(conversation, "recipient", error.now)
    # Sent again under its key, but changed meanwhile: the first text stands, what was written since is the draft.
    is_earlier = sent.text != request.form["text"].strip()
    if is_earlier:
        _save(conversation)
    else:
        delete_draft(session(), conversation.id, current_user.id)
    can_undo = sent.delivery == "pending" and settings().undo_seconds > 0
    if not wants_json():
        if is_earlier:
            flash(_("Your earlier text has been sent. What you have written since is still here."), "warn")
        return back_to(conversation.id, sent=sent.id if can_undo else None)
    address = url_for("desk_inbox.undo", conversation_id=conversation.id, message_id=sent.id)
    return jsonify(
        {
            "id": sent.id,
            "undo": address if can_undo else None,
            "seconds": settings().undo_seconds,
            "recipient": recipient_of(conversation),
            "earlier": is_earlier,
        }
    )


def _has_gaps() -> bool:
    """Whether a variable of a macro is still to be filled in; with scripts the check of the text says so before."""
    is_asked = not wants_json() and not request.form.get("anyway") and request.form.get("kind") != "note"
    return is_asked and bool(gaps_in(request.form["text"]))


def _write(conversation: Conversation) -> Message:
    text, key = request.form["text"], _key()
    if request.form.get("kind") == "note":
        message = note(session(), conversation, text, current_user.id, key=key)
    else:
        documents = _documents(conversation, UsedState.SENT)
        message = reply(
            session(),
            conversation,
            text,
            current_user.id,
            last_seen_id=small_number(request.form.get("last_seen", "")),
            recipient=request.form.get("recipient", ""),
            undo_seconds=settings().undo_seconds,
            anyway=bool(request.form.get("anyway")),
            key=key,
            details={"documents": documents} if documents else None,
            zone=settings().time_zone,
        )
    if message.text == text.strip():  # else it is an earlier one, and the files belong to what was written since
        send_files(session(), conversation.id, current_user.id, message.id)
    if conversation.is_own_chat:  # what they were seen typing is there
        note_presence(session(), conversation.id, current_user.id, typing=False)
    return message


def _ask(conversation: Conversation, kind: str, shown: str) -> ResponseReturnValue:
    """Nothing was sent, and the text is kept as the draft: it is for the rep to say what becomes of it."""
    _save(conversation)
    if wants_json():
        return jsonify({"ask": kind, "shown": shown})
    return back_to(conversation.id, ask=kind)


def _save(conversation: Conversation) -> None:
    _documents(conversation, UsedState.INSERTED)
    is_note = request.form.get("kind") == "note"
    save_draft(
        session(),
        conversation,
        current_user.id,
        request.form.get("text", ""),
        is_note=is_note,
        recipient=request.form.get("recipient", "")[:320] or recipient_of(conversation),
        last_message_id=small_number(request.form.get("last_seen", "")),
    )


def _documents(conversation: Conversation, state: UsedState) -> list[str]:
    """What was put into the text, noted as inserted or sent."""
    named = list(dict.fromkeys(request.form.getlist("document")))[:MOST_DOCUMENTS]
    return [name for name in named if note_used(session(), conversation, name, current_user.id, state)]


def keep_draft(conversation_id: int) -> ResponseReturnValue:
    """While one types, every second or so; an empty text deletes it. What arrives after its message was sent is no draft."""
    conversation, key = get_conversation(session(), conversation_id), _key()
    if not (key and find_sent(session(), conversation, current_user.id, key)):
        _save(conversation)
    return "", 204


def _key() -> str:
    key = request.form.get("key", "")
    return key if _KEY.fullmatch(key) else ""


def undo(conversation_id: int, message_id: int) -> ResponseReturnValue:
    """Take a reply back: its text is the draft again, with its files beside it."""
    conversation = get_conversation(session(), conversation_id)
    try:
        message = withdraw(session(), conversation, message_id, current_user.id)
    except ConflictError:
        if wants_json():
            return jsonify({"text": None})
        flash(_("That could not be taken back: it has gone out already."), "warn")
        return back_to(conversation.id)
    take_files_back(session(), message.id)
    note_taken_back(session(), conversation, message.details.get("documents", []))
    save_draft(
        session(),
        conversation,
        current_user.id,
        message.text,
        recipient=recipient_of(conversation),
        last_message_id=message.id,
    )
    if wants_json():
        lying = files_beside_draft(session(), conversation.id, current_user.id)
        files = render_template("desk/inbox/_draft_files.html", files=lying, conversation_id=conversation.id)
        return jsonify({"text": message.text, "files": files})
    flash(_("Taken back. The text is where you wrote it."), "good")
    return back_to(conversation.id)


def again(conversation_id: int, message_id: int) -> ResponseReturnValue:
    """Try a reply once more that did not arrive."""
    conversation = get_conversation(session(), conversation_id)
    send_again(session(), conversation, message_id)  # pressed twice it is sent once
    return back_to(conversation.id)


def presence(conversation_id: int) -> ResponseReturnValue:
    """Who else is here, and whether the conversation has changed since; a POST says that one is here oneself."""
    conversation = get_conversation(session(), conversation_id)
    if request.method == "POST":
        note_presence(session(), conversation.id, current_user.id, typing=request.form.get("typing") == "1")
        if conversation.is_own_chat:
            note_read_by_rep(session(), conversation)
    colleagues = colleagues_of(session(), conversation.id, current_user.id)
    at_chat = customer_at(session(), conversation)
    response = Response(render_template("desk/inbox/_presence.html", colleagues=colleagues, at_chat=at_chat))
    response.headers["X-Changed"] = conversation.updated_at.isoformat()
    return response
