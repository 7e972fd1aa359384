"""Calling webhooks: what was written down for them is sent, signed, and tried again while they do not answer."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Engine, Select, bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from kb.core.back_off import MESSAGES
from kb.core.clock import utc_now
from kb.core.database import session_scope
from kb.core.errors import KbError
from kb.core.http_call import Answer, call
from kb.service.channels.delivery import LONGEST_WHY, fail_message, mark_sent
from kb.service.channels.webhooks import deactivate, signature
from kb.service.conversations import get_conversation
from kb.tables import CallState, Delivery, Message, Webhook, WebhookCall

TIMEOUT = 5.0  # seconds, for all of a call
_LEASE = timedelta(minutes=1)
MOST_AT_ONCE = 500
_GONE = 410


@dataclass(frozen=True)
class _Taken:
    call_id: int
    lease: datetime
    url: str
    secret: str
    public_id: str
    body: bytes


@dataclass(frozen=True)
class _Failure:
    """is_gone: the other side wants no more calls. is_down: no other call would reach it now either."""

    why: str
    is_gone: bool = False
    is_down: bool = False


def has_due_calls(session: Session) -> bool:
    """One statement."""
    return session.execute(_due(), {"now": utc_now()}).first() is not None


def send_due_calls(
    engine: Engine,
    *,
    private: bool,
    checkpoint: Callable[[], None] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, int]:
    """Everything that is due, MOST_AT_ONCE at most; returns how many were sent, wait, failed. private: KB_WEBHOOK_PRIVATE.

    A webhook that is not reached once is not tried again in this round.
    """
    counts: Counter[str] = Counter()
    for _ in range(MOST_AT_ONCE):
        if checkpoint:
            checkpoint()
        taken = _take(engine, now())
        if taken is None:
            break
        failure = _send(taken, private, now())
        with session_scope(engine) as session:
            counts[_settle(session, taken, failure, now())] += 1
    return dict(counts)


def ping(webhook: Webhook, *, private: bool) -> Answer:
    """Call it once with `{"event": "ping"}`. Raises CallFailedError or CallRefusedError."""
    body = b'{"event": "ping"}'
    return _post(webhook.url, webhook.secret, "ping", body, private, utc_now())


@cache
def _due() -> Select[int]:
    """The call to make next, at the time `now`."""
    return (
        select(WebhookCall.id)
        .join(WebhookCall.webhook)
        .where(
            WebhookCall.state == CallState.WAITING.value,
            WebhookCall.send_at <= bindparam("now"),
            Webhook.active.is_(True),
        )
        .order_by(WebhookCall.send_at, WebhookCall.id)
        .limit(1)
    )


def _take(engine: Engine, now: datetime) -> _Taken | None:
    while True:
        with session_scope(engine) as session:
            number = session.scalar(_due(), {"now": now})
            if number is None:
                return None
            found = session.get_one(WebhookCall, number, options=[joinedload(WebhookCall.webhook)])
            lease = now + _LEASE
            taken = session.execute(
                update(WebhookCall)
                .where(
                    WebhookCall.id == number,
                    WebhookCall.state == CallState.WAITING.value,
                    WebhookCall.send_at == found.send_at,
                )
                .values(send_at=lease, tries=WebhookCall.tries + 1)
                .returning(WebhookCall.id)
                .execution_options(synchronize_session=False)
            ).first()
            if taken is not None:
                url, secret = found.webhook.url, found.webhook.secret
                return _Taken(number, lease, url, secret, found.public_id, found.body.encode())


def _post(url: str, secret: str, public_id: str, body: bytes, private: bool, at: datetime) -> Answer:
    headers = {
        "Content-Type": "application/json",
        "Kb-Signature": signature(secret, body, at),
        "Idempotency-Key": public_id,
    }
    return call("POST", url, body=body, headers=headers, timeout=TIMEOUT, private=private)


def _send(taken: _Taken, private: bool, at: datetime) -> _Failure | None:
    """None where it was taken."""
    try:
        answer = _post(taken.url, taken.secret, taken.public_id, taken.body, private, at)
    except KbError as error:
        return _Failure(str(error), is_down=True)
    if 200 <= answer.status < 300:
        return None
    if 300 <= answer.status < 400:
        where = answer.headers.get("location", "")[:200]
        return _Failure(
            f"It answered {answer.status}, a redirect to {where}, which is not followed: enter that address."
        )
    return _Failure(f"It answered {answer.status}.", is_gone=answer.status == _GONE)


def _settle(session: Session, taken: _Taken, failure: _Failure | None, now: datetime) -> str:
    mine = session.execute(
        update(WebhookCall)
        .where(
            WebhookCall.id == taken.call_id,
            WebhookCall.state == CallState.WAITING.value,
            WebhookCall.send_at == taken.lease,
        )
        .values(send_at=now)
        .returning(WebhookCall.id)
        .execution_options(synchronize_session=False)
    ).first()
    if mine is None:
        return "lost"
    made = session.get_one(WebhookCall, taken.call_id, options=[joinedload(WebhookCall.webhook)])
    message = session.get(Message, made.message_id) if made.message_id else None
    if failure is None:
        made.state, made.finished_at, made.error = CallState.SENT.value, now, ""
        made.webhook.last_error, made.webhook.last_sent_at = "", now
        if message is not None and message.delivery == Delivery.SENDING:
            mark_sent(session, get_conversation(session, message.conversation_id), message)
        return "sent"
    made.error = made.webhook.last_error = failure.why[:LONGEST_WHY]
    if failure.is_gone:
        session.flush()
        deactivate(session, made.webhook, made.error)
        return "failed"
    if MESSAGES.is_given_up(made.created_at, now):
        made.state, made.finished_at = CallState.FAILED.value, now
        if message is not None and message.delivery == Delivery.SENDING:
            conversation = get_conversation(session, message.conversation_id)
            fail_message(session, conversation, message, f"The system that brings it has not taken it. {failure.why}")
        return "failed"
    made.send_at = MESSAGES.next_try(made.created_at, now)
    if message is not None:
        message.delivery_error = failure.why[:LONGEST_WHY]
    if failure.is_down:
        _postpone_others(session, made, now)
    return "waiting"


def _postpone_others(session: Session, failed: WebhookCall, now: datetime) -> None:
    """Each call of a webhook that does not answer would cost its time-out."""
    session.execute(
        update(WebhookCall)
        .where(
            WebhookCall.webhook_id == failed.webhook_id,
            WebhookCall.state == CallState.WAITING.value,
            WebhookCall.send_at <= now,
            WebhookCall.id != failed.id,
        )
        .values(send_at=failed.send_at)
        .execution_options(synchronize_session=False)
    )
