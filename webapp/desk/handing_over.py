"""The hand-over page: a summary of the conversation, to be edited, and who gets it. A plain form, with or without scripts."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.accounts.people import list_users
from kb.accounts.rights import Act, require
from kb.assist.summary import GivenFact, Said, Section, SummaryLine, summarise
from kb.assist.turns import Role as Speaker
from kb.core.errors import InvalidInputError, NotAllowedError
from kb.service.conversations import get_conversation
from kb.service.customer_at_hand import facts_of
from kb.service.fact_kinds import FactKind
from kb.service.handing_over import MANAGERS, MOST_LINES, NoteLine, Recipient, hand_over
from kb.service.heard import roles_as_heard
from kb.service.settled import settled_messages
from kb.service.timeline import newest_messages
from kb.tables import Conversation, Message, MessageRole, Role
from webapp.desk.customers.words import local_day
from webapp.desk.inbox.words import settings
from webapp.shared.database import session
from webapp.shared.numbers import small_number
from webapp.shared.runtime import search_runtime
from webapp.shared.ui import render_fresh

blueprint = Blueprint("desk_handover", __name__, url_prefix="/desk/inbox")

HEADINGS = {
    Section.FACTS: lazy_gettext("What the customer told us"),
    Section.TRIED: lazy_gettext("What was tried"),
    Section.PROMISED: lazy_gettext("What was promised"),
    Section.OPEN: lazy_gettext("Open questions"),
    Section.STATE: lazy_gettext("Where it stands"),
}
LEVELS = {1: lazy_gettext("The customer is annoyed."), 2: lazy_gettext("The customer is angry.")}
ROLES = {Role.TRAINER: lazy_gettext("A trainer"), Role.ADMIN: lazy_gettext("An administrator")}


@blueprint.get("/<int:conversation_id>/handover")
def form(conversation_id: int) -> ResponseReturnValue:
    """The summary, each line to be kept, changed or left out, and to whom it goes."""
    conversation = get_conversation(session(), conversation_id)
    messages = newest_messages(session(), conversation)
    lines = [*_summary(conversation, messages), *_state(conversation, messages)]
    return render_fresh(
        "desk/inbox/handover.html",
        conversation=conversation,
        sections=[(section, [line for line in lines if line.section is section]) for section in Section],
        headings=HEADINGS,
        people=[user for user in list_users(session()) if user.active and user.id != current_user.id],
        roles={role: ROLES[role] for role in MANAGERS},
    )


def _summary(conversation: Conversation, messages: Sequence[Message]) -> list[SummaryLine]:
    zone = settings().time_zone
    said = [
        Said(message.id, Speaker(role), message.text, message.sent_at.astimezone(zone))
        for message, role in zip(messages, roles_as_heard(messages, conversation.channel), strict=True)
    ]
    facts = [
        GivenFact(fact.message_id, fact.words, fact.kind == FactKind.TRIED.value)
        for fact in facts_of(session(), [conversation.id])
    ]
    closed = settled_messages(session(), conversation)
    return summarise(said, search_runtime().encoder, facts=facts, closed=closed)


def _state(conversation: Conversation, messages: Sequence[Message]) -> list[SummaryLine]:
    """Since when somebody waits, and how they feel: from the customer's last message."""
    theirs = zip(messages, roles_as_heard(messages, conversation.channel), strict=True)
    last = next((one for one, role in reversed(list(theirs)) if role == MessageRole.CUSTOMER.value), None)
    if last is None:
        return []
    words = []
    if conversation.waiting_since is not None:
        words.append(_("Waits for our answer since %(time)s.", time=local_day(conversation.waiting_since)))
    if conversation.frustration:
        words.append(str(LEVELS[min(conversation.frustration, 2)]))
    return [SummaryLine(Section.STATE, text, last.id) for text in words]


@blueprint.post("/<int:conversation_id>/handover")
def send(conversation_id: int) -> ResponseReturnValue:
    conversation = get_conversation(session(), conversation_id)
    back = redirect(url_for("desk_handover.form", conversation_id=conversation.id), code=303)
    try:
        to = _recipient()
    except ValueError:
        flash(_("Please say who gets it, and when."), "warn")
        return back
    try:
        require(Act.GIVE, user_id=current_user.id, role=current_user.role, owner_id=conversation.assigned_to_id)
        hand_over(session(), conversation, current_user.id, to, _lines(), request.form.get("own", ""))
    except InvalidInputError:
        session().rollback()
        flash(_("That did not work: the time is over or too far off, or there is nobody to take it."), "warn")
        return back
    except NotAllowedError:
        flash(_("A colleague has this conversation. Ask them for it, or a trainer."), "warn")
        return back
    flash(_("Handed over, with the summary as a note."), "good")
    return redirect(url_for("desk_inbox.show", conversation_id=conversation.id), code=303)


def _recipient() -> Recipient:
    """Raises ValueError where the form names nobody."""
    how = request.form.get("to", "")
    if how == "person":
        person = small_number(request.form.get("person", ""))
        if person is None:
            raise ValueError("no such number")
        return Recipient(user_id=person)
    if how == "shift":
        moment = datetime.fromisoformat(request.form.get("until", ""))
        return Recipient(until=moment if moment.tzinfo else moment.replace(tzinfo=settings().time_zone))
    role = Role(request.form.get("role", "")) if how == "role" else None
    if role not in MANAGERS:
        raise ValueError("nobody is named")
    return Recipient(role=role)


def _lines() -> list[NoteLine]:
    """The lines whose box is ticked and that have words, as they were edited."""
    lines = []
    for number in range(MOST_LINES):
        section, text = request.form.get(f"section-{number}", ""), request.form.get(f"text-{number}", "")
        if section not in set(Section) or not request.form.get(f"keep-{number}") or not text.strip():
            continue
        source = small_number(request.form.get(f"message-{number}", ""))
        lines.append(NoteLine(str(HEADINGS[Section(section)]), text, source))
    return lines
