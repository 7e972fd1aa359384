"""Other systems that are told what happens in conversations. What they are to be told is written down in the same transaction
as what it tells, so that nothing is told that did not happen, and nothing is forgotten. The caller commits."""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.core.http_call import check_url
from kb.tables import CallState, Channel, Conversation, Delivery, EventKind, Message, Webhook, WebhookCall

Json = dict[str, Any]
LONGEST_URL = 500
# What happens to a conversation, as it is told outside. What is missing here stays inside.
EVENTS = {
    EventKind.ASSIGNED: "conversation.assigned",
    EventKind.SNOOZED: "conversation.snoozed",
    EventKind.CLOSED: "conversation.closed",
    EventKind.REOPENED: "conversation.reopened",
    EventKind.HANDED_OVER: "conversation.handed_over",
    EventKind.ESCALATED: "conversation.escalated",
    EventKind.LANGUAGE: "conversation.language",
    EventKind.SAVED: "conversation.saved",
    EventKind.NOT_DELIVERED: "message.failed",
    EventKind.WITHDRAWN: "message.withdrawn",
}
MESSAGE_SENT = "message.sent"
VOICE_THEME = "voice.theme"
REVIEW_DUE = "articles.review_due"


def add_webhook(session: Session, url: str, channels: Sequence[str] = ()) -> Webhook:
    """With a secret of its own. Raises InvalidInputError for what cannot be called or is no channel."""
    check_url(url)
    if len(url) > LONGEST_URL:
        raise InvalidInputError(
            "The address has %(length)s characters; %(longest_url)s at most.", length=len(url), longest_url=LONGEST_URL
        )
    for channel in channels:
        if channel not in list(Channel):
            raise InvalidInputError(
                "%(channel)r is no channel.", remedy="There are %(listed)s.", channel=channel, listed=", ".join(Channel)
            )
    webhook = Webhook(
        url=url.strip(), secret=f"kbwh_{secrets.token_urlsafe(32)}", channels=sorted(set(channels)), active=True
    )
    session.add(webhook)
    session.flush()
    return webhook


def list_webhooks(session: Session) -> Sequence[Webhook]:
    return session.scalars(select(Webhook).order_by(Webhook.id)).all()


def count_waiting(session: Session) -> dict[int, int]:
    """How many calls wait, by webhook."""
    rows = session.execute(
        select(WebhookCall.webhook_id, func.count())
        .where(WebhookCall.state == CallState.WAITING.value)
        .group_by(WebhookCall.webhook_id)
    )
    return {row[0]: row[1] for row in rows}


def get_webhook(session: Session, webhook_id: int) -> Webhook:
    """Raises NotFoundError."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise NotFoundError(
            "There is no webhook %(webhook_id)s.",
            remedy="The list is shown by: kb webhook list",
            webhook_id=str(webhook_id),
        )
    return webhook


def remove_webhook(session: Session, webhook_id: int) -> Webhook:
    """With what it has not been told yet; replies that it was to bring look for another way. Raises NotFoundError."""
    webhook = get_webhook(session, webhook_id)
    _release_replies(session, webhook)
    session.delete(webhook)
    session.flush()
    return webhook


def deactivate(session: Session, webhook: Webhook, why: str) -> None:
    """It is not called any more, as if it were removed."""
    _release_replies(session, webhook)
    webhook.active, webhook.last_error = False, why
    session.execute(
        update(WebhookCall)
        .where(WebhookCall.webhook_id == webhook.id, WebhookCall.state == CallState.WAITING.value)
        .values(state=CallState.FAILED.value, finished_at=utc_now(), error=why)
        .execution_options(synchronize_session=False)
    )


def _release_replies(session: Session, webhook: Webhook) -> None:
    unsent = select(WebhookCall.message_id).where(
        WebhookCall.webhook_id == webhook.id, WebhookCall.state == CallState.WAITING.value
    )
    session.execute(
        update(Message)
        .where(Message.id.in_(unsent), Message.delivery == Delivery.SENDING.value)
        .values(delivery=Delivery.PENDING.value, send_at=utc_now())
        .execution_options(synchronize_session=False)
    )


def signature(secret: str, body: bytes, at: datetime) -> str:
    """The header `Kb-Signature`: seconds since 1970, and HMAC-SHA256 over them, a full stop and the body."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def webhook_for_replies(session: Session, conversation: Conversation) -> Webhook | None:
    """Which brings replies to the customer: the first that names the channel, else the first that takes all."""
    listening = _listening(session, conversation)
    return next((one for one in listening if one.channels), next(iter(listening), None))


