"""Which questions of a conversation a rep has settled: by the message that stated them, for everybody who looks at it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.service.conversations import note_event
from kb.tables import Conversation, ConversationEvent, EventKind, Message


def settled_messages(session: Session, conversation: Conversation) -> frozenset[int]:
    """Ids of the messages whose questions are settled. One statement."""
    kinds = (EventKind.QUESTION_SETTLED.value, EventKind.QUESTION_REOPENED.value)
    rows = session.execute(
        select(ConversationEvent.kind, ConversationEvent.data)
        .where(ConversationEvent.conversation_id == conversation.id, ConversationEvent.kind.in_(kinds))
        .order_by(ConversationEvent.id)
    )
    settled: set[int] = set()
    for kind, data in rows:
        (settled.add if kind == EventKind.QUESTION_SETTLED.value else settled.discard)(int(data["message"]))
    return frozenset(settled)


def settle_question(
    session: Session, conversation: Conversation, message_id: int, user_id: int, *, settled: bool = True
) -> None:
    """Raises NotFoundError for a message of another conversation."""
    message = session.get(Message, message_id)
    if message is None or message.conversation_id != conversation.id:
        raise NotFoundError("There is no such message in this conversation.")
    kind = EventKind.QUESTION_SETTLED if settled else EventKind.QUESTION_REOPENED
    note_event(session, conversation, kind, user_id, {"message": message_id})
