"""How many customers wait, and what of the ways in and out does not move, for those who watch the service."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Conversation, ConversationState, Delivery, Message
from kb.tables.channels import CallState, Mailbox, WebhookCall

# What failed longer ago is no news.
LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Waiting:
    """Customers of one channel who wait for an answer. unassigned: nobody has taken them; longest: seconds."""

    channel: str
    customers: int
    unassigned: int
    longest: float


@dataclass(frozen=True)
class Outgoing:
    """Replies, or calls of webhooks. waiting: due, or tried and not brought out yet; failed: replies that were given up in
    conversations that are open, or calls that were given up within LATELY; oldest: seconds that the first of those that wait has
    waited."""

    waiting: int
    failed: int
    oldest: float


def waiting_customers(session: Session, *, now: datetime | None = None) -> list[Waiting]:
    """By channel, of the channels in which somebody waits. One statement."""
    now = now or utc_now()
    rows = session.execute(
        select(
            Conversation.channel,
            func.count(),
            func.count().filter(Conversation.assigned_to_id.is_(None)),
            func.min(Conversation.waiting_since),
        )
        .where(Conversation.state == ConversationState.OPEN.value, Conversation.waiting_since.is_not(None))
        .group_by(Conversation.channel)
        .order_by(Conversation.channel)
    )
    return [Waiting(channel, number, free, _since(oldest, now)) for channel, number, free, oldest in rows]


def outgoing_replies(session: Session, *, now: datetime | None = None) -> Outgoing:
    """Two statements, by the index of what is to be delivered."""
    now = now or utc_now()
    since = func.coalesce(Message.first_tried_at, Message.send_at)
    waiting, oldest = session.execute(
        select(func.count(), func.min(since)).where(
            Message.delivery.in_((Delivery.PENDING.value, Delivery.SENDING.value)),
            or_(Message.send_at <= now, Message.first_tried_at.is_not(None)),
        )
    ).one()
    given_up = (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.delivery == Delivery.FAILED.value, Conversation.state == ConversationState.OPEN.value)
    )
    return Outgoing(waiting, session.scalar(given_up) or 0, _since(oldest, now))


def webhook_calls(session: Session, *, now: datetime | None = None) -> Outgoing:
    """One statement."""
    now = now or utc_now()
    waits = and_(WebhookCall.state == CallState.WAITING.value, or_(WebhookCall.send_at <= now, WebhookCall.tries > 0))
    failed = and_(WebhookCall.state == CallState.FAILED.value, WebhookCall.finished_at > now - LATELY)
    row = session.execute(
        select(
            func.count().filter(waits), func.count().filter(failed), func.min(WebhookCall.created_at).filter(waits)
        ).where(or_(waits, failed))
    ).one()
    return Outgoing(row[0], row[1], _since(row[2], now))


def is_mailbox_failing(session: Session) -> bool:
    """Whether the last try to read a mailbox failed."""
    return session.scalar(select(Mailbox.id).where(Mailbox.error != "").limit(1)) is not None


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
