"""The OpenAPI document's part about webhooks: what other systems are sent."""

from kb.service.channels.webhooks import EVENTS, MESSAGE_SENT
from kb.tables import Channel, ConversationState
from webapp.api.openapi_parts import TEXT, Json, object_of, reference

_ID: Json = {"type": "integer"}
_OR_NONE: Json = {"type": ["integer", "null"]}
_TIME: Json = {**TEXT, "format": "date-time"}


def webhooks() -> Json:
    header = {"in": "header", "required": True, "schema": TEXT}
    signed = (
        "`t=SECONDS,v1=…`: HMAC-SHA256 in hex, keyed with the webhook's secret, of SECONDS, a full stop and the body"
    )
    return {
        "event": {
            "post": {
                "operationId": "webhookEvent",
                "summary": "A reply went out, or something became of a conversation",
                "description": "Added by `kb webhook add URL`. Calls may come twice and overtake each other.",
                "security": [],
                "parameters": [
                    {"name": "Kb-Signature", "description": signed, **header},
                    {"name": "Idempotency-Key", "description": "The `id` of the body", **header},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": reference("WebhookEvent")}},
                },
                "responses": {
                    "2XX": {"description": "Taken, within 5 seconds"},
                    "410": {"description": "No more calls are wanted"},
                    "default": {"description": "Not taken: it is tried again for a day"},
                },
            }
        }
    }


def webhook_schemas() -> Json:
    conversation = {
        "id": _ID,
        "external_id": {"type": ["string", "null"]},
        "origin": TEXT,
        "channel": {"type": "string", "enum": list(Channel)},
        "state": {"type": "string", "enum": list(ConversationState)},
        "customer_id": _ID,
        "assigned_to": _OR_NONE,
    }
    message = {
        "id": _ID,
        "external_id": {"type": ["string", "null"]},
        "text": TEXT,
        "language": TEXT,
        "recipient": {**TEXT, "description": "E-mail address or phone number, or empty where the channel knows"},
        "by": _OR_NONE,
        "sent_at": _TIME,
    }
    event = {
        "id": {**TEXT, "format": "uuid"},
        "event": {"type": "string", "enum": [MESSAGE_SENT, *sorted(EVENTS.values())]},
        "at": _TIME,
        "conversation": object_of(conversation),
        "deliver": {"type": "boolean", "description": "Of message.sent: you bring it to the customer"},
        "message": object_of(message),
        "by": {**_OR_NONE, "description": "Of what happened: the person"},
        "data": {"type": "object", "description": "Of what happened: more about it"},
    }
    return {"WebhookEvent": object_of(event, optional={"deliver", "message", "by", "data"})}