def names_channel(session: Session, channel: str) -> bool:
    """Whether a webhook has been added for this very channel."""
    return any(channel in one.channels for one in _active(session))


def _active(session: Session) -> Sequence[Webhook]:
    return session.scalars(select(Webhook).where(Webhook.active.is_(True)).order_by(Webhook.id)).all()


def _listening(session: Session, conversation: Conversation) -> list[Webhook]:
    return [one for one in _active(session) if not one.channels or conversation.channel in one.channels]


def tell_event(
    session: Session, conversation: Conversation, kind: EventKind, user_id: int | None, data: Json, at: datetime
) -> None:
    """One statement where there are no webhooks."""
    event = EVENTS.get(kind)
    if event is None:
        return
    _write(session, conversation, _listening(session, conversation), event, {"by": user_id, "data": data}, at)


def tell_sent(
    session: Session, conversation: Conversation, message: Message, *, by: Webhook | None = None
) -> WebhookCall | None:
    """A reply goes out. by: the webhook that itself brings it to the customer; returns its call."""
    told = {
        "deliver": False,
        "message": {
            "id": message.id,
            "external_id": message.external_id,
            "text": message.text,
            "language": message.language,
            "recipient": message.recipient,
            "by": message.user_id,
            "sent_at": message.sent_at.isoformat(),
        },
    }
    now = utc_now()
    others = [one for one in _listening(session, conversation) if by is None or one.id != by.id]
    _write(session, conversation, others, MESSAGE_SENT, told, now)
    if by is None:
        return None
    return _write(session, conversation, [by], MESSAGE_SENT, {**told, "deliver": True}, now, message.id)[0]


def listen_to_all(session: Session) -> int:
    """How many webhooks are told of what belongs to no channel. One statement."""
    return len(_of_all_channels(session))


def _of_all_channels(session: Session) -> list[Webhook]:
    return [one for one in _active(session) if not one.channels]


def tell_theme(session: Session, theme: Json, user_id: int | None) -> int:
    """A theme of what customers say is handed over; returns to how many webhooks: those that take all channels."""
    return _tell_all(session, VOICE_THEME, {"by": user_id, "theme": theme}, utc_now())


def tell_review_due(session: Session, articles: Sequence[Json], at: datetime) -> int:
    """The day has come by which these articles were to be reviewed; returns to how many webhooks, as tell_theme does."""
    return _tell_all(session, REVIEW_DUE, {"articles": list(articles)}, at)


def _tell_all(session: Session, event: str, told: Json, at: datetime) -> int:
    webhooks = _of_all_channels(session)
    for webhook in webhooks:
        public_id = str(uuid.uuid4())
        body = {"id": public_id, "event": event, "at": at.isoformat(), **told}
        text = json.dumps(body, ensure_ascii=False)
        session.add(WebhookCall(webhook_id=webhook.id, public_id=public_id, body=text, send_at=at))
    session.flush()
    return len(webhooks)


def _write(
    session: Session,
    conversation: Conversation,
    webhooks: Sequence[Webhook],
    event: str,
    told: Json,
    at: datetime,
    message_id: int | None = None,
) -> list[WebhookCall]:
    calls = []
    for webhook in webhooks:
        public_id = str(uuid.uuid4())
        body = {
            "id": public_id,
            "event": event,
            "at": at.isoformat(),
            "conversation": {
                "id": conversation.id,
                "external_id": conversation.external_id,
                "origin": conversation.origin,
                "channel": conversation.channel,
                "state": conversation.state,
                "customer_id": conversation.customer_id,
                "assigned_to": conversation.assigned_to_id,
            },
            **told,
        }
        call = WebhookCall(
            webhook_id=webhook.id,
            conversation_id=conversation.id,
            message_id=message_id,
            public_id=public_id,
            body=json.dumps(body, ensure_ascii=False),
            send_at=at,
        )
        session.add(call)
        calls.append(call)
    if calls:
        session.flush()
    return calls
