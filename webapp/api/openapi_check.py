"""The OpenAPI document's part about checking a text before it goes out."""

from kb.service.fact_kinds import FactKind
from webapp.api.openapi_parts import NUMBER, TEXT, Json, json_response, needs_role, object_of, problems, reference
from webapp.api.parameters import HIGHEST_ID, LONGEST_CHECKED

_INTEGER: Json = {"type": "integer"}
_PLACE: Json = {"type": "integer", "minimum": 0, "description": "In the text, in characters"}


def check_path() -> Json:
    sent = {
        "text": {"type": "string", "maxLength": LONGEST_CHECKED},
        "conversation_id": {
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": HIGHEST_ID,
            "description": "For whom it is: what is theirs is no leak, and what they have told counts",
        },
    }
    return {
        "operationId": "checkText",
        "summary": "What of a text should not go to a customer, and what it asks that they have told already",
        "description": "Each sentence is compared with internal articles, less what public ones say too, and with what "
        "belongs to other customers. The text is not stored. With a session instead of a token the header X-CSRFToken is needed.",
        "security": needs_role(),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": object_of(sent, optional={"text", "conversation_id"})}},
        },
        "responses": {
            "200": json_response("What was found, in the order of the text", reference("CheckedText")),
            **problems("404", secured=True, has_body=True),
        },
    }


def check_schemas() -> Json:
    source = {
        "kind": {"type": "string", "enum": ["article", "ticket", "customer"]},
        "id": _INTEGER,
        "title": {**TEXT, "description": "Of the article or ticket; the name of the customer"},
        "sentence": {**TEXT, "description": "What the source says; of a customer what is theirs"},
    }
    leak = {
        "sentence": TEXT,
        "start": _PLACE,
        "end": _PLACE,
        "source": object_of(source),
        "score": {**NUMBER, "minimum": 0, "maximum": 1},
        "why": TEXT,
    }
    repeat = {"sentence": TEXT, "start": _PLACE, "end": _PLACE, **fact_properties()}
    checked = {
        "leaks": {"type": "array", "items": object_of(leak)},
        "repeats": {"type": "array", "items": object_of(repeat)},
        "complete": {"type": "boolean", "description": "False where the text was too long to look at every sentence"},
    }
    return {"CheckedText": object_of(checked)}


def fact_properties() -> Json:
    """Something that a customer told us."""
    return {
        "kind": {"type": "string", "enum": list(FactKind)},
        "value": {**TEXT, "description": "In a form that can be compared"},
        "words": {**TEXT, "description": "As the customer put it"},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "channel": TEXT,
        "message_id": {"type": ["integer", "null"]},
        "conversation_id": {"type": ["integer", "null"]},
    }
