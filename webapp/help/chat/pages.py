"""The pages of a chat. They work as forms; a script beside them keeps the page up to date."""

import re
import secrets
from datetime import datetime

from flask import Response, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.privacy.redaction import mask_secrets, masked_kinds
from kb.service.before_contact import tried_before
from kb.service.chat import LONGEST_MESSAGE, chat_of, end_chat, say, start_chat, want_transcript
from kb.service.consents import Ticked
from kb.service.contact import ORIGIN
from kb.service.conversations import find_opened
from kb.service.customers import clean_email
from kb.tables import Conversation, ConversationState
from webapp.help.blueprint import blueprint, current_settings, visit_id
from webapp.help.chat.forms import ChatForm
from webapp.help.masked import describe_masked
from webapp.help.own_conversations import conversation_of, token_of
from webapp.help.person.survey import survey_in
from webapp.shared.access import wants_json
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER
from webapp.shared.formatting import format_moment, format_time
from webapp.shared.ui import render_fresh

# Searches that are named beside the tick.
MOST_TRIED = 8
KEY = re.compile(r"[\w.-]{8,60}", re.ASCII)


def clock(moment: datetime) -> str:
    """When something was said: of today the time alone."""
    zone = current_settings().time_zone
    is_today = moment.astimezone(zone).date() == utc_now().astimezone(zone).date()
    return format_time(moment) if is_today else format_moment(moment)


def own_chat(token: str) -> Conversation:
    """Raises NotFoundError, also for a request that is no chat."""
    conversation = conversation_of(token)
    if not conversation.is_own_chat:
        raise NotFoundError(_("This link opens no chat."))
    return conversation


@blueprint.get("/help/<language>/chat")
def chat(language: str) -> ResponseReturnValue:
    """Where one begins; who has one open is led back to it."""
    query = request.args.get("q", "").strip()[:LONGEST_MESSAGE]
    form = ChatForm(current_settings(), data={"message": query, "key": secrets.token_urlsafe(16)})
    return _start_page(form, language, going_on=_going_on(language))


def _start_page(form: ChatForm, language: str, **values: object) -> Response:
    visit = cookie.get("visit")
    tried = tried_before(session(), [visit], limit=MOST_TRIED) if visit else []
    return render_fresh("help/chat/start.html", form=form, language=language, tried=tried, **values)


def _going_on(language: str) -> str:
    """The address of this browser's chat that has not ended, "" where there is none."""
    found = find_opened(session(), ORIGIN, cookie["chat"]) if "chat" in cookie else None
    if found is None or found.state == ConversationState.CLOSED.value:
        return ""
    return url_for("help.chat_room", language=language, token=token_of(found))


@blueprint.post("/help/<language>/chat")
def chat_start(language: str) -> ResponseReturnValue:
    form = ChatForm(current_settings())
    if not form.validate():
        return _start_page(form, language), form.refusal
    key = form.key.data if KEY.fullmatch(form.key.data or "") else secrets.token_urlsafe(16)
    try:
        begun = start_chat(
            session(),
            name=form.name.data or "",
            contact=form.reach,
            message=form.message.data,
            language=language,
            visit=visit_id() if form.share.data else None,
            asked_in=visit_id(),
            key=key,
            region=current_settings().phone_region,
            zone=current_settings().time_zone,
            ticked=Ticked(str(form.share.label.text), language) if form.share.data else None,
        )
    except OperationalError:  # the database is busy: the form as it was sent, to be sent again
        session().rollback()
        return _start_page(form, language, is_busy=True), 503, {"Retry-After": str(RETRY_AFTER)}
    cookie["chat"] = begun.external_id
    if masked_kinds(mask_secrets(form.message.data, region=current_settings().phone_region)):
        flash(_("For your safety numbers of cards, codes and passwords are taken out of what you write."), "warn")
    return redirect(url_for("help.chat_room", language=language, token=token_of(begun)), code=303)


@blueprint.get("/help/<language>/chat/<token>")
def chat_room(language: str, token: str) -> ResponseReturnValue:
    """`?follow=1`: without scripts, a page that comes again by itself and therefore has no box to write in."""
    conversation = own_chat(token)
    page = render_fresh(
        "help/chat/room.html",
        language=language,
        token=token,
        conversation=conversation,
        chat=chat_of(session(), conversation),
        clock=clock,
        key=secrets.token_urlsafe(16),
        follows=request.args.get("follow") == "1",
        sends_transcripts=current_settings().mail_smtp is not None,
        address=conversation.details.get("contact", ""),
        survey=survey_in(conversation) if conversation.state == ConversationState.CLOSED.value else None,
    )
    page.headers["X-Robots-Tag"] = "noindex"
    return page


@blueprint.post("/help/<language>/chat/<token>/messages")
def chat_say(language: str, token: str) -> ResponseReturnValue:
    """One message, once, however often it is sent with its key."""
    conversation, settings = own_chat(token), current_settings()
    text, key = request.form.get("text", ""), request.form.get("key", "")
    if not text.strip() or len(text) > LONGEST_MESSAGE:
        return _not_taken(language, token, text)
    said = say(
        session(),
        conversation,
        text,
        key=key if KEY.fullmatch(key) else secrets.token_urlsafe(16),
        region=settings.phone_region,
        zone=settings.time_zone,
    )
    masked = describe_masked(masked_kinds(said.text))
    if wants_json():
        return {"id": said.id, "masked": masked}
    if masked:
        flash(_("For your safety numbers of cards, codes and passwords are taken out of what you write."), "warn")
    return _back(language, token)


def _not_taken(language: str, token: str, text: str) -> ResponseReturnValue:
    words = _("Please keep it under 5,000 characters.") if text.strip() else _("A message needs words.")
    if wants_json():
        return {"detail": words}, 422
    flash(words, "warn")
    return _back(language, token)


@blueprint.post("/help/<language>/chat/<token>/end")
def chat_end(language: str, token: str) -> ResponseReturnValue:
    end_chat(session(), own_chat(token))
    return _back(language, token)


@blueprint.post("/help/<language>/chat/<token>/transcript")
def chat_transcript(language: str, token: str) -> ResponseReturnValue:
    """By mail: when the chat ends, or at once where it has."""
    conversation = own_chat(token)
    address = clean_email(request.form.get("email", "")[:320])
    if address is None or current_settings().mail_smtp is None:
        flash(_("This is no e-mail address. An example: asha@example.com"), "warn")
        return _back(language, token)
    is_open = conversation.state != ConversationState.CLOSED.value
    want_transcript(session(), conversation, address, language, at_end=is_open)
    if is_open:
        flash(_("When the chat ends, what was said goes to the address you gave."), "good")
    else:
        flash(_("What was said is on its way to the address you gave."), "good")
    return _back(language, token)


def _back(language: str, token: str) -> ResponseReturnValue:
    return redirect(url_for("help.chat_room", language=language, token=token, _anchor="write"), code=303)
