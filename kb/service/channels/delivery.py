"""Replies on their way to the customer: taken when the time to take them back is over, brought out once, tried again while a
server is down, and given up in words.

A message is claimed by a conditional update before anything is sent, and its Message-ID is fixed in the same transaction. Who
dies between sending and writing that down leaves a message that is on its way with a time that is over: it is looked for in the
mailbox by its Message-ID, and only if it is not there sent again, with the same one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Engine, Select, and_, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from kb.core.back_off import MESSAGES
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.mail_settings import MailServer
from kb.service.channels.compose import Sender, compose, new_message_id
from kb.service.channels.one_by_one import one_by_one
from kb.service.channels.routes import Route, no_route, route_of
from kb.service.channels.smtp import Fate, MailServerError, Outcome, send_mail
from kb.service.channels.webhooks import tell_sent, webhook_for_replies
from kb.service.conversations import get_conversation, note_event
from kb.service.messages import recipient_of
from kb.service.standing import bring_up_to_date
from kb.tables import Conversation, Delivery, EventKind, Message

# For one try, with all waiting for answers: whoever needs longer is taken for dead.
_LEASE = timedelta(minutes=5)
_COPY_ARRIVES = timedelta(minutes=1)
_UNSETTLED = (Delivery.PENDING.value, Delivery.SENDING.value)
MOST_AT_ONCE = 200
LONGEST_WHY = 500


@dataclass(frozen=True)
class WaysOut:
    """What is set up. was_sent: whether a mail with this Message-ID is in the mailbox, where one is read."""

    smtp: MailServer | None
    sender: Sender
    was_sent: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class _Claimed:
    message_id: int
    lease: datetime
    is_unsure: bool  # somebody was at it before, and what came of it is not known


def has_due_messages(session: Session) -> bool:
    """One statement."""
    return session.execute(_due(), {"now": utc_now()}).first() is not None


def deliver_due(
    engine: Engine,
    ways: WaysOut,
    *,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """Everything that is due, MOST_AT_ONCE at most; returns how many of what: sent, waiting, failed, handed_over (to a webhook).

    checkpoint: called before each; it may raise, and nothing is lost.
    """
    down: Outcome | None = None

    def send_next() -> str | None:
        nonlocal down
        claimed = _claim(engine, ways, now())
        if claimed is None:
            return None
        outcome = _bring(engine, ways, claimed, down)
        if outcome is not None and outcome.fate is Fate.DOWN:
            down = outcome
        with session_scope(engine) as session:
            return _settle(session, claimed, outcome, now())

    return one_by_one(send_next, at_most=MOST_AT_ONCE, checkpoint=checkpoint)


@cache
def _due() -> Select[int, str, datetime | None]:
    """The message to take next, at the time `now`: within a conversation one after the other. Made once: it is asked often."""
    earlier = aliased(Message)
    waits_for = exists().where(
        earlier.conversation_id == Message.conversation_id,
        earlier.id < Message.id,
        earlier.delivery.in_(_UNSETTLED),
    )
    return (
        select(Message.id, Message.delivery, Message.send_at)
        .where(Message.delivery.in_(_UNSETTLED), Message.send_at <= bindparam("now"), ~waits_for)
        .order_by(Message.send_at, Message.id)
        .limit(1)
    )


def _claim(engine: Engine, ways: WaysOut, now: datetime) -> _Claimed | None:
    while True:
        with session_scope(engine) as session:
            row = session.execute(_due(), {"now": now}).first()
            if row is None:
                return None
            lease = now + _LEASE
            taken = session.execute(
                update(Message)
                .where(Message.id == row.id, Message.delivery == row.delivery, Message.send_at == row.send_at)
                .values(
                    delivery=Delivery.SENDING.value,
                    send_at=lease,
                    first_tried_at=func.coalesce(Message.first_tried_at, now),
                    external_id=func.coalesce(Message.external_id, new_message_id(row.id, ways.sender.address)),
                )
                .returning(Message.id)
                .execution_options(synchronize_session=False)
            ).first()
        if taken is not None:
            return _Claimed(row.id, lease, row.delivery == Delivery.SENDING.value)


def _bring(engine: Engine, ways: WaysOut, claimed: _Claimed, down: Outcome | None) -> Outcome | None:
    """What came of it; None where a webhook is to bring it."""
    with Session(engine, expire_on_commit=False) as session:
        message = session.get_one(Message, claimed.message_id)
        conversation = get_conversation(session, message.conversation_id)
        route = route_of(session, conversation, message, has_smtp=ways.smtp is not None)
        if route is Route.ITSELF:
            return Outcome(Fate.SENT)
        if route is Route.WEBHOOK:
            return None
        if route is Route.NONE or ways.smtp is None:
            return Outcome(Fate.NEVER, no_route(conversation, message))
        if down is not None:
            return down
        try:
            mail = compose(session, conversation, message, ways.sender)
        except (ValueError, LookupError) as error:  # an address or a name that no mail can have
            return Outcome(Fate.NEVER, f"No mail can be made of it: {error}"[:LONGEST_WHY])
    if claimed.is_unsure and _was_sent(ways, message.external_id or ""):
        return Outcome(Fate.SENT)
    return send_mail(ways.smtp, mail, ways.sender.address, message.recipient)


def _was_sent(ways: WaysOut, message_id: str) -> bool:
    """A mailbox that cannot be asked knows nothing: then it is sent again, which its Message-ID lets programs see."""
    try:
        return ways.was_sent is not None and ways.was_sent(message_id)
    except MailServerError:
        return False


def _settle(session: Session, claimed: _Claimed, outcome: Outcome | None, now: datetime) -> str:
    message = session.get_one(Message, claimed.message_id)
    conversation = get_conversation(session, message.conversation_id)
    if not _is_mine(session, claimed):
        return "lost"
    if outcome is None:
        message.send_at = None
        webhook = webhook_for_replies(session, conversation)
        if webhook is None:  # it was removed in this moment
            fail_message(session, conversation, message, no_route(conversation, message))
            return "failed"
        tell_sent(session, conversation, message, by=webhook)
        return "handed_over"
    if outcome.fate is Fate.SENT:
        mark_sent(session, conversation, message)
        tell_sent(session, conversation, message)
        return "sent"
    began = message.first_tried_at or now
    if outcome.fate is Fate.NEVER or MESSAGES.is_given_up(began, now):
        unsure = " It may have been sent all the same." if outcome.fate is Fate.UNKNOWN else ""
        fail_message(session, conversation, message, outcome.why + unsure)
        return "failed"
    message.delivery_error = outcome.why[:LONGEST_WHY]
    message.delivery, message.send_at = Delivery.PENDING.value, MESSAGES.next_try(began, now)
    if outcome.fate is Fate.UNKNOWN:
        # What may have been sent is not to be taken back, and is looked for first, when its copy has had time to arrive.
        message.delivery, message.send_at = (
            Delivery.SENDING.value,
            max(MESSAGES.next_try(began, now), now + _COPY_ARRIVES),
        )
    conversation.updated_at = now
    return "waiting"


def _is_mine(session: Session, claimed: _Claimed) -> bool:
    own: ColumnElement[bool] = and_(
        Message.id == claimed.message_id,
        Message.delivery == Delivery.SENDING.value,
        Message.send_at == claimed.lease,
    )
    held = session.execute(
        update(Message).where(own).values(delivery=Delivery.SENDING.value).execution_options(synchronize_session=False)
    )
    return bool(held.rowcount)  # type: ignore[attr-defined]


def mark_sent(session: Session, conversation: Conversation, message: Message) -> None:
    message.delivery, message.send_at, message.delivery_error = Delivery.SENT.value, None, ""
    conversation.updated_at = utc_now()
    session.flush()


def fail_message(session: Session, conversation: Conversation, message: Message, why: str) -> None:
    """Given up: on the timeline, in words; the customer counts as waiting again."""
    message.delivery, message.send_at = Delivery.FAILED.value, None
    message.delivery_error = why[:LONGEST_WHY]
    session.flush()
    bring_up_to_date(session, conversation)
    note_event(session, conversation, EventKind.NOT_DELIVERED, None, {"message": message.id, "why": why[:LONGEST_WHY]})


def send_again(session: Session, conversation: Conversation, message_id: int) -> bool:
    """Try a reply once more that was given up, to where the customer is reached now; False where it is none."""
    again = session.execute(
        update(Message)
        .where(
            Message.id == message_id,
            Message.conversation_id == conversation.id,
            Message.delivery == Delivery.FAILED.value,
        )
        .values(
            delivery=Delivery.PENDING.value,
            send_at=utc_now(),
            first_tried_at=None,
            delivery_error="",
            recipient=recipient_of(conversation),
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).first()
    if again is None:
        return False
    session.expire(session.get_one(Message, message_id))
    bring_up_to_date(session, conversation)
    conversation.updated_at = utc_now()
    session.flush()
    return True
