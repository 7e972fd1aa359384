"""The customer's side of a chat in the help centre: beginning it, writing, what they see of it, ending it. The caller commits.

Their page is told that something has changed and asks for what they may see: what both sides said, never notes for colleagues or
names beyond a rep's first. Once-only by the key that the page gives to each message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, joinedload

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.privacy.redaction import mask_secrets
from kb.service.chat_state import ARRIVED, change_state, state_of
from kb.service.consents import Ticked, note_shared_visit
from kb.service.contact import ORIGIN, name_of_request
from kb.service.conversations import close, open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.drafts import TYPING_FOR
from kb.service.messages import store_message
from kb.service.references import reference_of
from kb.service.timeline import get_attachment
from kb.tables import (
    Attachment,
    Channel,
    Conversation,
    ConversationState,
    Draft,
    FeedbackKind,
    Message,
    MessageRole,
    Presence,
    SearchEvent,
    User,
)
from kb.tables.feedback import store_feedback

LONGEST_MESSAGE = 5_000  # characters
# Messages that a page shows at once; a chat of more is rather a conversation by mail.
MOST_SHOWN = 200


@dataclass(frozen=True)
class ChatMessage:
    """who: a rep's first name, "" for the customer's own and where no person is named."""

    id: int
    is_own: bool
    who: str
    text: str
    language: str
    sent_at: datetime
    files: Sequence[Attachment]
    is_read: bool  # by the other side


@dataclass(frozen=True)
class Chat:
    """What a customer sees. rep: the first name of who has it or wrote last; typing: of who writes to them now."""

    messages: Sequence[ChatMessage]
    newest_id: int
    is_open: bool
    is_answered: bool
    rep: str
    typing: str
    is_typing: bool
    rep_read_id: int


def first_name(user: User | None) -> str:
    """Customers are told no more of a rep."""
    return user.name.split()[0] if user is not None and user.name.split() else ""


def start_chat(
    session: Session,
    *,
    name: str,
    contact: str,
    message: str,
    language: str,
    visit: str | None,
    asked_in: str,
    key: str,
    region: str = "",
    zone: tzinfo | None = None,
    ticked: Ticked | None = None,
) -> Conversation:
    """A chat with its first message; sent twice (in the same visit, with the same key) it is one.

    contact: as `clean_contact` gives it, or "". visit: whose searches the rep may see, None without consent; asked_in: the
    visit in which it was asked; ticked: the words by which they agreed to that. Raises InvalidInputError for a message without
    words or too long.
    """
    _check(message)
    name = mask_secrets(" ".join(name.split()), region=region)
    given = GivenCustomer.reached_at(contact, name=name, language=language, visit=visit or "")
    customer = recognise_customer(session, given, region=region).customer
    external_id = name_of_request(key, asked_in, "chat")
    opened = open_conversation(
        session,
        customer,
        Channel.CHAT,
        origin=ORIGIN,
        external_id=external_id,
        language=language,
        visit=visit,
        details={"contact": contact, "name": name, "reference": reference_of(external_id)},
        region=region,
    )
    if opened.is_new:
        _note_asked(session, asked_in)
        if visit is not None and ticked is not None:
            note_shared_visit(session, opened.conversation, ticked)
        if given.email:
            want_transcript(session, opened.conversation, contact, language, at_end=True)
    say(session, opened.conversation, message, key=key, region=region, zone=zone)
    return opened.conversation


def _note_asked(session: Session, visit: str) -> None:
    """With the last search of the visit: it did not answer."""
    last = session.scalars(
        select(SearchEvent.id).where(SearchEvent.visit == visit).order_by(SearchEvent.id.desc()).limit(1)
    ).first()
    if last is not None:
        store_feedback(session, FeedbackKind.ASKED_PERSON, event_id=last, visit=visit)


def _check(text: str) -> None:
    if not text.strip():
        raise InvalidInputError("A message needs words.")
    if len(text) > LONGEST_MESSAGE:
        raise InvalidInputError(
            "The message has %(length)s characters; %(longest_message)s at most.",
            length=len(text),
            longest_message=LONGEST_MESSAGE,
        )


def say(
    session: Session,
    conversation: Conversation,
    text: str,
    *,
    key: str,
    region: str = "",
    zone: tzinfo | None = None,
) -> Message:
    """The customer writes. What unlocks or pays something is masked; a chat that had ended goes on. Raises InvalidInputError."""
    _check(text)
    stored = store_message(
        session, conversation, MessageRole.CUSTOMER, text, external_id=f"chat-{key}", region=region, zone=zone
    )
    if stored.is_new:
        change_state(session, conversation, {"customer_seen_at": utc_now(), "customer_typed_at": None})
    return stored.message


def chat_of(session: Session, conversation: Conversation, *, after: int = 0) -> Chat:
    """What the customer may see; after: only messages behind this one. Five statements."""
    state, now = state_of(session, conversation.id), utc_now()
    rep_read = state.rep_read_id if state is not None else 0
    customer_read = state.customer_read_id if state is not None else 0
    shown = _shown(session, conversation.id)
    files = _files(session, [message.id for message in shown if message.id > after])
    ours = [message for message in shown if message.role == MessageRole.AGENT.value]
    typing = _typing(session, conversation.id, now)
    return Chat(
        messages=[
            ChatMessage(
                message.id,
                message.role == MessageRole.CUSTOMER.value,
                first_name(message.user) if message.role == MessageRole.AGENT.value else "",
                message.text,
                message.language,
                message.sent_at,
                files.get(message.id, ()),
                message.id <= (rep_read if message.role == MessageRole.CUSTOMER.value else customer_read),
            )
            for message in shown
            if message.id > after
        ],
        newest_id=max((message.id for message in shown), default=0),
        is_open=conversation.state != ConversationState.CLOSED.value,
        is_answered=bool(ours),
        rep=first_name(conversation.assigned_to) or next((n for m in reversed(ours) if (n := first_name(m.user))), ""),
        typing=first_name(typing),
        is_typing=typing is not None,
        # Who has answered has read what stood before.
        rep_read_id=max(rep_read, max((message.id for message in ours), default=0)),
    )


def _shown(session: Session, conversation_id: int) -> list[Message]:
    """The newest, oldest first: notes for colleagues, and what was taken back or did not go out, no customer sees."""
    said = Message.role.in_([MessageRole.CUSTOMER.value, MessageRole.AGENT.value])
    found = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, said, Message.delivery.in_(ARRIVED))
        .order_by(Message.id.desc())
        .limit(MOST_SHOWN)
        .options(joinedload(Message.user))
    ).all()
    return list(reversed(found))


def _files(session: Session, message_ids: Sequence[int]) -> dict[int | None, list[Attachment]]:
    files: dict[int | None, list[Attachment]] = {}
    if message_ids:
        for file in session.scalars(
            select(Attachment).where(Attachment.message_id.in_(message_ids)).order_by(Attachment.id)
        ):
            files.setdefault(file.message_id, []).append(file)
    return files


def _typing(session: Session, conversation_id: int, now: datetime) -> User | None:
    """Who writes to the customer now; a note for colleagues is none of theirs, and what was sent is not being written."""
    note = and_(
        Draft.conversation_id == Presence.conversation_id, Draft.user_id == Presence.user_id, Draft.is_note.is_(True)
    )
    sent = exists().where(
        Message.conversation_id == Presence.conversation_id,
        Message.user_id == Presence.user_id,
        Message.created_at >= Presence.typed_at,
    )
    return session.scalars(
        select(User)
        .join(Presence, Presence.user_id == User.id)
        .outerjoin(Draft, note)
        .where(
            Presence.conversation_id == conversation_id, Presence.typed_at > now - TYPING_FOR, Draft.id.is_(None), ~sent
        )
        .order_by(Presence.typed_at.desc())
        .limit(1)
    ).first()


def file_of_chat(session: Session, conversation: Conversation, file_id: int) -> Attachment:
    """With its content. Raises NotFoundError for one that stands in nothing that the customer sees."""
    found = get_attachment(session, conversation.id, file_id)
    if found.message_id is None or all(found.message_id != message.id for message in _shown(session, conversation.id)):
        raise NotFoundError("There is no such file.")
    return found


def end_chat(session: Session, conversation: Conversation) -> None:
    """By the customer."""
    close(session, conversation, None)


def want_transcript(session: Session, conversation: Conversation, address: str, language: str, *, at_end: bool) -> None:
    """Send what was said to this address: when the chat ends, or now. A job does it, see kb.service.chat_transcript."""
    change_state(
        session,
        conversation,
        {
            "transcript_to": address,
            "transcript_language": language,
            "transcript_at": None if at_end else utc_now(),
            "transcript_first_tried_at": None,
            "transcript_sent_at": None,
            "transcript_error": "",
        },
    )
