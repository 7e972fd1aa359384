"""Conversations, customers and what was said as JSON."""

from datetime import datetime
from typing import Any

from kb.service.timeline import Entry
from kb.tables import Attachment, Conversation, Customer

Json = dict[str, Any]


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def customer_to_json(customer: Customer) -> Json:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "language": customer.language,
    }


def conversation_to_json(conversation: Conversation) -> Json:
    return {
        "id": conversation.id,
        "external_id": conversation.external_id,
        "channel": conversation.channel,
        "subject": conversation.subject,
        "state": conversation.state,
        "language": conversation.language,
        "assigned_to": conversation.assigned_to.email if conversation.assigned_to else None,
        "waiting_since": _time(conversation.waiting_since),
        "first_response_at": _time(conversation.first_response_at),
        "snoozed_until": _time(conversation.snoozed_until),
        "created_at": _time(conversation.created_at),
        "updated_at": _time(conversation.updated_at),
        "message_count": conversation.message_count,
        "frustration": {"level": conversation.frustration, "reasons": conversation.frustration_reasons},
        "metadata": conversation.details,
        "customer": customer_to_json(conversation.customer),
    }


def entry_to_json(entry: Entry) -> Json:
    if entry.event is not None:
        event = entry.event
        by = (event.user.name or event.user.email) if event.user else None
        return {"kind": event.kind, "at": _time(entry.at), "by": by, "data": event.data}
    message = entry.message
    assert message is not None, "an entry is a message or an event"
    return {
        "kind": "message",
        "id": message.id,
        "external_id": message.external_id,
        "role": message.role,
        "by": (message.user.name or message.user.email) if message.user else None,
        "text": entry.text,
        "language": message.language,
        "at": _time(entry.at),
        "delivery": message.delivery,
        "delivery_error": message.delivery_error,
        # Of a mail: by whom it really was, and files that were not taken.
        "from": message.details.get("from"),
        "left_out": message.details.get("left_out", []),
        "attachments": [_attachment(one) for one in entry.attachments],
    }


def _attachment(attachment: Attachment) -> Json:
    return {
        "id": attachment.id,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
    }
