"""What is said in a conversation: storing what comes in, replies that can be taken back, notes. The caller commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.database import insert_new
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.privacy.redaction import mask_secrets
from kb.service.channels.webhooks import tell_sent
from kb.service.conversations import note_event, reopen
from kb.service.frustration.storing import update_frustration
from kb.service.heard import SPOKEN
from kb.service.promises import drop_promises, note_promises
from kb.service.standing import bring_up_to_date
from kb.service.stored_facts import keep_facts
from kb.tables import Conversation, ConversationState, Delivery, EventKind, Message, MessageRole
from kb.text.language import guess_language

_MESSAGES = cast(Table, Message.__table__)
LONGEST_TEXT = 1_000_000  # characters
# A message of fewer letters ("ok", "JH-20417733") does not say in which language a customer writes.
LETTERS_OF_A_LANGUAGE = 12
# Clocks of other systems may be ahead of ours; what is further ahead is taken as sent now.
_CLOCKS_DIFFER = timedelta(minutes=5)


class ColleagueRepliedError(ConflictError):
    """Somebody else has replied since the draft was begun: theirs is `reply`."""

    def __init__(self, reply: Message) -> None:
        super().__init__(
            "A colleague has replied since you began to write.", remedy="Read their reply, then send yours or drop it."
        )
        self.reply = reply


class RecipientChangedError(ConflictError):
    """The draft was begun to `before`; the customer is now reached by `now`."""

    def __init__(self, before: str, now: str) -> None:
        super().__init__(
            "This would now go to %(now)s, not to %(before)s.",
            remedy="Send it there, or keep it as a draft.",
            now=now,
            before=before,
        )
        self.before, self.now = before, now


@dataclass(frozen=True)
class Stored:
    """is_new: False where a message of this external id was there already; it is left as it is."""

    message: Message
    is_new: bool


def store_message(
    session: Session,
    conversation: Conversation,
    role: MessageRole,
    text: str,
    *,
    external_id: str | None = None,
    sent_at: datetime | None = None,
    user_id: int | None = None,
    region: str = "",
    details: dict[str, Any] | None = None,
    delivery: Delivery = Delivery.NONE,
    send_at: datetime | None = None,
    recipient: str = "",
    zone: tzinfo | None = None,
) -> Stored:
    """One message, once, however often and in whatever order it is delivered. What unlocks or pays something is masked.

    What an agent's promises is kept (kb.service.promises); zone: where the days and hours that they name are meant.
    The customer's opens a conversation again that was closed or snoozed. Raises InvalidInputError for a text that is empty or
    longer than LONGEST_TEXT.
    """
    if not text.strip():
        raise InvalidInputError("A message needs words.")
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(
            "The message has %(length)s characters; %(longest_text)s at most.",
            length=len(text),
            longest_text=LONGEST_TEXT,
        )
    now = utc_now()
    _lock(session, conversation, now)
    text = mask_secrets(text.strip(), region=region) if role is MessageRole.CUSTOMER else text.strip()
    row = {
        "conversation_id": conversation.id,
        "external_id": external_id or None,
        "role": role.value,
        "user_id": user_id,
        "text": text,
        "language": guess_language(text),
        "sent_at": now if sent_at is None or sent_at > now + _CLOCKS_DIFFER else sent_at,
        "created_at": now,
        "delivery": delivery.value,
        "send_at": send_at,
        "recipient": recipient,
        "delivery_error": "",
        "details": details or {},
    }
    number = insert_new(session, _MESSAGES, row, key=("conversation_id", "external_id"))
    if number is None:
        return Stored(_message_of(session, conversation.id, cast(str, external_id)), is_new=False)
    message = session.get_one(Message, number)
    if role is MessageRole.CUSTOMER:
        _hear(session, conversation, message)
        keep_facts(session, message, region=region, zone=zone)
    elif role is MessageRole.AGENT:
        note_promises(session, message, zone)
    bring_up_to_date(session, conversation)
    # In a call a note may be all that there is of the customer's words.
    is_heard = role is MessageRole.CUSTOMER or (role is MessageRole.NOTE and conversation.channel in SPOKEN)
    if is_heard:
        update_frustration(session, conversation)
    if is_heard or role is MessageRole.AGENT:
        conversation.feeling_due_at = now
    session.flush()
    return Stored(message, is_new=True)


def _lock(session: Session, conversation: Conversation, now: datetime) -> None:
    """Of two that write into one conversation the second waits, and sees what the first has written."""
    session.flush()
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id)
        .values(updated_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(conversation)


def _message_of(session: Session, conversation_id: int, external_id: str) -> Message:
    return session.scalars(
        select(Message).where(Message.conversation_id == conversation_id, Message.external_id == external_id)
    ).one()


def _hear(session: Session, conversation: Conversation, message: Message) -> None:
    letters = sum(character.isalpha() for character in message.text)
    if not conversation.language_is_set and (letters >= LETTERS_OF_A_LANGUAGE or not conversation.language):
        # Held: one mixed line must not turn the language in which somebody is answered.
        conversation.language = message.language if message.language != "und" else conversation.language
        conversation.language_is_set = letters >= LETTERS_OF_A_LANGUAGE
    # An old message that arrives late opens nothing.
    if conversation.state == ConversationState.SNOOZED.value or (
        conversation.closed_at is not None and message.sent_at > conversation.closed_at
    ):
        reopen(session, conversation, None, why="customer")


def reply(
    session: Session,
    conversation: Conversation,
    text: str,
    user_id: int,
    *,
    last_seen_id: int | None,
    recipient: str,
    undo_seconds: int,
    anyway: bool = False,
    key: str = "",
    details: dict[str, Any] | None = None,
    zone: tzinfo | None = None,
) -> Message:
    """Write to the customer. It goes out by the channel after `undo_seconds`, until when it can be taken back; in a chat of the
    help centre at once, as people expect who talk to each other.

    last_seen_id: the newest message that the rep had before them; recipient: to whom the draft was begun. Where a colleague
    has replied since, or the customer is now reached by something else, a ColleagueRepliedError or RecipientChangedError asks
    first; `anyway` is the answer. key: of one press of the button; sent twice, it is stored once.
    """
    now = utc_now()
    _lock(session, conversation, now)
    if key and (known := find_sent(session, conversation, user_id, key)) is not None:
        return known
    if not anyway:
        _ask_first(session, conversation, user_id, last_seen_id, recipient)
    spoken, at_once = conversation.channel in SPOKEN, conversation.is_own_chat
    stored = store_message(
        session,
        conversation,
        MessageRole.AGENT,
        text,
        user_id=user_id,
        details=(details or {}) | ({"key": key} if key else {}),
        delivery=Delivery.NONE if spoken else Delivery.SENT if at_once else Delivery.PENDING,
        send_at=None if spoken or at_once else now + timedelta(seconds=undo_seconds),
        recipient=recipient_of(conversation),
        zone=zone,
    )
    if at_once:
        tell_sent(session, conversation, stored.message)
    return stored.message


def recipient_of(conversation: Conversation) -> str:
    """By what a reply reaches the customer: the e-mail address, the phone number, or "" where the channel knows."""
    customer = conversation.customer
    if conversation.channel in {"email", "web"}:
        return customer.email or customer.phone
    return customer.phone if conversation.channel in {"sms", "phone"} else ""


def _ask_first(
    session: Session, conversation: Conversation, user_id: int, last_seen_id: int | None, recipient: str
) -> None:
    newer = newer_reply(session, conversation.id, user_id, last_seen_id)
    if newer is not None:
        raise ColleagueRepliedError(newer)
    reached_by = recipient_of(conversation)
    if recipient and reached_by and recipient != reached_by:
        raise RecipientChangedError(recipient, reached_by)


def newer_reply(session: Session, conversation_id: int, user_id: int, last_seen_id: int | None) -> Message | None:
    """The first reply of somebody else after the message that this person has seen last."""
    return session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.id > (last_seen_id or 0),
            Message.role == MessageRole.AGENT.value,
            Message.user_id.is_distinct_from(user_id),
            Message.delivery != Delivery.WITHDRAWN.value,
        )
        .order_by(Message.id)
        .limit(1)
    ).first()


def find_sent(session: Session, conversation: Conversation, user_id: int, key: str) -> Message | None:
    """What this person has sent with this key, among their last twenty."""
    own = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.user_id == user_id,
            Message.delivery != Delivery.WITHDRAWN.value,
        )
        .order_by(Message.id.desc())
        .limit(20)
    )
    return next((message for message in own if message.details.get("key") == key), None)


def find_message(session: Session, conversation_id: int, message_id: int) -> Message:
    """Raises NotFoundError."""
    found = session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.conversation_id == conversation_id)
        .options(joinedload(Message.user))
    ).first()
    if found is None:
        raise NotFoundError("There is no such message.")
    return found


def note(session: Session, conversation: Conversation, text: str, user_id: int, *, key: str = "") -> Message:
    """Something for colleagues: never sent. key: as for `reply`."""
    _lock(session, conversation, utc_now())
    if key and (known := find_sent(session, conversation, user_id, key)) is not None:
        return known
    details = {"key": key} if key else None
    return store_message(session, conversation, MessageRole.NOTE, text, user_id=user_id, details=details).message


def withdraw(session: Session, conversation: Conversation, message_id: int, user_id: int) -> Message:
    """Take a reply back that has not gone out yet; raises ConflictError where it has."""
    withdrawn = session.execute(
        update(Message)
        .where(
            Message.id == message_id,
            Message.conversation_id == conversation.id,
            Message.user_id == user_id,
            Message.delivery == Delivery.PENDING.value,
        )
        .values(delivery=Delivery.WITHDRAWN.value, send_at=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).first()
    if withdrawn is None:
        raise ConflictError("This message has gone out already.")
    message = session.get_one(Message, message_id)
    session.refresh(message)
    drop_promises(session, message_id)
    conversation.feeling_due_at = utc_now()
    bring_up_to_date(session, conversation)
    note_event(session, conversation, EventKind.WITHDRAWN, user_id, {"message": message_id})
    return message
