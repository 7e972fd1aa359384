"""Conversations that begin at the desk: somebody calls or walks in, or what was said elsewhere is pasted."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles.flows import text_in
from kb.assist.transcript import read_transcript
from kb.assist.turns import Role, Turn
from kb.core.clock import utc_now
from kb.privacy.redaction import mask_secrets
from kb.service.attachments import add_file
from kb.service.conversations import assign, find_opened, open_conversation
from kb.service.customers import (
    GivenCustomer,
    clean_phone,
    find_customers,
    follow_merges,
    get_customer,
    recognise_customer,
)
from kb.service.messages import note, store_message
from kb.service.open_flows import start_flow
from kb.service.queue import Filter, View, list_conversations
from kb.tables import Channel, Conversation, Customer, MessageRole
from kb.text.cleaning import blank_controls
from webapp.desk.inbox.words import settings
from webapp.shared.database import session
from webapp.shared.flows import flows_of_shop
from webapp.shared.numbers import small_number
from webapp.shared.ui import render_fresh

ORIGIN = "desk"
FOUND, OWN = 8, 6


def new() -> ResponseReturnValue:
    """Who is it? By number, address or name; whoever is known already is offered. flow: steps to begin with, in one of the rep's
    own conversations too."""
    who = " ".join(request.args.get("who", "").split())[:200]
    found = find_customers(session(), who, region=settings().phone_region, limit=FOUND) if who else []
    flow = flows_of_shop().flows.get(request.args.get("flow", "")) if "flow" in request.args else None
    mine = Filter(view=View.MINE, newest_first=True)
    return render_fresh(
        "desk/inbox/new.html",
        who=who,
        found=found,
        given=_guess(who),
        channel=_channel(request.args),
        flow=flow,
        own=list_conversations(session(), mine, current_user.id).conversations[:OWN] if flow else [],
        text_in=text_in,
    )


def _guess(who: str) -> GivenCustomer:
    """What was typed, in the field where it belongs."""
    if "@" in who:
        return GivenCustomer(email=who)
    if clean_phone(who, settings().phone_region):
        return GivenCustomer(phone=who)
    return GivenCustomer(name=who)


def _channel(given: Mapping[str, str]) -> Channel:
    name = given.get("channel", "")
    return Channel(name) if name in set(Channel) else Channel.PHONE


def start() -> ResponseReturnValue:
    """With a customer who is known, or a new one. One's own from the start, and it opens where notes are typed."""
    form = request.form
    known = small_number(form.get("customer", ""))
    if known is not None:
        customer = follow_merges(session(), get_customer(session(), known))
    else:
        given = GivenCustomer(name=form.get("name", ""), email=form.get("email", ""), phone=form.get("phone", ""))
        customer = recognise_customer(session(), given, region=settings().phone_region).customer
    conversation = _open(customer, _channel(form))
    if form.get("text", "").strip():
        note(session(), conversation, form["text"], current_user.id)
    if form.get("flow") and form["flow"] in flows_of_shop().flows:
        start_flow(session(), conversation, form["flow"])
    return _to(conversation)


def _open(customer: Customer, channel: Channel, external_id: str | None = None) -> Conversation:
    opened = open_conversation(
        session(), customer, channel, origin=ORIGIN, external_id=external_id, region=settings().phone_region
    )
    if opened.is_new:
        assign(session(), opened.conversation, current_user.id, current_user.id)
    return opened.conversation


def _to(conversation: Conversation) -> ResponseReturnValue:
    return redirect(url_for("desk_inbox.show", conversation_id=conversation.id, view="mine"), code=303)


def keep() -> ResponseReturnValue:
    """What was pasted becomes a conversation, once, however often the button is pressed."""
    text, swapped = blank_controls(request.form.get("text", "")), bool(request.form.get("swapped"))
    transcript = read_transcript(text, swapped=swapped)
    turns = transcript.turns
    if not turns:
        return redirect(url_for("desk.conversation"), code=303)
    channel = _channel(request.form)
    digest = hashlib.sha256(f"{current_user.id} {channel} {swapped} {text}".encode()).hexdigest()[:40]
    known = find_opened(session(), ORIGIN, f"pasted-{digest}")
    if known is not None:
        return _to(known)
    customer = recognise_customer(session(), _customer_in(turns), region=settings().phone_region).customer
    conversation = _open(customer, channel, f"pasted-{digest}")
    now = utc_now()
    for number, turn in enumerate(turns):
        store_message(
            session(),
            conversation,
            MessageRole(turn.role.value),
            turn.text,
            external_id=f"turn-{number}",
            # A paste seldom says when: in order, up to now.
            sent_at=now - timedelta(seconds=len(turns) - number),
            region=settings().phone_region,
        )
    if transcript.cut:
        _keep_whole(conversation, text)
    return _to(conversation)


def _keep_whole(conversation: Conversation, text: str) -> None:
    """A very long paste is read from its end; all of it lies beside a note that says so."""
    words = _("The text that was pasted is very long: only its end was read. All of it is in the file.")
    said = note(session(), conversation, words, current_user.id)
    data = mask_secrets(text, region=settings().phone_region).encode()
    add_file(
        session(), conversation, "pasted.txt", data, user_id=current_user.id, message_id=said.id, largest=len(data)
    )


def _customer_in(turns: list[Turn]) -> GivenCustomer:
    """As the paste names them: a number, an address or a name."""
    speaker = next((turn.speaker for turn in turns if turn.role is Role.CUSTOMER and turn.speaker), "")
    return _guess(speaker)
