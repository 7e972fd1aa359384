"""The level of a stored conversation: worked out from its messages whenever the customer writes. The caller commits."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.service.frustration.cues import LONGEST
from kb.service.frustration.judging import judge_frustration
from kb.service.frustration.turns import Background, Frustration, Said
from kb.tables import Conversation, Delivery, Message, MessageRole

# A customer who comes back within so much time comes about the same thing, as a rule.
CONTACTS_WITHIN = timedelta(days=14)
_MESSAGES = 60


def update_frustration(session: Session, conversation: Conversation, now: datetime | None = None) -> Frustration:
    """Judge a conversation by its newest messages and write level and reasons to it: one statement.

    The order in which messages were delivered makes no difference. now: where silence after a long answer is asked for too.
    """
    turns, contacts = _heard(session, conversation)
    judged = judge_frustration(turns, Background(contacts, channel=conversation.channel, now=now))
    # Written only where it differs: an unchanged row costs nothing.
    if (conversation.frustration, conversation.frustration_reasons) != (int(judged.level), list(judged.reasons)):
        conversation.frustration = int(judged.level)
        conversation.frustration_reasons = list(judged.reasons)
    return judged


def _heard(session: Session, conversation: Conversation) -> tuple[list[Said], int]:
    """The newest messages, oldest first, and how many other conversations the customer began shortly before this one."""
    earlier = (
        select(func.count(Conversation.id))
        .where(
            Conversation.customer_id == conversation.customer_id,
            Conversation.id != conversation.id,
            Conversation.created_at <= conversation.created_at,
            Conversation.created_at > conversation.created_at - CONTACTS_WITHIN,
        )
        .scalar_subquery()
    )
    said = (MessageRole.CUSTOMER.value, MessageRole.AGENT.value)
    rows = session.execute(
        select(Message.role, func.substr(Message.text, 1, LONGEST), Message.sent_at, earlier)
        .where(
            Message.conversation_id == conversation.id,
            Message.role.in_(said),
            Message.delivery != Delivery.WITHDRAWN.value,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(_MESSAGES)
    ).all()
    return [Said(role, text, at) for role, text, at, _ in reversed(rows)], (rows[0][3] if rows else 0)
