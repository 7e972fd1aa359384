"""The level of a stored conversation: worked out from its messages whenever the customer writes. The caller commits."""

from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from kb.service.frustration.cues import LONGEST
from kb.service.frustration.judging import judge_frustration
from kb.service.frustration.turns import Background, Frustration, Said, TurnEncoder
from kb.tables import Conversation, Delivery, Message, MessageRole

# A customer who comes back within so much time comes about the same thing, as a rule.
CONTACTS_WITHIN = timedelta(days=14)
_MESSAGES = 60


def update_frustration(
    session: Session, conversation: Conversation, *, now: datetime | None = None, encoder: TurnEncoder | None = None
) -> Frustration:
    """Judge a conversation by its newest messages and write level and reasons to it: one statement.

    The order in which messages were delivered makes no difference. now: where silence after a long answer is asked for too;
    encoder: see judge_frustration.
    """
    turns, contacts = _heard(session, conversation)
    judged = judge_frustration(turns, Background(contacts, channel=conversation.channel, now=now), encoder)
    # Written only where it differs: an unchanged row costs nothing.
    if (conversation.frustration, conversation.frustration_reasons) != (int(judged.level), list(judged.reasons)):
        conversation.frustration = int(judged.level)
        conversation.frustration_reasons = list(judged.reasons)
    return judged


def _heard(session: Session, conversation: Conversation) -> tuple[list[Said], int]:
    """The newest messages, oldest first, and how many other conversations the customer began shortly before this one."""
    said = (MessageRole.CUSTOMER.value, MessageRole.AGENT.value)
    rows = session.execute(
        select(Message.role, func.substr(Message.text, 1, LONGEST), Message.sent_at, earlier_contacts(conversation))
        .where(
            Message.conversation_id == conversation.id,
            Message.role.in_(said),
            Message.delivery != Delivery.WITHDRAWN.value,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(_MESSAGES)
    ).all()
    return [Said(role, text, at) for role, text, at, _ in reversed(rows)], (rows[0][3] if rows else 0)


def earlier_contacts(conversation: Conversation) -> ScalarSelect[int]:
    """How many other conversations the customer began within 14 days before this one."""
    return (
        select(func.count(Conversation.id))
        .where(
            Conversation.customer_id == conversation.customer_id,
            Conversation.id != conversation.id,
            Conversation.created_at <= conversation.created_at,
            Conversation.created_at > conversation.created_at - CONTACTS_WITHIN,
        )
        .scalar_subquery()
    )
