"""The sample's conversations into the database, and out of it again. The caller commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import Table, exists, or_, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.privacy.redaction import mask_secrets
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.frustration.storing import update_frustration
from kb.service.heard import SPOKEN
from kb.service.messages import LETTERS_OF_A_LANGUAGE
from kb.service.promises import note_promises
from kb.service.sample.files import SampleConversation, SampleMessage
from kb.service.standing import bring_up_to_date
from kb.service.stored_facts import keep_facts
from kb.tables import (
    Conversation,
    ConversationEvent,
    ConversationState,
    Customer,
    Delivery,
    EventKind,
    Message,
    MessageRole,
)
from kb.text.language import UNDETERMINED, guess_language

_CONVERSATIONS = cast(Table, Conversation.__table__)
_CUSTOMERS = cast(Table, Customer.__table__)
# Of conversations: by it what was brought is told from what is real.
ORIGIN = "sample"
# A rep closes a conversation a little after the last word.
_CLOSED_AFTER = timedelta(minutes=2)
# A rep has a conversation a little before they write in it.
_TAKEN_BEFORE = timedelta(seconds=20)


@dataclass(frozen=True)
class Removed:
    """kept: sample customers who have real conversations by now; they are real ones from then on."""

    customers: int
    conversations: int
    kept: int


def has_conversations(session: Session) -> bool:
    """Whether anybody has written or called here, sample or real."""
    return session.scalar(select(exists().where(Conversation.id.is_not(None)))) or False


def has_sample(session: Session) -> bool:
    """One statement."""
    return session.scalar(select(exists().where(Conversation.origin == ORIGIN))) or False


def store_sample(
    session: Session,
    conversations: Sequence[SampleConversation],
    people: Mapping[str, int],
    *,
    region: str,
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> int:
    """Bring them in as if they had happened in the time before `now`; returns how many are new.

    people: ids of users by the names that the file uses. Whoever is missing there has said nothing, and nothing is theirs.
    zone: where the days and hours are meant that somebody names.
    """
    context = _Context(session, people, region, zone, now or utc_now())
    # The oldest first: so their ids have the order of their times.
    in_order = sorted(conversations, key=lambda one: max(message.minutes_ago for message in one.messages), reverse=True)
    customers: dict[GivenCustomer, Customer] = {}
    new = 0
    for one in in_order:
        if one.customer not in customers:
            customers[one.customer] = recognise_customer(session, one.customer, region=region).customer
        new += _store(context, one, customers[one.customer])
    session.flush()
    return new


@dataclass(frozen=True)
class _Context:
    """What is the same for all conversations of one run."""

    session: Session
    people: Mapping[str, int]
    region: str
    zone: tzinfo | None
    now: datetime

    def person(self, key: str | None) -> int | None:
        return self.people.get(key or "")

    def ago(self, minutes: int) -> datetime:
        return self.now - timedelta(minutes=minutes)


def _store(context: _Context, sample: SampleConversation, customer: Customer) -> bool:
    session = context.session
    began = context.ago(max(message.minutes_ago for message in sample.messages))
    opened = open_conversation(
        session,
        customer,
        sample.channel,
        origin=ORIGIN,
        external_id=sample.external_id,
        subject=sample.subject,
        details=dict(sample.details),
        region=context.region,
        now=began,
    )
    if not opened.is_new:
        return False
    if not customer.is_sample and not has_real_conversations(session, customer.id):
        customer.is_sample, customer.created_at = True, min(customer.created_at, began)
    conversation = opened.conversation
    messages = [_message(context, conversation, message) for message in sample.messages]
    session.add_all(messages)
    session.flush()
    _finish(context, conversation, sample, messages)
    _note_events(context, conversation, sample, {message.external_id: message.id for message in messages})
    _keep_what_was_said(context, conversation, messages)
    return True


def has_real_conversations(session: Session, customer_id: int) -> bool:
    theirs = (Conversation.customer_id == customer_id) & (Conversation.origin != ORIGIN)
    return session.scalar(select(exists().where(theirs))) or False


def _message(context: _Context, conversation: Conversation, message: SampleMessage) -> Message:
    is_theirs, is_ours = message.role is MessageRole.CUSTOMER, message.role is MessageRole.AGENT
    delivered = is_ours and conversation.channel not in SPOKEN
    at = context.ago(message.minutes_ago)
    return Message(
        conversation_id=conversation.id,
        external_id=message.external_id,
        role=message.role.value,
        user_id=context.person(message.author),
        text=mask_secrets(message.text, region=context.region) if is_theirs else message.text,
        language=guess_language(message.text),
        sent_at=at,
        created_at=at,
        delivery=(Delivery.SENT if delivered else Delivery.NONE).value,
    )


def _note_events(
    context: _Context, conversation: Conversation, sample: SampleConversation, notes: Mapping[str | None, int]
) -> None:
    """notes: ids of messages by their external ids."""
    events: list[tuple[EventKind, datetime, int | None, dict[str, Any]]] = []
    first = next((message for message in sample.messages if message.author in context.people), None)
    if first is not None:
        person = context.person(first.author)
        at = context.ago(first.minutes_ago) - _TAKEN_BEFORE
        events.append((EventKind.ASSIGNED, at, person, {"to": person, "from": None}))
    for event in sample.events:
        by, to, at = context.person(event.by), context.person(event.to), context.ago(event.minutes_ago)
        data: dict[str, Any] = {"to": to, "until": None, "role": None, "note": notes[event.note]}
        if event.kind is EventKind.ESCALATED:
            conversation.escalated_at = at
            level = conversation.frustration
            data = {"to": event.desk, "within": "", "person": to, "level": level, "reasons": [event.reason]}
            data["note"] = notes[event.note]
        events.append((event.kind, at, by, data))
    over = _over_at(context, sample)
    by = context.person(sample.assigned_to)
    if sample.state is ConversationState.CLOSED:
        events.append((EventKind.CLOSED, over, by, {}))
    elif sample.state is ConversationState.SNOOZED:
        until = context.now + timedelta(minutes=sample.snoozed_for_minutes)
        conversation.snoozed_until = until
        events.append((EventKind.SNOOZED, over, by, {"until": until.isoformat()}))
    context.session.add_all(
        ConversationEvent(conversation_id=conversation.id, kind=kind.value, user_id=user, data=data, created_at=at)
        for kind, at, user, data in events
    )


def _over_at(context: _Context, sample: SampleConversation) -> datetime:
    """When it was closed or snoozed."""
    return min(context.now, context.ago(min(message.minutes_ago for message in sample.messages)) + _CLOSED_AFTER)


def _finish(
    context: _Context, conversation: Conversation, sample: SampleConversation, messages: Sequence[Message]
) -> None:
    conversation.state = sample.state.value
    conversation.assigned_to_id = context.person(sample.assigned_to)
    if sample.state is ConversationState.CLOSED:
        conversation.closed_at = _over_at(context, sample)
    for message in messages:
        letters = sum(character.isalpha() for character in message.text)
        if message.role == MessageRole.CUSTOMER.value and letters >= LETTERS_OF_A_LANGUAGE:
            if message.language != UNDETERMINED:
                conversation.language, conversation.language_is_set = message.language, True
            break
    context.session.flush()
    bring_up_to_date(context.session, conversation)
    if sample.state is not ConversationState.CLOSED:
        update_frustration(context.session, conversation)
        conversation.feeling_due_at = context.now
    conversation.updated_at = conversation.closed_at or conversation.last_message_at


def _keep_what_was_said(context: _Context, conversation: Conversation, messages: Sequence[Message]) -> None:
    """Facts of the customer, promises of ours: those of a conversation that is over have been kept."""
    for message in messages:
        if message.role == MessageRole.CUSTOMER.value:
            keep_facts(context.session, message, region=context.region, zone=context.zone)
        elif message.role == MessageRole.AGENT.value:
            for promise in note_promises(context.session, message, context.zone):
                promise.kept_at = conversation.closed_at


def remove_sample(session: Session) -> Removed:
    """Delete the sample's conversations, played ones too, with all that hangs on them, and its customers.

    A sample customer who has real conversations, or into whom a real customer was merged, stays. Tickets that were made of
    sample conversations stay, too.
    """
    session.flush()
    connection = session.connection()
    conversations = connection.execute(_CONVERSATIONS.delete().where(_CONVERSATIONS.c.origin == ORIGIN)).rowcount
    merged = _CUSTOMERS.alias("merged")
    is_real = or_(
        exists().where(_CONVERSATIONS.c.customer_id == _CUSTOMERS.c.id),
        exists().where(merged.c.merged_into_id == _CUSTOMERS.c.id, ~merged.c.is_sample),
    )
    becomes_real = _CUSTOMERS.update().where(_CUSTOMERS.c.is_sample, is_real).values(is_sample=False)
    kept = 0
    while more := connection.execute(becomes_real).rowcount:  # along a chain of merges one after the other
        kept += more
    customers = connection.execute(_CUSTOMERS.delete().where(_CUSTOMERS.c.is_sample)).rowcount
    session.expire_all()
    return Removed(customers, conversations, kept)
