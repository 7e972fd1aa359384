"""The sample's conversations into the database, and out of it again. The caller commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, exists, insert, or_, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.privacy.redaction import mask_secrets
from kb.service.conversations import open_conversation
from kb.service.customers import recognise_customer
from kb.service.messages import LETTERS_OF_A_LANGUAGE, SPOKEN, bring_up_to_date
from kb.service.sample.files import SampleConversation, SampleMessage
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
    now: datetime | None = None,
) -> int:
    """Bring them in as if they had happened in the time before `now`; returns how many are new.

    people: ids of users by the names that the file uses. Whoever is missing there has said nothing, and nothing is theirs.
    """
    now = now or utc_now()
    return sum(_store(session, one, people, region, now) for one in conversations)


def _store(session: Session, sample: SampleConversation, people: Mapping[str, int], region: str, now: datetime) -> bool:
    began = now - timedelta(minutes=max(message.minutes_ago for message in sample.messages))
    customer = recognise_customer(session, sample.customer, region=region).customer
    opened = open_conversation(
        session,
        customer,
        sample.channel,
        origin=ORIGIN,
        external_id=sample.external_id,
        subject=sample.subject,
        details=dict(sample.details),
        region=region,
        now=began,
    )
    if not opened.is_new:
        return False
    if not has_real_conversations(session, customer.id):
        customer.is_sample = True
        customer.created_at = min(customer.created_at, began)
    conversation = opened.conversation
    rows = [_row(conversation, message, people, region, now) for message in sample.messages]
    session.execute(insert(Message), rows)
    _note_events(session, conversation, sample, people, now)
    _finish(session, conversation, sample, people, rows, now)
    return True


def has_real_conversations(session: Session, customer_id: int) -> bool:
    theirs = (Conversation.customer_id == customer_id) & (Conversation.origin != ORIGIN)
    return session.scalar(select(exists().where(theirs))) or False


def _row(
    conversation: Conversation, message: SampleMessage, people: Mapping[str, int], region: str, now: datetime
) -> dict[str, Any]:
    is_ours = message.role is MessageRole.AGENT
    at = now - timedelta(minutes=message.minutes_ago)
    delivered = is_ours and conversation.channel not in SPOKEN
    is_theirs = message.role is MessageRole.CUSTOMER
    return {
        "conversation_id": conversation.id,
        "external_id": message.external_id,
        "role": message.role.value,
        "user_id": people.get(message.author or ""),
        "text": mask_secrets(message.text, region=region) if is_theirs else message.text,
        "language": guess_language(message.text),
        "sent_at": at,
        "created_at": at,
        "delivery": (Delivery.SENT if delivered else Delivery.NONE).value,
        "recipient": "",
        "delivery_error": "",
        "details": {},
    }


def _note_events(
    session: Session,
    conversation: Conversation,
    sample: SampleConversation,
    people: Mapping[str, int],
    now: datetime,
) -> None:
    first = next((m for m in sample.messages if m.author in people and m.role is not MessageRole.SYSTEM), None)
    events: list[tuple[EventKind, datetime, int | None, dict[str, Any]]] = []
    if first is not None:
        person = people[first.author or ""]
        at = now - timedelta(minutes=first.minutes_ago, seconds=20)
        events.append((EventKind.ASSIGNED, at, person, {"to": person, "from": None}))
    for event in sample.events:
        data = {"to": people.get(event.to or ""), "from": people.get(event.by or ""), "text": event.text}
        at = now - timedelta(minutes=event.minutes_ago)
        events.append((event.kind, at, people.get(event.by or ""), data))
        if event.kind is EventKind.ESCALATED:
            conversation.escalated_at = at
    last = now - timedelta(minutes=min(message.minutes_ago for message in sample.messages))
    by = people.get(sample.assigned_to or "")
    if sample.state is ConversationState.CLOSED:
        conversation.closed_at = min(now, last + _CLOSED_AFTER)
        events.append((EventKind.CLOSED, conversation.closed_at, by, {}))
    elif sample.state is ConversationState.SNOOZED:
        conversation.snoozed_until = now + timedelta(minutes=sample.snoozed_for_minutes)
        at = min(now, last + _CLOSED_AFTER)
        events.append((EventKind.SNOOZED, at, by, {"until": conversation.snoozed_until.isoformat()}))
    session.add_all(
        ConversationEvent(conversation_id=conversation.id, kind=kind.value, user_id=user, data=data, created_at=at)
        for kind, at, user, data in events
    )


def _finish(
    session: Session,
    conversation: Conversation,
    sample: SampleConversation,
    people: Mapping[str, int],
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    conversation.state = sample.state.value
    conversation.assigned_to_id = people.get(sample.assigned_to or "")
    for row in rows:
        letters = sum(character.isalpha() for character in row["text"])
        if row["role"] == MessageRole.CUSTOMER.value and letters >= LETTERS_OF_A_LANGUAGE:
            if row["language"] != UNDETERMINED:
                conversation.language, conversation.language_is_set = row["language"], True
            break
    session.flush()
    bring_up_to_date(session, conversation)
    conversation.updated_at = conversation.closed_at or conversation.last_message_at or now


def remove_sample(session: Session) -> Removed:
    """Delete the sample's conversations, played ones too, with all that hangs on them, and its customers.

    A sample customer who has real conversations, or into whom a real customer was merged, stays. Tickets that were made of
    sample conversations stay, too.
    """
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
