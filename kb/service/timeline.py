"""What was said and done, in order: of one conversation, or of one customer over all channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, undefer

from kb.core.errors import NotFoundError
from kb.tables import Attachment, Conversation, ConversationEvent, Message, MessageRole

# Entries that a page shows at once; older ones are fetched when somebody asks for them.
PAGE = 100
# Messages of one side within so much time are one turn.
ONE_TURN = timedelta(minutes=2)
_LONGEST_TURN = 600  # characters that are still joined to what came before


@dataclass(frozen=True)
class Entry:
    """A message or an event."""

    at: datetime
    message: Message | None = None
    event: ConversationEvent | None = None
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Timeline:
    """entries: oldest first; earlier: the id of the oldest message shown where there is more before it, else None."""

    entries: Sequence[Entry]
    earlier: int | None = None


@dataclass(frozen=True)
class SpokenTurn:
    """Messages in a row of one side that are one request or one answer: for suggestions, waits and counts."""

    role: MessageRole
    text: str
    sent_at: datetime
    message_ids: Sequence[int]


def _messages(
    session: Session, condition: ColumnElement[bool], before_id: int | None, limit: int, containing: str = ""
) -> list[Message]:
    """The newest, newest first, one more than `limit` where there are more."""
    statement = (
        select(Message)
        .where(condition)
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(limit + 1)
        .options(joinedload(Message.user))
    )
    if before_id is not None:
        oldest = session.get(Message, before_id)
        if oldest is None:
            raise NotFoundError("There is no such message.")
        same_time = (Message.sent_at == oldest.sent_at) & (Message.id < oldest.id)
        statement = statement.where((Message.sent_at < oldest.sent_at) | same_time)
    if containing.strip():
        statement = statement.where(Message.text.icontains(containing.strip(), autoescape=True))
    return list(session.scalars(statement))


def timeline_of(
    session: Session, conversation: Conversation, *, before_id: int | None = None, limit: int = PAGE
) -> Timeline:
    """The newest `limit` messages, or those before a message, with what happened meanwhile: three statements at most."""
    messages = _messages(session, Message.conversation_id == conversation.id, before_id, limit)
    return _timeline(session, ConversationEvent.conversation_id == conversation.id, messages, limit, before_id)


def timeline_of_customer(
    session: Session, customer_id: int, *, containing: str = "", before_id: int | None = None, limit: int = PAGE
) -> Timeline:
    """The same over all conversations of a customer; containing: only messages with these words."""
    of_customer = select(Conversation.id).where(Conversation.customer_id == customer_id)
    messages = _messages(session, Message.conversation_id.in_(of_customer), before_id, limit, containing)
    events = ConversationEvent.conversation_id.in_(of_customer)
    if containing.strip():
        return _entries(session, messages[:limit], (), messages[limit - 1].id if len(messages) > limit else None)
    return _timeline(session, events, messages, limit, before_id)


def _timeline(
    session: Session, events: ColumnElement[bool], messages: list[Message], limit: int, before_id: int | None
) -> Timeline:
    more = len(messages) > limit
    shown = messages[:limit]
    statement = (
        select(ConversationEvent)
        .where(events)
        .order_by(ConversationEvent.created_at.desc(), ConversationEvent.id.desc())
        .limit(limit)
        .options(joinedload(ConversationEvent.user))
    )
    if more:
        statement = statement.where(ConversationEvent.created_at >= shown[-1].sent_at)
    if before_id is not None and shown:
        statement = statement.where(ConversationEvent.created_at <= shown[0].sent_at)
    return _entries(session, shown, session.scalars(statement).all(), shown[-1].id if more else None)


def _entries(
    session: Session, messages: Sequence[Message], events: Sequence[ConversationEvent], earlier: int | None
) -> Timeline:
    files: dict[int, list[Attachment]] = {}
    if messages:
        for attachment in session.scalars(
            select(Attachment).where(Attachment.message_id.in_([message.id for message in messages]))
        ):
            files.setdefault(attachment.message_id or 0, []).append(attachment)
    entries = [Entry(m.sent_at, message=m, attachments=files.get(m.id, ())) for m in messages]
    entries += [Entry(event.created_at, event=event) for event in events]
    return Timeline(sorted(entries, key=_order), earlier)


def _order(entry: Entry) -> tuple[datetime, bool, int]:
    return entry.at, entry.event is not None, entry.message.id if entry.message else 0


def newest_messages(session: Session, conversation: Conversation, *, limit: int = 200) -> list[Message]:
    """Oldest first, without those that were taken back. One statement."""
    found = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.delivery != "withdrawn")
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(limit)
    ).all()
    return list(reversed(found))


def turns_of(messages: Sequence[Message]) -> list[SpokenTurn]:
    """Short messages in a row of one side as one turn: who writes in three lines has asked once, and waits once."""
    turns: list[SpokenTurn] = []
    for message in messages:
        last = turns[-1] if turns else None
        joins = (
            last is not None
            and last.role == message.role
            and message.role in {MessageRole.CUSTOMER.value, MessageRole.AGENT.value}
            and message.sent_at - last.sent_at <= ONE_TURN
            and len(last.text) + len(message.text) <= _LONGEST_TURN
            and not last.text.rstrip().endswith(("?", "？"))
        )
        if joins and last is not None:
            ids = (*last.message_ids, message.id)
            turns[-1] = SpokenTurn(last.role, f"{last.text}\n{message.text}", message.sent_at, ids)
        else:
            turns.append(SpokenTurn(MessageRole(message.role), message.text, message.sent_at, (message.id,)))
    return turns


def get_attachment(session: Session, conversation_id: int, attachment_id: int) -> Attachment:
    """With its content. Raises NotFoundError."""
    found = session.scalars(
        select(Attachment)
        .where(Attachment.id == attachment_id, Attachment.conversation_id == conversation_id)
        .options(undefer(Attachment.content))
    ).first()
    if found is None:
        raise NotFoundError("There is no such file.")
    return found
