"""One conversation: opening it, and everything that is done with it beside writing. The caller commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.privacy.redaction import mask_secrets
from kb.service.channels.webhooks import tell_event
from kb.service.standing import bring_up_to_date
from kb.service.used_documents import note_not_solved, note_solved
from kb.tables import (
    Channel,
    Conversation,
    ConversationEvent,
    ConversationState,
    Customer,
    EventKind,
    User,
)

_CONVERSATIONS = cast(Table, Conversation.__table__)
LONGEST_SUBJECT = 500
# In the log of what happened, in words of a program.
Data = dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """is_new: False where a conversation of this external id was there already; it is left as it is."""

    conversation: Conversation
    is_new: bool


def known_channel(text: str) -> Channel:
    """What a channel calls itself, in our words; OTHER for what nobody knows."""
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    return _CHANNELS.get(word, Channel.OTHER)


_CHANNELS = {channel.value: channel for channel in Channel} | {
    "call": Channel.PHONE,
    "voice": Channel.PHONE,
    "telephone": Channel.PHONE,
    "mail": Channel.EMAIL,
    "e_mail": Channel.EMAIL,
    "webchat": Channel.CHAT,
    "web_chat": Channel.CHAT,
    "livechat": Channel.CHAT,
    "live_chat": Channel.CHAT,
    "text": Channel.SMS,
    "whatsapp": Channel.SOCIAL,
    "facebook": Channel.SOCIAL,
    "instagram": Channel.SOCIAL,
    "twitter": Channel.SOCIAL,
    "telegram": Channel.SOCIAL,
    "social_media": Channel.SOCIAL,
    "form": Channel.WEB,
    "web_form": Channel.WEB,
    "store": Channel.WALK_IN,
    "shop": Channel.WALK_IN,
    "branch": Channel.WALK_IN,
    "walkin": Channel.WALK_IN,
}


def open_conversation(
    session: Session,
    customer: Customer,
    channel: Channel,
    *,
    origin: str,
    external_id: str | None = None,
    subject: str = "",
    language: str = "",
    visit: str | None = None,
    details: Data | None = None,
    region: str = "",
    now: datetime | None = None,
) -> Opened:
    """A conversation, or the one that `origin` has sent under this id before: two deliveries at once make one."""
    now = now or utc_now()
    row: Data = {
        "origin": origin,
        "external_id": external_id or None,
        "channel": channel.value,
        "customer_id": customer.id,
        "subject": mask_secrets(" ".join(subject.split()), region=region)[:LONGEST_SUBJECT],
        "language": language or customer.language,
        "language_is_set": bool(language),
        "state": ConversationState.OPEN.value,
        "visit": visit,
        "details": details or {},
        "last_message_at": now,
        "preview": "",
        "message_count": 0,
        "frustration": 0,
        "frustration_reasons": [],
        "created_at": now,
        "updated_at": now,
    }
    number = insert_new(session, _CONVERSATIONS, row, key=("origin", "external_id"))
    if number is not None:
        return Opened(get_conversation(session, number), is_new=True)
    known = session.scalars(
        select(Conversation.id).where(Conversation.origin == origin, Conversation.external_id == external_id)
    ).one()
    return Opened(get_conversation(session, known), is_new=False)


def get_conversation(session: Session, conversation_id: int) -> Conversation:
    """With its customer, their identities and who has it: one statement. Raises NotFoundError."""
    conversation = session.get(
        Conversation,
        conversation_id,
        options=[
            joinedload(Conversation.customer).joinedload(Customer.identities),
            joinedload(Conversation.assigned_to),
        ],
    )
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    return conversation


def find_opened(session: Session, origin: str, external_id: str) -> Conversation | None:
    """The conversation that `origin` has opened under this id."""
    return session.scalars(
        select(Conversation).where(Conversation.origin == origin, Conversation.external_id == external_id)
    ).first()


def note_event(
    session: Session, conversation: Conversation, kind: EventKind, user_id: int | None = None, data: Data | None = None
) -> ConversationEvent:
    """Write down that something happened, and that the conversation has changed; webhooks will be told."""
    now = utc_now()
    event = ConversationEvent(
        conversation_id=conversation.id, kind=kind.value, user_id=user_id, data=data or {}, created_at=now
    )
    session.add(event)
    conversation.updated_at = now
    session.flush()
    tell_event(session, conversation, kind, user_id, event.data, now)
    return event


def assign(session: Session, conversation: Conversation, to_id: int | None, user_id: int) -> None:
    """Give it to a person, or to nobody. Raises NotFoundError for one who is not there or no longer active."""
    if to_id is not None:
        person = session.get(User, to_id)
        if person is None or not person.active:
            raise NotFoundError("There is no such person to give it to.")
    if conversation.assigned_to_id == to_id:
        return
    before = conversation.assigned_to_id
    conversation.assigned_to_id = to_id
    note_event(session, conversation, EventKind.ASSIGNED, user_id, {"to": to_id, "from": before})
    session.expire(conversation, ["assigned_to"])


def take(session: Session, conversation: Conversation, user_id: int) -> None:
    """Make it one's own. Of two who press at once one gets it; the other gets a ConflictError."""
    taken = session.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation.id,
            (Conversation.assigned_to_id.is_(None)) | (Conversation.assigned_to_id == user_id),
        )
        .values(assigned_to_id=user_id)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        raise ConflictError("A colleague has this conversation.", remedy="Take another one, or ask them for it.")
    session.refresh(conversation)
    note_event(session, conversation, EventKind.ASSIGNED, user_id, {"to": user_id, "from": None})


