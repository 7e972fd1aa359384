"""How a conversation stands, worked out from its messages: who waits since when, how many there are, what was said last."""

from collections.abc import Collection

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from kb.tables import Conversation, ConversationState, Delivery, Message, MessageRole

LONGEST_PREVIEW = 200


def bring_up_to_date(session: Session, conversation: Conversation) -> None:
    """Waits, counts and the preview of a conversation, from its messages: two statements."""
    counts = Message.delivery.not_in([Delivery.WITHDRAWN.value])
    # Who was sent something that did not arrive still waits.
    ours = and_(Message.role == MessageRole.AGENT.value, counts, Message.delivery != Delivery.FAILED.value)
    theirs = Message.role == MessageRole.CUSTOMER.value
    # What our side sends by itself, such as a receipt, is nothing that anybody said.
    is_our_program = and_(Message.role == MessageRole.SYSTEM.value, Message.delivery != Delivery.NONE.value)
    of_this = Message.conversation_id == conversation.id
    answered_at = select(func.max(Message.sent_at)).where(of_this, ours).scalar_subquery()
    began_at = select(func.min(Message.sent_at)).where(of_this, theirs).scalar_subquery()
    waits = and_(theirs, or_(answered_at.is_(None), Message.sent_at > answered_at))
    row = session.execute(
        select(
            func.count(Message.id),
            func.max(Message.sent_at),
            func.min(case((waits, Message.sent_at))),
            func.min(case((and_(ours, or_(began_at.is_(None), Message.sent_at >= began_at)), Message.sent_at))),
        ).where(of_this, counts)
    ).one()
    conversation.message_count = row[0]
    conversation.last_message_at = row[1] or conversation.last_message_at
    conversation.waiting_since = row[2] if conversation.state != ConversationState.CLOSED.value else None
    conversation.first_response_at = row[3]
    last = session.scalars(
        select(func.substr(Message.text, 1, LONGEST_PREVIEW))
        .where(of_this, counts, Message.role != MessageRole.NOTE.value, ~is_our_program)
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    ).first()
    conversation.preview = " ".join((last or "").split())
    session.flush()


def said_last(session: Session, conversation_ids: Collection[int]) -> dict[int, str]:
    """The beginning of the customer's own last message of each conversation that has one. One statement, none for no ids."""
    if not conversation_ids:
        return {}
    newest = (
        select(func.max(Message.id))
        .where(Message.conversation_id.in_(conversation_ids), Message.role == MessageRole.CUSTOMER.value)
        .group_by(Message.conversation_id)
    )
    rows = session.execute(
        select(Message.conversation_id, func.substr(Message.text, 1, LONGEST_PREVIEW)).where(Message.id.in_(newest))
    )
    return {conversation_id: " ".join(text.split()) for conversation_id, text in rows}
