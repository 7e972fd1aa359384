"""What reps have promised customers: found in what they write, open until somebody says that it was kept. The caller commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import NotFoundError
from kb.tables import Conversation, Message, Promise
from kb.text.promises import find_promises

LONGEST_TEXT = 500
# What was due longer ago, or promised so long ago without a day, nobody waits for any more: histories come in by import.
STILL_AWAITED = timedelta(days=60)


def note_promises(session: Session, message: Message, zone: tzinfo | None = None) -> list[Promise]:
    """Keep the promises of an agent's message. zone: where "tomorrow" and "by 5" are meant; UTC where it is not known."""
    said_at = message.sent_at.astimezone(zone) if zone else message.sent_at
    promises = [
        Promise(
            conversation_id=message.conversation_id,
            message_id=message.id,
            text=found.sentence[:LONGEST_TEXT],
            due_at=found.due_at,
            created_at=message.sent_at,
        )
        for found in find_promises(message.text, said_at)
    ]
    session.add_all(promises)
    return promises


def drop_promises(session: Session, message_id: int) -> None:
    """Of a message that was taken back."""
    session.execute(delete(Promise).where(Promise.message_id == message_id))


def _is_open(now: datetime) -> ColumnElement[bool]:
    return Promise.kept_at.is_(None) & (func.coalesce(Promise.due_at, Promise.created_at) > now - STILL_AWAITED)


def _in_order(promises: Sequence[Promise]) -> list[Promise]:
    """What is due first on top, then what has no day."""
    return sorted(promises, key=lambda one: (one.due_at is None, one.due_at or one.created_at, one.id))


def open_promises_of(session: Session, customer_id: int, *, limit: int = 50) -> list[Promise]:
    """What this customer still waits for, over all channels. One statement."""
    of_customer = select(Conversation.id).where(Conversation.customer_id == customer_id)
    found = session.scalars(
        select(Promise)
        .where(Promise.conversation_id.in_(of_customer), _is_open(utc_now()))
        .order_by(Promise.id.desc())
        .limit(limit)
    ).all()
    return _in_order(found)


def is_overdue(promise: Promise, now: datetime | None = None) -> bool:
    return promise.kept_at is None and promise.due_at is not None and promise.due_at < (now or utc_now())


def get_promise(session: Session, promise_id: int) -> Promise:
    """Raises NotFoundError."""
    promise = session.get(Promise, promise_id)
    if promise is None:
        raise NotFoundError("There is no such promise.")
    return promise


def keep_promise(session: Session, promise_id: int, *, kept: bool = True) -> Promise:
    """It was kept, or not after all. Raises NotFoundError."""
    promise = get_promise(session, promise_id)
    if not kept:
        promise.kept_at = None
    elif promise.kept_at is None:
        promise.kept_at = utc_now()
    session.flush()
    return promise


def customer_of(session: Session, promise: Promise) -> int:
    """The id of the customer to whom it was made."""
    return session.scalars(select(Conversation.customer_id).where(Conversation.id == promise.conversation_id)).one()


def overdue_conversations(now: datetime | None = None) -> Select[int]:
    """Ids of the conversations in which something was promised that is overdue, closed ones too: for the queue."""
    now = now or utc_now()
    return select(Promise.conversation_id).where(Promise.due_at < now, _is_open(now))
