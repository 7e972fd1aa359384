"""The level of a stored conversation: worked out from its words with each message of the customer's, and again by a job, which
also has the encoder and knows how long the customer has been silent."""

from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, literal, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.service.frustration.cues import LONGEST
from kb.service.frustration.judging import judge_frustration, silent_from
from kb.service.frustration.turns import Background, Frustration, Said, TurnEncoder
from kb.service.heard import SPOKEN, roles_as_heard
from kb.tables import Conversation, ConversationState, Delivery, Message, MessageRole

# A customer who comes back within so much time comes about the same thing, as a rule.
CONTACTS_WITHIN = timedelta(days=14)
_MESSAGES = 60
MOST_AT_ONCE = 200


def update_frustration(session: Session, conversation: Conversation) -> Frustration:
    """Judge a conversation by the words of its newest messages and write level and reasons to it: one statement.

    The order in which messages were delivered makes no difference. The caller commits.
    """
    turns, contacts = _heard(session, conversation)
    judged = judge_frustration(turns, Background(contacts, channel=conversation.channel))
    # Written only where it differs: an unchanged row costs nothing.
    if (conversation.frustration, conversation.frustration_reasons) != (int(judged.level), list(judged.reasons)):
        conversation.frustration = int(judged.level)
        conversation.frustration_reasons = list(judged.reasons)
    return judged


def has_due_feelings(session: Session) -> bool:
    """Whether there is a conversation to be judged again. One row of an index is looked at."""
    due = select(literal(1)).where(Conversation.feeling_due_at <= utc_now())
    return session.scalar(due.limit(1)) is not None


def judge_due(session: Session, encoder: TurnEncoder, *, now: datetime | None = None) -> tuple[int, int]:
    """Judge conversations that are due, at most MOST_AT_ONCE, with the encoder and with the silence so far; commits after each.

    Returns (how many were looked at, how many of them are judged otherwise now). A message that comes meanwhile makes its
    conversation due anew: what was judged without it is dropped.
    """
    now = now or utc_now()
    due = select(Conversation.id).where(Conversation.feeling_due_at <= now)
    numbers = session.scalars(due.order_by(Conversation.feeling_due_at, Conversation.id).limit(MOST_AT_ONCE)).all()
    changed = sum(_judge_again(session, number, encoder, now) for number in numbers)
    return len(numbers), changed


def _judge_again(session: Session, number: int, encoder: TurnEncoder, now: datetime) -> bool:
    conversation = session.get(Conversation, number, populate_existing=True)
    if conversation is None or conversation.feeling_due_at is None:
        return False
    seen, channel, state = conversation.feeling_due_at, conversation.channel, conversation.state
    before = conversation.frustration, conversation.frustration_reasons
    turns, contacts = _heard(session, conversation)
    # Nobody who writes waits for the encoder.
    session.rollback()
    judged = judge_frustration(turns, Background(contacts, channel=channel, now=now), encoder)
    start = silent_from(turns, channel) if state != ConversationState.CLOSED.value else None
    values: dict[str, object] = {"feeling_due_at": start if start is not None and start > now else None}
    differs = before != (int(judged.level), list(judged.reasons))
    if differs:
        values |= {
            "frustration": int(judged.level),
            "frustration_reasons": list(judged.reasons),
            "feeling_changed_at": utc_now(),
        }
    still_due = (Conversation.id == number, Conversation.feeling_due_at == seen)
    statement = update(Conversation).where(*still_due).values(values).returning(Conversation.id)
    written = session.execute(statement.execution_options(synchronize_session=False)).first()
    session.commit()
    return differs and written is not None


def _heard(session: Session, conversation: Conversation) -> tuple[list[Said], int]:
    """The newest messages, oldest first, and how many other conversations the customer began shortly before this one."""
    said = [MessageRole.CUSTOMER.value, MessageRole.AGENT.value]
    if conversation.channel in SPOKEN:
        said.append(MessageRole.NOTE.value)
    text, contacts = func.substr(Message.text, 1, LONGEST), earlier_contacts(conversation)
    newest = session.execute(
        select(Message.role, Message.details, text.label("text"), Message.sent_at, contacts.label("contacts"))
        .where(
            Message.conversation_id == conversation.id,
            Message.role.in_(said),
            Message.delivery != Delivery.WITHDRAWN.value,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(_MESSAGES)
    ).all()
    rows = newest[::-1]
    roles = roles_as_heard(rows, conversation.channel)
    heard = [Said(role, one.text, one.sent_at) for one, role in zip(rows, roles, strict=True)]
    return [one for one in heard if one.role != MessageRole.NOTE.value], (rows[0].contacts if rows else 0)


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