def snooze(session: Session, conversation: Conversation, until: datetime, user_id: int) -> None:
    """Out of the queue until then, or until the customer writes. Raises InvalidInputError for a time that is over."""
    if until <= utc_now():
        raise InvalidInputError("That time is over.", remedy="Choose a later one.")
    conversation.state, conversation.snoozed_until = ConversationState.SNOOZED.value, until
    note_event(session, conversation, EventKind.SNOOZED, user_id, {"until": until.isoformat()})


def close(session: Session, conversation: Conversation, user_id: int | None) -> None:
    if conversation.state == ConversationState.CLOSED.value:
        return
    conversation.state, conversation.snoozed_until = ConversationState.CLOSED.value, None
    conversation.closed_at, conversation.waiting_since = utc_now(), None
    note_solved(session, conversation)
    note_event(session, conversation, EventKind.CLOSED, user_id)


def reopen(session: Session, conversation: Conversation, user_id: int | None, *, why: str = "") -> None:
    """why: "customer" where the customer wrote again, "time" at the end of a snooze."""
    if conversation.state == ConversationState.OPEN.value:
        return
    if conversation.state == ConversationState.CLOSED.value:
        note_not_solved(session, conversation)
    conversation.state, conversation.snoozed_until, conversation.closed_at = ConversationState.OPEN.value, None, None
    bring_up_to_date(session, conversation)  # who had no answer when it was closed waits again
    note_event(session, conversation, EventKind.REOPENED, user_id, {"why": why} if why else None)


def reopen_snoozed(session: Session, *, now: datetime | None = None) -> int:
    """Those whose time has come, at most 500 a call; returns how many."""
    due = session.scalars(
        select(Conversation)
        .where(Conversation.state == ConversationState.SNOOZED.value, Conversation.snoozed_until <= (now or utc_now()))
        .options(selectinload(Conversation.customer))
        .limit(500)
    ).all()
    for conversation in due:
        reopen(session, conversation, None, why="time")
    return len(due)


def set_language(session: Session, conversation: Conversation, language: str, user_id: int) -> None:
    """Answer in this language from now on, whatever the next message looks like."""
    conversation.language, conversation.language_is_set = language, True
    note_event(session, conversation, EventKind.LANGUAGE, user_id, {"language": language})
