"""What was said and done, in order: of one conversation, or of one customer over all channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, undefer

from kb.core.errors import NotFoundError
from kb.service.heard import roles_as_heard
from kb.tables import Attachment, Conversation, ConversationEvent, Message, MessageRole

# Entries that a page shows at once; older ones are fetched when somebody asks for them.
PAGE = 100
# Of what happened beside what was said, between the messages of one page.
_MOST_EVENTS = 500
# Messages of one side within so much time are one turn.
ONE_TURN = timedelta(minutes=2)
_LONGEST_TURN = 600  # characters that are still joined to what came before


@dataclass(frozen=True)
class Entry:
    """A message or an event. text: of the message, or its beginning; is_cut: there is more of it."""

    at: datetime
    message: Message | None = None
    event: ConversationEvent | None = None
    attachments: Sequence[Attachment] = ()
    text: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class Timeline:
    """entries: oldest first; earlier: the id of the oldest message shown where there is more before it, else None.

    beside_draft: files that are to go out with the next message.
    """

    entries: Sequence[Entry]
    earlier: int | None = None
    beside_draft: Sequence[Attachment] = ()

    @property
    def newest_id(self) -> int | None:
        """Of the newest message shown."""
        return max((entry.message.id for entry in self.entries if entry.message), default=None)


@dataclass(frozen=True)
class SpokenTurn:
    """Messages in a row of one side that are one request or one answer: for suggestions, waits and counts."""

    role: MessageRole
    text: str
    sent_at: datetime
    message_ids: Sequence[int]


@dataclass(frozen=True)
class _Shown:
    """Messages newest first, each with its text or the beginning of it."""

    messages: Sequence[Message]
    texts: Mapping[int, tuple[str, bool]]
    has_more: bool
    before: Message | None


def _messages(
    session: Session,
    condition: ColumnElement[bool],
    before_id: int | None,
    limit: int,
    *,
    containing: str = "",
    shorten: int | None = None,
) -> _Shown:
    """The newest, or those before a message. shorten: characters of a text that are fetched, else all."""
    text = Message.text if shorten is None else func.substr(Message.text, 1, shorten)
    statement = (
        select(Message, text, func.length(Message.text))
        .where(condition)
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(limit + 1)
        .options(joinedload(Message.user), *([] if shorten is None else [defer(Message.text)]))
    )
    before = None
    if before_id is not None:
        before = session.get(Message, before_id, options=[defer(Message.text)])
        if before is None:
            raise NotFoundError("There is no such message.")
        same_time = (Message.sent_at == before.sent_at) & (Message.id < before.id)
        statement = statement.where((Message.sent_at < before.sent_at) | same_time)
    if containing.strip():
        statement = statement.where(Message.text.icontains(containing.strip(), autoescape=True))
    rows = session.execute(statement).all()
    texts = {message.id: (text, length > len(text)) for message, text, length in rows}
    return _Shown([row[0] for row in rows[:limit]], texts, len(rows) > limit, before)


def timeline_of(
    session: Session,
    conversation: Conversation,
    *,
    before_id: int | None = None,
    limit: int = PAGE,
    shorten: int | None = None,
    files_of: int | None = None,
) -> Timeline:
    """The newest `limit` messages, or those before a message, with what happened meanwhile: three statements, four with
    `before_id`. shorten: see `_messages`; files_of: with the files that this person has put beside a draft."""
    of_this = Message.conversation_id == conversation.id
    shown = _messages(session, of_this, before_id, limit, shorten=shorten)
    events = _events(session, ConversationEvent.conversation_id == conversation.id, shown)
    beside = None
    if files_of is not None:
        beside = and_(
            Attachment.conversation_id == conversation.id,
            Attachment.message_id.is_(None),
            Attachment.user_id == files_of,
        )
    return _entries(session, shown, events, beside)


def timeline_of_customer(
    session: Session,
    customer_id: int,
    *,
    containing: str = "",
    before_id: int | None = None,
    limit: int = PAGE,
    shorten: int | None = None,
) -> Timeline:
    """The same over all conversations of a customer; containing: only messages with these words."""
    of_customer = select(Conversation.id).where(Conversation.customer_id == customer_id)
    shown = _messages(
        session, Message.conversation_id.in_(of_customer), before_id, limit, containing=containing, shorten=shorten
    )
    if containing.strip():
        return _entries(session, shown, ())
    return _entries(session, shown, _events(session, ConversationEvent.conversation_id.in_(of_customer), shown))


def _events(session: Session, condition: ColumnElement[bool], shown: _Shown) -> Sequence[ConversationEvent]:
    """What happened between the oldest of these messages and those that follow on them."""
    statement = (
        select(ConversationEvent)
        .where(condition)
        .order_by(ConversationEvent.created_at.desc(), ConversationEvent.id.desc())
        .limit(_MOST_EVENTS)
        .options(joinedload(ConversationEvent.user))
    )
    if shown.has_more:
        statement = statement.where(ConversationEvent.created_at >= shown.messages[-1].sent_at)
    if shown.before is not None:
        statement = statement.where(ConversationEvent.created_at < shown.before.sent_at)
    return session.scalars(statement).all()


def _entries(
    session: Session,
    shown: _Shown,
    events: Sequence[ConversationEvent],
    beside: ColumnElement[bool] | None = None,
) -> Timeline:
    files: dict[int | None, list[Attachment]] = {}
    wanted: list[ColumnElement[bool]] = (
        [Attachment.message_id.in_([message.id for message in shown.messages])] if shown.messages else []
    )
    wanted += [beside] if beside is not None else []
    if wanted:
        for attachment in session.scalars(select(Attachment).where(or_(*wanted)).order_by(Attachment.id)):
            files.setdefault(attachment.message_id, []).append(attachment)
    entries = [Entry(one.sent_at, one, None, files.get(one.id, ()), *shown.texts[one.id]) for one in shown.messages]
    entries += [Entry(event.created_at, event=event) for event in events]
    earlier = shown.messages[-1].id if shown.has_more else None
    return Timeline(sorted(entries, key=_order), earlier, files.get(None, ()))


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


def turns_of(messages: Sequence[Message], channel: str) -> list[SpokenTurn]:
    """Short messages in a row of one side as one turn: who writes in three lines has asked once, and waits once. The sides are as
    they are heard (kb.service.heard)."""
    turns: list[SpokenTurn] = []
    for message, role in zip(messages, roles_as_heard(messages, channel), strict=True):
        last = turns[-1] if turns else None
        joins = (
            last is not None
            and last.role == role
            and role in {MessageRole.CUSTOMER.value, MessageRole.AGENT.value}
            and message.sent_at - last.sent_at <= ONE_TURN
            and len(last.text) + len(message.text) <= _LONGEST_TURN
            and not last.text.rstrip().endswith(("?", "？"))
        )
        if joins and last is not None:
            ids = (*last.message_ids, message.id)
            turns[-1] = SpokenTurn(last.role, f"{last.text}\n{message.text}", message.sent_at, ids)
        else:
            turns.append(SpokenTurn(MessageRole(role), message.text, message.sent_at, (message.id,)))
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
