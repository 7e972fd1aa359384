"""A customer who is played: the messages of a script, one by one, in the time that a person takes to write them."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.service.conversations import open_conversation
from kb.service.customers import recognise_customer
from kb.service.messages import store_message
from kb.service.sample.files import Script
from kb.service.sample.storing import ORIGIN, has_real_conversations
from kb.tables import Conversation, ConversationState, Delivery, Message, MessageRole

# Seconds for which a customer waits for the answer to a question before they go on; and between two looks for it.
PATIENCE, _LOOK = 60.0, 0.5
# A played customer reads an answer before they write again.
_READS = 3.0

# Opens a session that commits at its end.
Open = Callable[[], AbstractContextManager[Session]]


def begin_script(session: Session, script: Script, *, region: str, now: datetime | None = None) -> Conversation:
    """A new conversation with the first message of the script. The caller commits, and then plays the rest."""
    now = now or utc_now()
    customer = recognise_customer(session, script.customer, region=region).customer
    if not has_real_conversations(session, customer.id):
        customer.is_sample = True
    conversation = open_conversation(
        session,
        customer,
        script.channel,
        origin=ORIGIN,
        external_id=f"played-{script.id}-{now:%Y%m%d%H%M%S%f}",
        subject=script.subject,
        region=region,
        now=now,
    ).conversation
    _say(session, conversation, script, 0, region)
    return conversation


def play(
    open_session: Open,
    conversation_id: int,
    script: Script,
    *,
    region: str,
    speed: float = 1.0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Write what the script still has, and return how many of its messages are there at the end.

    After a question the next message waits for a reply, or until the customer's patience is over. Ends early where the
    conversation was closed or is gone. Begun again it goes on where it was. progress is called at least every half second and
    stops it by raising. speed: 2.0 for twice as fast.
    """
    with open_session() as session:
        said = _said(session, conversation_id)
    for number in range(said, len(script.turns)):
        tick = partial(progress, number, len(script.turns))
        if number and script.turns[number - 1].waits_for_reply:
            _wait_for_reply(open_session, conversation_id, speed, tick)
        _pause(script.turns[number].pause_seconds / speed, tick)
        with open_session() as session:
            conversation = session.get(Conversation, conversation_id)
            if conversation is None or conversation.state == ConversationState.CLOSED.value:
                return number
            _say(session, conversation, script, number, region)
    progress(len(script.turns), len(script.turns))
    return len(script.turns)


def _say(session: Session, conversation: Conversation, script: Script, number: int, region: str) -> None:
    store_message(
        session,
        conversation,
        MessageRole.CUSTOMER,
        script.turns[number].text,
        external_id=f"turn-{number + 1}",
        region=region,
    )


def _said(session: Session, conversation_id: int) -> int:
    statement = select(func.count(Message.id)).where(
        Message.conversation_id == conversation_id, Message.external_id.startswith("turn-")
    )
    return session.scalar(statement) or 0


def _wait_for_reply(open_session: Open, conversation_id: int, speed: float, tick: Callable[[], None]) -> None:
    """Until somebody on our side has answered, and the answer has been read; no longer than PATIENCE."""
    until = time.monotonic() + PATIENCE / speed
    while time.monotonic() < until:
        with open_session() as session:
            if _is_answered(session, conversation_id):
                _pause(_READS / speed, tick)
                return
        _pause(_LOOK / max(1.0, speed), tick)


def _is_answered(session: Session, conversation_id: int) -> bool:
    """Whether the last that was said is ours, or there is nothing more to answer."""
    last = session.execute(
        select(Message.role)
        .where(
            Message.conversation_id == conversation_id,
            Message.role.in_([MessageRole.CUSTOMER.value, MessageRole.AGENT.value]),
            Message.delivery != Delivery.WITHDRAWN.value,
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    ).scalar()
    return last != MessageRole.CUSTOMER.value


def _pause(seconds: float, tick: Callable[[], None]) -> None:
    """Sleep in short pieces, with a `tick` before each: whoever stops the work need not wait for its end."""
    until = time.monotonic() + seconds
    tick()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK))
        tick()
