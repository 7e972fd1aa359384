"""The OpenAPI document's part about conversations."""

from kb.service.messages import LONGEST_TEXT
from kb.tables import Channel, ConversationState, Delivery, MessageRole
from webapp.api.openapi_check import fact_properties
from webapp.api.openapi_parts import TEXT, Json, json_response, needs_role, object_of, problems, reference
from webapp.api.parameters import HIGHEST_LIMIT, SUGGESTED
from webapp.api.result_schemas import nullable_safety

_ID: Json = {"type": "integer"}
_TIME: Json = {"type": ["string", "null"], "format": "date-time"}
_PATH_ID: Json = {"name": "conversation_id", "in": "path", "required": True, "schema": _ID}
_CSRF = "With a session instead of a token the header X-CSRFToken is needed."
_WARNINGS: Json = {"type": "array", "items": TEXT, "description": "Fields that could not be used, in words"}


def conversation_paths() -> Json:
    return {
        "/api/v1/desk/conversations": {"post": _open()},
        "/api/v1/desk/conversations/{conversation_id}": {"get": _show()},
        "/api/v1/desk/conversations/{conversation_id}/suggestions": {"get": _suggestions()},
        "/api/v1/desk/conversations/{conversation_id}/messages": {"post": _add()},
    }


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _open() -> Json:
    given = {
        "external_id": {**TEXT, "description": "Yours: sent again, the conversation that is there answers"},
        "channel": {**TEXT, "description": f"{', '.join(Channel)}; what is not known counts as other"},
        "customer": object_of(
            {"external_id": TEXT, "name": TEXT, "email": TEXT, "phone": TEXT, "language": TEXT},
            optional={"external_id", "name", "email", "phone", "language"},
        ),
        "subject": TEXT,
        "metadata": {"type": "object", "description": "Texts and numbers that your system says of it"},
    }
    answer = reference("OpenedConversation")
    return {
        "operationId": "openConversation",
        "summary": "Open a conversation",
        "description": f"The customer is found by external id, e-mail or phone. {_CSRF}",
        "security": needs_role(),
        "requestBody": _body(object_of(given, optional=set(given) - {"channel"})),
        "responses": {
            "201": json_response("Opened", answer),
            "200": json_response("It was there", answer),
            **problems(secured=True, has_body=True),
        },
    }


def _show() -> Json:
    return {
        "operationId": "showConversation",
        "summary": "A conversation with its newest messages",
        "security": needs_role(),
        "parameters": [
            _PATH_ID,
            {
                "name": "before",
                "in": "query",
                "schema": {"type": "integer", "minimum": 0, "default": 0},
                "description": "Messages before this one: what `earlier` said",
            },
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
        ],
        "responses": {
            "200": json_response("The conversation", reference("Conversation")),
            **problems("404", secured=True),
        },
    }


def _suggestions() -> Json:
    return {
        "operationId": "suggestForConversation",
        "summary": "Suggestions for what was said so far, or none where nothing is open",
        "description": "As for assist; each question names the message that stated it.",
        "security": needs_role(),
        "parameters": [
            _PATH_ID,
            {
                "name": "lang",
                "in": "query",
                "schema": TEXT,
                "description": "Language of the reader; default: that of the customer",
            },
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": SUGGESTED},
            },
        ],
        "responses": {
            "200": json_response("Open questions and suggestions", reference("AssistAnswer")),
            **problems("404", secured=True),
        },
    }


def _add() -> Json:
    message = {
        "external_id": {**TEXT, "description": "Yours: sent again, nothing is stored twice"},
        "role": {"type": "string", "enum": ["customer", "agent", "note", "system"]},
        "text": {"type": "string", "maxLength": LONGEST_TEXT},
        "sent_at": {"type": ["string", "number"], "description": "ISO 8601 or seconds since 1970; default: now"},
    }
    one = object_of(message, optional={"external_id", "sent_at"})
    batch = object_of({"messages": {"type": "array", "items": one, "maxItems": 500}})
    many = object_of({"messages": {"type": "array", "items": reference("AddedMessage")}})
    answer = {"anyOf": [reference("AddedMessage"), many]}
    return {
        "operationId": "addMessages",
        "summary": "Add a message, or several at once",
        "description": f"They may come twice and out of order. {_CSRF}",
        "security": needs_role(),
        "parameters": [_PATH_ID],
        "requestBody": _body({"anyOf": [one, batch]}),
        "responses": {
            "201": json_response("Stored", answer),
            "200": json_response("It was there; of several, what became of each", answer),
            **problems("404", secured=True, has_body=True),
        },
    }


def conversation_schemas() -> Json:
    customer = {"id": _ID, "name": TEXT, "email": TEXT, "phone": TEXT, "language": TEXT}
    added = {
        "id": _ID,
        "status": {"type": "string", "enum": ["created", "known", "rejected"]},
        "reason": TEXT,
        "warnings": _WARNINGS,
    }
    entry = {
        "kind": {**TEXT, "description": "message, or what happened: assigned, closed, …"},
        "at": _TIME,
        "by": {"type": ["string", "null"]},
        "role": {"type": "string", "enum": list(MessageRole)},
        "text": TEXT,
        "delivery": {"type": "string", "enum": list(Delivery), "description": "Of a reply; else empty"},
        "delivery_error": {**TEXT, "description": "Why it has not arrived, in words"},
        "from": {"type": ["string", "null"], "description": "Of a mail: its sender"},
        "left_out": {"type": "array", "items": TEXT, "description": "Of a mail: files that were not taken, and why"},
    }
    conversation = {
        "id": _ID,
        "external_id": {"type": ["string", "null"]},
        "channel": {"type": "string", "enum": list(Channel)},
        "subject": TEXT,
        "state": {"type": "string", "enum": list(ConversationState)},
        "language": {**TEXT, "description": "In which the customer is answered"},
        "assigned_to": {"type": ["string", "null"]},
        "waiting_since": _TIME,
        "first_response_at": _TIME,
        "snoozed_until": _TIME,
        "created_at": _TIME,
        "updated_at": _TIME,
        "message_count": _ID,
        "frustration": object_of(
            {"level": {"type": "integer", "minimum": 0, "maximum": 2}, "reasons": {"type": "array", "items": TEXT}}
        ),
        "metadata": {"type": "object"},
        "customer": reference("Customer"),
        "questions": {
            "type": "array",
            "items": reference("AskedQuestion"),
            "description": "Open ones, most pressing first",
        },
        "facts": {
            "type": "array",
            "items": object_of(fact_properties()),
            "description": "What the customer told us, newest first; this conversation before their others",
        },
        "safety": nullable_safety(),
        "timeline": {"type": "array", "items": reference("TimelineEntry")},
        "earlier": {"type": ["integer", "null"], "description": "Send it as `before` for what was said before"},
    }
    return {
        "Customer": object_of(customer),
        "OpenedConversation": object_of(
            {"id": _ID, "url": TEXT, "customer": reference("Customer"), "warnings": _WARNINGS}
        ),
        "AddedMessage": object_of(added, optional={"id", "reason", "warnings"}),
        "TimelineEntry": object_of(entry, optional=set(entry) - {"kind", "at"}),
        "Conversation": object_of(conversation),
    }
